import { assertEquals, assertThrows } from "@std/assert";
import { IntegrityError, PondError } from "../../../src/errors.ts";
import {
  checkpointFileName,
  checkpointPartNames,
  commitFileName,
  commitVersion,
  parseCheckpointName,
} from "../../../src/oplog/delta/log_path.ts";
import { planLogSegment } from "../../../src/oplog/delta/log_segment.ts";

function commits(from: number, to: number): string[] {
  return Array.from(
    { length: to - from + 1 },
    (_, i) => commitFileName(from + i),
  );
}

Deno.test("commitVersion() inverts commitFileName(), and refuses other names", () => {
  for (const version of [0, 1, 64, Number.MAX_SAFE_INTEGER]) {
    assertEquals(commitVersion(commitFileName(version)), version);
  }
  for (
    const name of [
      "0.json",
      "00000000000000000001.json.tmp",
      ".00000000000000000001.json.1.tmp",
      "00000000000000000001.crc",
      "00000000000000000001.checkpoint.parquet",
    ]
  ) assertEquals(commitVersion(name), undefined, name);
});

Deno.test("parseCheckpointName() inverts checkpointPartNames()", () => {
  assertEquals(parseCheckpointName(checkpointFileName(7)), {
    version: 7,
    part: 1,
    parts: 1,
    isUnique: false,
  });
  assertEquals(checkpointPartNames(7, 3).map(parseCheckpointName), [
    { version: 7, part: 1, parts: 3, isUnique: false },
    { version: 7, part: 2, parts: 3, isUnique: false },
    { version: 7, part: 3, parts: 3, isUnique: false },
  ]);
  const unfinished = `.${checkpointFileName(7)}.1f.tmp`;
  assertEquals(parseCheckpointName(unfinished), undefined);
});

Deno.test("planLogSegment() begins with the newest checkpoint that is whole", () => {
  const parts = checkpointPartNames(8, 3);
  const names = [
    ...commits(0, 10),
    checkpointFileName(4),
    ...parts.slice(1),
    "_last_checkpoint",
    "anything",
  ];
  assertEquals(planLogSegment(names, "log"), {
    version: 10,
    checkpoint: { version: 4, names: [checkpointFileName(4)] },
    firstCommit: 5,
    compactions: [],
  });
  assertEquals(
    planLogSegment([...names, ...parts], "log").checkpoint?.version,
    8,
  );
});

Deno.test("planLogSegment() reads an earlier version from a checkpoint at or before it", () => {
  const names = [
    ...commits(0, 9),
    checkpointFileName(3),
    checkpointFileName(8),
  ];
  assertEquals(planLogSegment(names, "log", 8).checkpoint?.version, 8);
  assertEquals(planLogSegment(names, "log", 7), {
    version: 7,
    checkpoint: { version: 3, names: [checkpointFileName(3)] },
    firstCommit: 4,
    compactions: [],
  });
  assertEquals(planLogSegment(names, "log", 2).checkpoint, undefined);
});

Deno.test("planLogSegment() needs no commits before a checkpoint, and every one after it", () => {
  const names = [...commits(5, 9), checkpointFileName(4)];
  assertEquals(planLogSegment(names, "log").version, 9);
  const gap = names.filter((name) => name !== commitFileName(7));
  const error = assertThrows(() => planLogSegment(gap, "log"), IntegrityError);
  assertEquals(error.path, `log/${commitFileName(7)}`);
  assertThrows(() => planLogSegment(commits(1, 3), "log"), IntegrityError);
  // A checkpoint without commits is a table, too.
  assertEquals(planLogSegment([checkpointFileName(4)], "log").version, 4);
});

Deno.test("planLogSegment() tells a missing log from a missing version", () => {
  const none = assertThrows(() => planLogSegment(["x"], "log"), PondError);
  assertEquals(none.code, "NOT_FOUND");
  const later = assertThrows(
    () => planLogSegment(commits(0, 3), "log", 4),
    PondError,
  );
  assertEquals(later.code, "REVISION_NOT_FOUND");
});
