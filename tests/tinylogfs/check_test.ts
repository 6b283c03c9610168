/** Checking a pond: every kind of damage is found, and told. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { decodeUtf8, encodeUtf8 } from "../../src/bytes.ts";
import type { MemoryHost } from "../../src/host/memory.ts";
import { type CheckFinding, TinyLogFS } from "../../src/tinylogfs/mod.ts";
import {
  brief,
  checked,
  commitPath,
  copyOf,
  LOG,
  passDays,
  pathsLike,
  POND,
  pondWithHistory,
  tear,
} from "../support/checked_pond.ts";
import { assertCode } from "./scratch.ts";

const CHECKPOINT = `${LOG}/${"6".padStart(20, "0")}.checkpoint.parquet`;

/** The only finding of a check. */
async function onlyFinding(host: MemoryHost): Promise<CheckFinding> {
  const report = await checked(host);
  const [finding] = report.findings;
  assert(finding && report.findings.length === 1, brief(report).join());
  return finding;
}

for (const layout of ["clustered", "hive"] as const) {
  const start = await pondWithHistory(layout);
  const test = (
    name: string,
    body: (host: MemoryHost) => Promise<void>,
  ) => Deno.test(`${name} (${layout})`, () => body(copyOf(start)));

  test("check() of a sound pond finds nothing, at each depth", async (host) => {
    for (const depth of ["quick", "rows", "data"] as const) {
      const report = await checked(host, { depth });
      assertEquals(report.findings, []);
      assertEquals([report.isSound, report.version], [true, 9]);
      const { blobs, checkpoints, commits, records } = report.counts;
      assertEquals([commits, checkpoints], [10, 1]);
      // Quick reads no rows: only the staged one names a blob.
      assertEquals([records, blobs], depth === "quick" ? [0, 1] : [31, 3]);
    }
    await using fs = await TinyLogFS.open(host, POND);
    assertEquals((await fs.check()).isSound, true);
    await using then = await fs.at("v1");
    assertEquals((await then.check()).isSound, true);
    await assertCode("READ_ONLY", () => then.check({ repair: true }));
  });

  test("check() finds a damaged newest commit, and says what it had done", async (host) => {
    for (const length of [0, 1, 700]) {
      const copy = copyOf(host);
      tear(copy, commitPath(9), length);
      const report = await checked(copy);
      assertEquals(brief(report), [
        "damage commit 9 possible",
        "damage witness 9 possible",
      ]);
      assertEquals([report.isSound, report.version], [false, 8]);
      for (const { lost } of report.findings) {
        assertStringIncludes(lost, "acknowledged");
        assertStringIncludes(lost, "it changed /after");
        assertStringIncludes(lost, "part-");
      }
    }
  });

  test("check() says of a damaged newest commit what the witness knows", async (host) => {
    const head = host.files.snapshot().get(`${POND}/head`);
    assert(head);
    await using fs = await TinyLogFS.open(host, POND);
    await fs.createFile("/z", "z");
    await fs.commit();
    tear(host, commitPath(10), 0);
    for (
      const [left, known] of [
        [head, "it may have been acknowledged: the witness has seen version 9"],
        [undefined, "no witness tells"],
      ] as const
    ) {
      if (left) host.files.plant(`${POND}/head`, left);
      else host.files.uproot(`${POND}/head`);
      const { lost } = await onlyFinding(host);
      assertStringIncludes(lost, known);
      assertStringIncludes(lost, "it changed /z");
    }
  });

  test("check() finds that the newest commit is missing by the witness", async (host) => {
    host.files.uproot(commitPath(9));
    const finding = await onlyFinding(host);
    assertEquals([finding.kind, finding.version], ["witness", 9]);
    assertStringIncludes(finding.lost, "it changed /after");
  });

  test("check() finds a commit in the middle that is damaged, missing, or another one", async (host) => {
    const gone = copyOf(host);
    gone.files.uproot(commitPath(8));
    assertEquals(brief(await checked(gone))[0], "damage commit 8 none");
    const torn = copyOf(host);
    tear(torn, commitPath(7), 100);
    const report = await checked(torn);
    assertEquals(brief(report), ["damage commit 7 none"]);
    // What was committed after it is checked all the same.
    const [last] = pathsLike(torn, /part-/).slice(-1);
    torn.files.flipBit(last ?? "", 300);
    assertEquals((await checked(torn)).findings.length, 2);
    // Another history of the same length: each commit whole, the chain not.
    const other = await pondWithHistory(layout, 2);
    const commit = other.files.snapshot().get(commitPath(8));
    host.files.plant(commitPath(8), commit ?? encodeUtf8(""));
    const problems = (await checked(host)).findings.map(({ problem }) =>
      problem
    );
    assert(problems.some((problem) => problem.includes("follows a commit")));
  });

  test("check() finds commits that a checkpoint stands for, and that nothing is lost by them", async (host) => {
    for (const version of [0, 3, 6]) {
      const copy = copyOf(host);
      tear(copy, commitPath(version), 0);
      const finding = await onlyFinding(copy);
      assertEquals(finding.version, version);
      assertEquals([finding.lost, finding.repair], ["", "possible"]);
      copy.files.uproot(commitPath(version));
      const isFirst = version === 0;
      assertEquals(
        brief(await checked(copy)),
        isFirst ? [] : [
          `damage commit ${version} possible`,
        ],
      );
    }
  });

  test("check() finds a damaged checkpoint, and one that says otherwise than the commits", async (host) => {
    for (const length of [0, 50, 3000]) {
      const copy = copyOf(host);
      tear(copy, CHECKPOINT, length);
      assertEquals(brief(await checked(copy)), [
        "damage checkpoint 6 possible",
        "note hint - possible",
      ]);
    }
    // A sound one, of another pond.
    const other = await pondWithHistory(layout, 2);
    const foreign = other.files.snapshot().get(CHECKPOINT);
    assert(foreign);
    host.files.plant(CHECKPOINT, foreign);
    const { findings } = await checked(host);
    assertEquals(findings[0]?.kind, "checkpoint");
    assertStringIncludes(findings[0]?.problem ?? "", "of a commit with");
  });

  test("check() without the commits before a checkpoint can't do without it", async (host) => {
    for (let version = 0; version < 6; version++) {
      host.files.uproot(commitPath(version));
    }
    assertEquals((await checked(host)).findings, []);
    tear(host, CHECKPOINT, 0);
    const { findings, isSound } = await checked(host);
    assertEquals(isSound, false);
    const [checkpoint] = findings;
    assertEquals([checkpoint?.kind, checkpoint?.repair], [
      "checkpoint",
      "none",
    ]);
    assertStringIncludes(checkpoint?.lost ?? "", "the state of the table");
  });

  test("check() finds that the first commit left is not the one of its checkpoint", async (host) => {
    for (let version = 0; version < 6; version++) {
      host.files.uproot(commitPath(version));
    }
    const other = await pondWithHistory(layout, 2);
    const commit = other.files.snapshot().get(commitPath(6));
    host.files.plant(commitPath(6), commit ?? encodeUtf8(""));
    const { findings, isSound } = await checked(host);
    assertEquals(isSound, false);
    assertStringIncludes(findings[0]?.problem ?? "", "for its checkpoint");
  });

  test("check() writes the hint anew with what the checkpoint has, whatever came after", async (host) => {
    const hint = host.files.snapshot().get(`${LOG}/_last_checkpoint`);
    for (let version = 0; version < 6; version++) {
      host.files.uproot(commitPath(version));
    }
    host.files.uproot(`${LOG}/_last_checkpoint`);
    await checked(host, { repair: true });
    assertEquals(host.files.snapshot().get(`${LOG}/_last_checkpoint`), hint);
  });

  test("check() notes hints that are wrong: nothing is lost", async (host) => {
    for (const text of ["", "{", `{"version":5}`, `{"version":6,"parts":2}`]) {
      host.files.plant(`${LOG}/_last_checkpoint`, encodeUtf8(text));
      assertEquals(brief(await checked(host)), ["note hint - possible"], text);
    }
    host.files.uproot(`${LOG}/_last_checkpoint`);
    assertEquals(brief(await checked(host)), ["note hint - possible"]);
    tear(host, `${POND}/head`, 40);
    host.files.plant(commitPath(9).replace("json", "crc"), encodeUtf8("{}"));
    const report = await checked(host);
    assertEquals(brief(report), [
      "note checksum 9 none",
      "note hint - possible",
      "note witness - possible",
    ]);
    assertEquals(report.isSound, true);
  });

  test("check() finds a witness that knows another digest", async (host) => {
    await using fs = await TinyLogFS.open(host, POND);
    await fs.createFile("/z", "z");
    await fs.commit();
    // Restored from a backup: the log as it was, and then another commit.
    const older = copyOf(start);
    const head = host.files.snapshot().get(`${POND}/head`);
    await using again = await TinyLogFS.open(older, POND);
    await again.createFile("/other", "o");
    await again.commit();
    older.files.plant(`${POND}/head`, head ?? encodeUtf8(""));
    const finding = await onlyFinding(older);
    assertEquals([finding.version, finding.repair], [10, "none"]);
    assertStringIncludes(finding.problem, "when it was made");
  });

  test("check() finds damaged and missing data files, and which paths hang on them", async (host) => {
    for (const path of pathsLike(host, /part-.*parquet$/)) {
      const flipped = copyOf(host);
      flipped.files.flipBit(path, 4000);
      const missing = copyOf(host);
      missing.files.uproot(path);
      for (const damaged of [flipped, missing]) {
        const { findings } = await checked(damaged);
        assertEquals(findings.map(({ path }) => path), [path]);
        assertEquals(findings[0]?.kind, "data file");
      }
      const quick = await checked(missing, { depth: "quick" });
      assertEquals(quick.findings.map(({ path }) => path), [path]);
      // A flipped bit changes no size.
      assertEquals((await checked(flipped, { depth: "quick" })).findings, []);
    }
    const all = copyOf(host);
    for (const path of pathsLike(host, /part-/)) all.files.uproot(path);
    const { findings } = await checked(all);
    assertEquals(findings.length, pathsLike(host, /part-/).length);
  });

  test("check() names the files whose content is lost with a data file", async (host) => {
    const commit = decodeUtf8(
      host.files.snapshot().get(commitPath(2)) ?? encodeUtf8(""),
    );
    const names = commit.matchAll(/"path":"([^"]*part-[0-9a-f]+\.parquet)"/g);
    const lost: string[] = [];
    for (const [, name] of names) {
      host.files.uproot(`${POND}/oplog/${name}`);
    }
    for (const finding of (await checked(host)).findings) {
      lost.push(finding.lost);
    }
    // Later records of the directory have its name.
    assertStringIncludes(lost.join("\n"), "/d/e/g0");
  });

  test("check() finds blobs that are missing, short, or other bytes", async (host) => {
    for (const path of pathsLike(host, /\/blobs\//)) {
      const flipped = copyOf(host);
      flipped.files.flipBit(path, 4000);
      assertEquals((await checked(flipped, { depth: "rows" })).findings, []);
      const finding = await onlyFinding(flipped);
      assertEquals([finding.kind, finding.path], ["blob", path]);
      assertStringIncludes(finding.lost, "the content of /");
      tear(flipped, path, 70);
      const { findings } = await checked(flipped, { depth: "rows" });
      assertEquals(findings.map(({ path }) => path), [path]);
    }
  });

  test("check() finds a damaged pond.json, and refuses what is no pond or a newer one", async (host) => {
    const path = `${POND}/pond.json`;
    const text = decodeUtf8(host.files.snapshot().get(path) ?? encodeUtf8(""));
    for (
      const damaged of [
        "",
        text.slice(0, 30),
        text.replace('"id":"', '"id":"0'),
      ]
    ) {
      host.files.plant(path, encodeUtf8(damaged));
      assertEquals((await onlyFinding(host)).kind, "pond file", damaged);
    }
    host.files.uproot(path);
    assertEquals((await onlyFinding(host)).problem, "it is missing");
    host.files.plant(
      path,
      encodeUtf8(text.replace(`"format":1`, `"format":9`)),
    );
    await assertCode("FORMAT_TOO_NEW", () => checked(host));
    host.files.uproot(POND);
    await assertCode("NO_POND", () => checked(host));
  });

  test("check() finds a damaged file of the stage", async (host) => {
    const [path = ""] = pathsLike(host, /ndjson$/);
    tear(host, path, 200);
    const finding = await onlyFinding(host);
    assertEquals([finding.kind, finding.path], ["stage", path]);
    assertEquals(finding.repair, "possible");
  });

  test("check() lists what nothing needs, and takes young files for somebody's", async (host) => {
    const left = [
      `${POND}/tmp/${"a".repeat(32)}`,
      `${POND}/oplog/part-${"b".repeat(32)}.parquet`,
      `${LOG}/.${"9".padStart(20, "0")}.json.${"c".repeat(32)}.tmp`,
      `${POND}/staging/.${"d".repeat(32)}.tmp`,
    ];
    for (const path of left) host.files.plant(path, encodeUtf8("left"));
    host.files.plant(`${POND}/tmp/notes.txt`, encodeUtf8("not ours"));
    await passDays(host, 1);
    const young = await checked(host);
    assertEquals(young.isSound, true);
    assertEquals(young.findings.map(({ path }) => path).sort(), left.sort());
    assertEquals(new Set(brief(young)), new Set(["leftover unused - none"]));
    await passDays(host, 8);
    const old = await checked(host);
    assertEquals(new Set(brief(old)), new Set(["leftover unused - possible"]));
    // Where something is lost, nothing is told to be a leftover of the table.
    tear(host, commitPath(9), 0);
    const { findings } = await checked(host);
    const unused = findings.filter(({ kind }) => kind === "unused");
    assert(unused.every(({ path }) => !path.includes("/part-")));
  });

  test("check() of a log that isn't there lists it", async (host) => {
    for (const path of pathsLike(host, /_delta_log\//)) host.files.uproot(path);
    const { findings, version } = await checked(host);
    assertEquals(version, -1);
    assertEquals(findings[0]?.problem, "there is no log");
  });
}
