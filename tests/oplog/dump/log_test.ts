import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { memoryHost } from "../../../src/host/memory.ts";
import { PondError } from "../../../src/errors.ts";
import { dumpLog, dumpSnapshot } from "../../../src/oplog/dump/mod.ts";
import {
  add,
  field,
  Fixture,
  LOG,
  metaData,
  protocol,
  TABLE,
} from "../delta/fixture.ts";
import {
  damageIn,
  edit,
  kindsOf,
  OPLOG,
  pathsIn,
  rowsOf,
  smallPond,
} from "./support.ts";

const SCHEMA = [field("id", "long")];

/** Three commits, a file each. */
function threeCommits(): Fixture {
  return new Fixture()
    .commit(0, protocol(), metaData(SCHEMA), add("0"))
    .commit(1, add("1"), { txn: { appId: "app", version: 7 } })
    .commit(2, add("2"), {
      domainMetadata: { domain: "d", configuration: "{}", removed: false },
    })
    .file("0", "0").file("1", "1").file("2", "2");
}

function nameOf(version: number): string {
  return `${String(version).padStart(20, "0")}.json`;
}

Deno.test("dumpLog() shows each file of a pond's log, and each action", async () => {
  const host = memoryHost();
  await smallPond(host);
  const rows = await rowsOf(dumpLog(host, OPLOG, { headPath: "/pond/head" }));
  assertEquals(kindsOf(rows), {
    commit: 3,
    commitInfo: 3,
    protocol: 1,
    metaData: 1,
    add: 3,
    txn: 2,
    checkpoint: 1,
    hint: 1,
  });
  assertEquals(damageIn(rows), []);
  const hint = rows.find(({ kind }) => kind === "hint");
  assertEquals([hint?.facts.version, hint?.facts.isTrue], [2, true]);
  const commits = rows.filter(({ kind }) => kind === "commit");
  assertEquals(commits[1]?.facts.digest, commits[2]?.facts.previous);
});

Deno.test("dumpLog() names a torn line by its number, and shows the others", async () => {
  const { host } = threeCommits();
  await edit(host, `${LOG}/${nameOf(1)}`, (bytes) => {
    const text = new TextDecoder().decode(bytes);
    return `\n{"add":{"path":1}}\nno\u001b json\n\xff${text.slice(0, -9)}`;
  });
  const rows = await rowsOf(dumpLog(host, TABLE));
  const inside = rows.filter(({ version, kind }) =>
    version === 1 && kind !== "finding"
  );
  const told = inside.map(({ kind, place, problem }) => [kind, place, problem]);
  assertEquals(told.map(([kind, place]) => [kind, place]), [
    ["commit", undefined],
    ["line", "line 2"],
    ["line", "line 3"],
    ["line", "line 4"],
    ["line", "line 5"],
  ]);
  assertEquals(told[1]?.[2], "an action in it has no valid path");
  assertStringIncludes(told[2]?.[2] ?? "", "it is no valid JSON: ");
  assertStringIncludes(told[4]?.[2] ?? "", "it is torn, or no action: ");
  const finding = rows.find(({ kind }) => kind === "finding");
  assertEquals(finding?.severity, "damage");
  assertEquals(finding?.facts.about, "commit");
  // What comes after it is shown as well.
  assertEquals(
    rows.some((row) => row.version === 2 && row.kind === "add"),
    true,
  );
});

Deno.test("dumpLog() shows a line that is no text as bytes", async () => {
  const { host } = threeCommits();
  await edit(host, `${LOG}/${nameOf(1)}`, (bytes) => {
    bytes[3] = 0xff;
    return bytes;
  });
  const rows = await rowsOf(dumpLog(host, TABLE, { from: 1, to: 1 }));
  const [commit, line, txn] = rows;
  assertEquals(commit?.problem, "it is not valid UTF-8");
  assertEquals(line?.problem, "it is not valid UTF-8");
  assertStringIncludes(String(line?.facts.hex), "7b2261ff");
  assertEquals([txn?.kind, txn?.facts.version], ["txn", 7]);
  assertEquals(rows.length, 3);
});

