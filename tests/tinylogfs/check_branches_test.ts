/** Checking and repairing branches: like `main`, each by itself. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { encodeUtf8 } from "../../src/bytes.ts";
import type { MemoryHost } from "../../src/host/memory.ts";
import { assertCode } from "./scratch.ts";
import { OplogTable } from "../../src/oplog/mod.ts";
import { type CheckReport, TinyLogFS } from "../../src/tinylogfs/mod.ts";
import {
  brief,
  checked,
  copyOf,
  passDays,
  pathsLike,
  POND,
  pondWithBranches,
  tear,
} from "../support/checked_pond.ts";

const EXP = `${POND}/branches/exp`;

async function repaired(host: MemoryHost): Promise<CheckReport> {
  return await checked(host, { repair: true });
}

for (const layout of ["clustered", "hive"] as const) {
  const start = await pondWithBranches(layout);
  const newest = (await checked(copyOf(start))).branches[0]?.version ?? -1;
  const commitPath = (version: number) =>
    `${EXP}/oplog/_delta_log/${String(version).padStart(20, "0")}.json`;
  const test = (
    name: string,
    body: (host: MemoryHost) => Promise<void>,
  ) => Deno.test(`${name} (${layout})`, () => body(copyOf(start)));

  test("check() of a pond with branches looks at each, and finds nothing", async (host) => {
    const only = copyOf(host);
    for (const path of pathsLike(only, /\/branch(es\/.*)?$/)) {
      only.files.uproot(path);
    }
    const main = await checked(only);
    for (const depth of ["quick", "rows", "data"] as const) {
      const report = await checked(host, { depth });
      assertEquals(report.findings, []);
      assertEquals(report.version, 9);
      assertEquals(report.branches.map(({ name }) => name), ["exp", "old"]);
    }
    const report = await checked(host);
    assert(report.counts.records > main.counts.records + 10);
    // /own and /staged of the branch.
    assertEquals(report.counts.blobs, main.counts.blobs + 2);
    assertEquals((await repaired(host)).findings, []);
  });

  test("check({repair}) moves a damaged newest commit of a branch away, and main stays as it is", async (host) => {
    const before = host.files.snapshot();
    tear(host, commitPath(newest), 20);
    const { branches, findings, isSound, version } = await checked(host);
    assertEquals([isSound, version, branches[0]?.version], [
      false,
      9,
      newest - 1,
    ]);
    assertEquals(findings.map(({ branch }) => branch), ["exp", "exp"]);
    assertStringIncludes(findings[0]?.lost ?? "", "/d/f5");
    const report = await repaired(host);
    assertEquals(brief(report), [
      `damage commit ${newest} done`,
      `damage witness ${newest} done`,
    ]);
    const name = `exp+${commitPath(newest).split("/").pop()}`;
    assert(host.files.snapshot().has(`${POND}/recovered/${name}`));
    for (const [path, bytes] of host.files.snapshot()) {
      if (/branches|recovered|tmp/.test(path)) continue;
      assertEquals(bytes, before.get(path), path);
    }
    assertEquals((await checked(host)).findings, []);
    await using fs = await TinyLogFS.open(host, POND, { branch: "exp" });
    await fs.createFile("/goes on", "");
    await fs.commit();
    assertEquals((await checked(host)).findings, []);
  });

  test("check({repair}) of the same damage on main and a branch keeps both files", async (host) => {
    const main = `${POND}/oplog/_delta_log/${"9".padStart(20, "0")}.json`;
    tear(host, main, 30);
    tear(host, commitPath(newest), 20);
    assertEquals((await repaired(host)).isSound, true);
    const kept = pathsLike(host, /recovered\/.*\.json/);
    assertEquals(kept.map((path) => path.split("/").pop()), [
      `${"9".padStart(20, "0")}.json`,
      `exp+${String(newest).padStart(20, "0")}.json`,
    ]);
  });

  test("check() finds a lost blob that only a branch names, and one that its stage names", async (host) => {
    for (const length of [90_000, 85_000]) {
      const copy = copyOf(host);
      const [path = ""] = pathsLike(copy, /\/blobs\//).filter((path) =>
        copy.files.snapshot().get(path)?.length === length
      );
      copy.files.uproot(path);
      const [finding, ...others] = (await checked(copy)).findings;
      assertEquals([finding?.kind, finding?.path, finding?.branch], [
        "blob",
        path,
        "exp",
      ]);
      assertEquals(others, []);
    }
  });

  test("check() finds a branch.json that is damaged or missing, and checks the branch all the same", async (host) => {
    tear(host, `${EXP}/branch.json`, 40);
    host.files.uproot(`${POND}/branches/old/branch.json`);
    tear(host, `${EXP}/head`, 3);
    const report = await checked(host);
    assertEquals(
      report.findings.map(({ branch, kind, severity }) =>
        `${severity} ${kind} ${branch}`
      ).sort(),
      ["damage branch exp", "damage branch old", "note witness exp"],
    );
    assertEquals(report.branches.map(({ version }) => version >= 0), [
      true,
      true,
    ]);
  });

  test("check({repair}) writes a branch.json anew from what the branch's table says", async (host) => {
    const path = `${EXP}/branch.json`;
    const before = host.files.snapshot().get(path);
    for (
      const damage of [tear, (host: MemoryHost) => host.files.uproot(path)]
    ) {
      const copy = copyOf(host);
      damage(copy, path, 40);
      assertEquals(brief(await checked(copy)), ["damage branch - possible"]);
      assertEquals(brief(await repaired(copy)), ["damage branch - done"]);
      assertEquals(copy.files.snapshot().get(path), before);
      const kept = copy.files.snapshot().has(
        `${POND}/recovered/exp+branch.json`,
      );
      assertEquals(kept, damage === tear);
      assertEquals((await checked(copy)).findings, []);
      await using fs = await TinyLogFS.open(copy, POND, { branch: "exp" });
      await fs.commit();
    }
  });

  test("check() of a branch whose table doesn't say what it is says where its files are", async (host) => {
    const { delta } = await OplogTable.open(host, `${EXP}/oplog`, {
      headPath: `${EXP}/head`,
    });
    // As a branch was made before.
    await delta.commit({
      metaData: { ...delta.snapshot.metaData, configuration: {} },
      commitInfo: { operation: "TEST" },
      timestampMs: 1,
    });
    tear(host, `${EXP}/branch.json`, 40);
    const [finding, ...others] = (await repaired(host)).findings;
    assertEquals(others, []);
    assertEquals([finding?.kind, finding?.repair], ["branch", "none"]);
    assertStringIncludes(finding?.remedy ?? "", `${EXP}/oplog`);
  });

  test("check({repair}) moves a file away that names a branch which is not there", async (host) => {
    for (const text of ["gone\n", "no/name\n", "\xff", "old 00000000\n", ""]) {
      const copy = copyOf(host);
      copy.files.plant(`${POND}/branch`, encodeUtf8(text));
      assertEquals(brief(await checked(copy)), ["damage branch - possible"]);
      assertEquals(brief(await repaired(copy)), ["damage branch - done"]);
      await using fs = await TinyLogFS.open(copy, POND);
      assertEquals(fs.branch, "main");
      assert(copy.files.snapshot().has(`${POND}/recovered/branch`));
    }
  });

  test("a switch makes a damaged name of the current branch right", async (host) => {
    host.files.plant(`${POND}/branch`, encodeUtf8("exq 1234\n"));
    await assertCode("INTEGRITY", () => TinyLogFS.open(host, POND));
    await using main = await TinyLogFS.open(host, POND, { branch: "main" });
    await main.switchBranch("exp");
    await using fs = await TinyLogFS.open(host, POND);
    assertEquals(fs.branch, "exp");
    // As it was written before it had a check.
    host.files.plant(`${POND}/branch`, encodeUtf8("old\n"));
    await using old = await TinyLogFS.open(host, POND);
    assertEquals(old.branch, "old");
  });

  test("check() lists what branches have left over, and a repair sweeps it", async (host) => {
    await using fs = await TinyLogFS.open(host, POND);
    await fs.createBranch("short", { ttlMs: 1000 });
    const half = `${POND}/branches/.half.${"a".repeat(32)}.tmp`;
    await host.files.makeDirectory(half);
    host.files.plant(`${half}/branch.json`, encodeUtf8("{"));
    const data = layout === "hive"
      ? `${EXP}/oplog/part_id=${"0".repeat(32)}/part-${"b".repeat(32)}.parquet`
      : `${EXP}/oplog/part-${"b".repeat(32)}.parquet`;
    host.files.plant(data, encodeUtf8("never committed"));
    const torn = `${EXP}/staging/.${"c".repeat(32)}.tmp`;
    host.files.plant(torn, encodeUtf8("torn"));
    await passDays(host, 1);
    assert((await checked(host)).findings.length >= 3);
    await passDays(host, 7);
    const report = await repaired(host);
    const paths = report.findings.map(({ path }) => path);
    for (const path of [half, data, torn, `${POND}/branches/short`]) {
      assert(paths.includes(path), path);
      assertEquals(pathsLike(host, new RegExp(path)), [], path);
    }
    assert(report.findings.every(({ repair }) => repair === "done"));
    assertEquals(report.isSound, true);
    assertEquals((await checked(host)).findings, []);
  });

  test("check() takes what a later file of the stage stands for as leftovers, damaged or not", async (host) => {
    await using fs = await TinyLogFS.open(host, POND, { branch: "exp" });
    await fs.createFile("/other", "stays");
    await fs.stage();
    const before = host.files.snapshot();
    await using whole = await TinyLogFS.open(host, POND, {
      branch: "exp",
      staged: true,
    });
    await whole.revert({ paths: ["/staged"] });
    const dropped = [...before].filter(([path]) =>
      path.endsWith(".ndjson") && !host.files.snapshot().has(path)
    );
    assert(dropped.length > 0);
    // As a crash leaves it before they are removed, one of them torn.
    for (const [path, bytes] of dropped) host.files.plant(path, bytes);
    tear(host, dropped[0]?.[0] ?? "", 50);
    const findings = (await checked(host)).findings.filter(({ kind }) =>
      kind === "stage"
    );
    assertEquals(
      findings.map(({ repair, severity }) => `${severity} ${repair}`),
      dropped.map(() => "leftover possible"),
    );
    assertEquals((await repaired(host)).isSound, true);
    for (const [path] of dropped) assert(!host.files.snapshot().has(path));
  });
}