Deno.test("dumpLog() tells gaps, hints that lie, and files that don't belong", async () => {
  const { host } = threeCommits()
    .log("_last_checkpoint", `{"version":9,"size":1}`)
    .log(`${"0".repeat(20)}.crc`, "{")
    .log(`${"0".repeat(19)}2.crc`, `{"numFiles":3,"allFiles":[{}]}`)
    .log(`${"0".repeat(20)}.${"0".repeat(19)}1.compacted.json`, "")
    .log(".tomb", "x")
    .log("_sidecars/s.parquet", "x");
  await host.files.remove(`${LOG}/${nameOf(1)}`);
  const rows = await rowsOf(dumpLog(host, TABLE));
  const told = rows.filter(({ kind, problem }) =>
    kind !== "finding" && problem !== undefined
  ).map(({ kind, severity, problem }) => `${kind} ${severity}: ${problem}`);
  assertEquals(told.map((line) => line.replace(/JSON: .*/, "JSON")), [
    "compaction note: it is empty: its writer was interrupted, or it was lost",
    "checksum note: it is no valid JSON",
    "gap damage: the commit is missing",
    "hint note: it names a checkpoint of version 9, and there is none",
  ]);
  const { facts } =
    rows.find(({ kind, version }) => kind === "checksum" && version === 2) ??
      {};
  assertEquals(facts, { size: 30, numFiles: 3, allFiles: 1 });
  const others = rows.filter(({ kind }) => kind === "other");
  assertEquals(others.map(({ path }) => path), [`${LOG}/.tomb`]);
  assertEquals(rows.filter(({ kind }) => kind === "sidecar").length, 1);
});

Deno.test("dumpLog() shows a range, and a torn checkpoint in it", async () => {
  const host = memoryHost();
  await smallPond(host);
  const [checkpoint = ""] = await pathsIn(
    host,
    `${OPLOG}/_delta_log`,
    "parquet",
  );
  await edit(host, checkpoint, (bytes) => bytes.subarray(0, 100).slice());
  const one = await rowsOf(dumpLog(host, OPLOG, { from: 1, to: 1 }));
  assertEquals(kindsOf(one), { commit: 1, commitInfo: 1, txn: 1, add: 1 });
  const rest = await rowsOf(dumpLog(host, OPLOG, { from: 2 }));
  assertEquals(damageIn(rest).length, 1);
  assertStringIncludes(damageIn(rest)[0] ?? "", "checkpoint: ");
  const whole = await rowsOf(dumpLog(host, OPLOG));
  assertStringIncludes(damageIn(whole).join(), "finding: ");
  const error = await assertRejects(
    () => rowsOf(dumpLog(host, OPLOG, { from: 9 })),
    PondError,
  );
  assertEquals(error.code, "REVISION_NOT_FOUND");
});

Deno.test("dumpLog() tells of a commit that the witness has seen, and that is lost", async () => {
  const host = memoryHost();
  await smallPond(host);
  const log = `${OPLOG}/_delta_log`;
  for (const path of await pathsIn(host, log, ".parquet")) {
    await host.files.remove(path);
  }
  await host.files.remove(`${log}/${nameOf(2)}`);
  const headPath = "/pond/head";
  const rows = await rowsOf(dumpLog(host, OPLOG, { headPath }));
  assertEquals(damageIn(rows).length, 1);
  assertEquals(damageIn(await rowsOf(dumpLog(host, OPLOG))), []);
});

Deno.test("dumpSnapshot() shows what the log adds up to, from which files", async () => {
  const { host } = threeCommits();
  const rows = await rowsOf(dumpSnapshot(host, TABLE));
  assertEquals(kindsOf(rows), {
    snapshot: 1,
    protocol: 1,
    metaData: 1,
    column: 1,
    txn: 1,
    domainMetadata: 1,
    file: 3,
  });
  const [snapshot] = rows;
  assertEquals(snapshot?.version, 2);
  assertEquals(snapshot?.facts.firstCommit, 0);
  assertEquals(snapshot?.facts.files, 3);
  const first = await rowsOf(dumpSnapshot(host, TABLE, { version: 0 }));
  assertEquals(first[0]?.facts.files, 1);
  assertEquals(kindsOf(first).txn, undefined);
});

Deno.test("dumpSnapshot() begins with a checkpoint, where readers do", async () => {
  const host = memoryHost();
  await smallPond(host);
  const rows = await rowsOf(dumpSnapshot(host, OPLOG));
  const { facts } = rows[0] ?? {};
  assertEquals(facts?.checkpoint, 2);
  assertEquals([facts?.firstCommit, facts?.lastCommit], [3, null]);
  assertEquals(facts?.isWhole, true);
  const file = rows.find(({ kind }) => kind === "file");
  assert(Number(file?.facts.rows) > 0);
});

Deno.test("dumpSnapshot() shows what is left around a damaged commit", async () => {
  const { host } = threeCommits();
  await edit(host, `${LOG}/${nameOf(1)}`, (bytes) => bytes.subarray(9).slice());
  const rows = await rowsOf(dumpSnapshot(host, TABLE));
  assertEquals(rows[0]?.facts.isWhole, false);
  assertEquals(rows[0]?.facts.files, 2);
  assertEquals(damageIn(rows).length, 1);
  const before = await rowsOf(dumpSnapshot(host, TABLE, { version: 0 }));
  assertEquals(damageIn(before), []);
});

Deno.test("dumpSnapshot() tells data files that are missing, or of another size", async () => {
  const { host } = threeCommits().file("2", "longer");
  await host.files.remove(`${TABLE}/1`);
  const rows = await rowsOf(dumpSnapshot(host, TABLE));
  const problems = rows.filter(({ kind }) => kind === "file")
    .map(({ path, problem = "" }) => `${path}: ${problem}`);
  assertStringIncludes(problems.join(), `${TABLE}/1: it is missing`);
  assertStringIncludes(problems.join(), `${TABLE}/2: it has 6 bytes, not `);
});

Deno.test("dumpSnapshot() keeps partition values that are null, and vectors", async () => {
  const deletionVector = {
    storageType: "i",
    pathOrInlineDv: "x",
    sizeInBytes: 1,
    cardinality: 1,
  };
  const { host } = new Fixture().commit(
    0,
    protocol("deletionVectors"),
    metaData(SCHEMA),
    add("0", { partitionValues: { p: null }, deletionVector }),
  );
  const rows = await rowsOf(dumpSnapshot(host, TABLE));
  const { facts } = rows.find(({ kind }) => kind === "file") ?? {};
  assertEquals(facts?.partitionValues, { p: null });
  assertEquals(facts?.deletionVector, deletionVector);
  assertEquals(damageIn(rows), ["file: it is missing"]);
  const { host: there } = new Fixture().file("0", "0").commit(
    0,
    protocol("deletionVectors"),
    metaData(SCHEMA),
    add("0", { deletionVector }),
  );
  const [damage = ""] = damageIn(await rowsOf(dumpSnapshot(there, TABLE)));
  assertStringIncludes(damage, "file: its deletion vector: ");
});

Deno.test("dumpSnapshot() and dumpLog() refuse what is no table", async () => {
  const host = memoryHost();
  for (const dump of [dumpLog(host, "/no"), dumpSnapshot(host, "/no")]) {
    const error = await assertRejects(() => rowsOf(dump), PondError);
    assertEquals(error.code, "NOT_FOUND");
  }
  const { host: other } = threeCommits();
  const error = await assertRejects(
    () => rowsOf(dumpSnapshot(other, TABLE, { version: 3 })),
    PondError,
  );
  assertEquals(error.code, "REVISION_NOT_FOUND");
});
