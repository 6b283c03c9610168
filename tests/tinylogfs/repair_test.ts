/** Repairing a pond: what loses nothing, and a pond that opens and commits. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { PondError, type PondErrorCode } from "../../src/errors.ts";
import { encodeUtf8 } from "../../src/bytes.ts";
import type { FileStore, Host } from "../../src/host/host.ts";
import type { MemoryHost } from "../../src/host/memory.ts";
import { type CheckReport, TinyLogFS } from "../../src/tinylogfs/mod.ts";
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
import { type Tree, treeOf } from "../support/tree.ts";
import { assertCode } from "./scratch.ts";

const CHECKPOINT = `${LOG}/${"6".padStart(20, "0")}.checkpoint.parquet`;

async function repaired(host: Host): Promise<CheckReport> {
  return await checked(host, { repair: true });
}

/** The pond is sound, opens, commits, and reads on. */
async function goesOn(host: MemoryHost): Promise<Tree> {
  assertEquals((await checked(host)).findings, []);
  await using fs = await TinyLogFS.open(host, POND);
  const tree = await treeOf(fs);
  await fs.createFile("/next", "next");
  await fs.commit();
  await using cold = await TinyLogFS.open(copyOf(host), POND, { staged: true });
  assertEquals((await cold.check()).findings, []);
  return tree;
}

function recovered(host: MemoryHost): string[] {
  return pathsLike(host, /\/recovered\//)
    .map((path) => path.slice(`${POND}/recovered/`.length))
    .filter((name) => name !== "lock");
}

for (const layout of ["clustered", "hive"] as const) {
  const start = await pondWithHistory(layout);
  const test = (
    name: string,
    body: (host: MemoryHost) => Promise<void>,
  ) => Deno.test(`${name} (${layout})`, () => body(copyOf(start)));
  const treeAt = async (version: number) => {
    await using fs = await TinyLogFS.open(copyOf(start), POND);
    return await treeOf(await fs.at(`v${version}`));
  };

  test("check({repair}) of a sound pond changes nothing", async (host) => {
    const before = [...host.files.snapshot().keys()];
    assertEquals((await repaired(host)).findings, []);
    assertEquals([...host.files.snapshot().keys()], before);
  });

  test("check({repair}) moves a damaged newest commit away, and keeps what it had written", async (host) => {
    for (const length of [0, 1, 700]) {
      const copy = copyOf(host);
      tear(copy, commitPath(9), length);
      const torn = copy.files.snapshot().get(commitPath(9));
      await assertCode("INTEGRITY", () => TinyLogFS.open(copy, POND));
      const before = copy.files.snapshot();
      const planned = await checked(copy, { repair: true, dryRun: true });
      assertEquals(brief(planned), [
        "damage commit 9 possible",
        "damage witness 9 possible",
      ]);
      assertEquals(copy.files.snapshot(), before);
      const report = await repaired(copy);
      assertEquals(brief(report), [
        "damage commit 9 done",
        "damage witness 9 done",
      ]);
      assertEquals([report.isSound, report.version], [true, 8]);
      assertStringIncludes(report.findings[0]?.lost ?? "", "changed /after");
      const [commit = "", ...data] = recovered(copy);
      assertEquals(commit, commitPath(9).slice(LOG.length + 1));
      assertEquals(
        copy.files.snapshot().get(`${POND}/recovered/${commit}`),
        torn,
      );
      assertEquals(data.length, layout === "clustered" ? 1 : 2);
      assertEquals(await goesOn(copy), await treeAt(8));
      assertEquals((await repaired(copy)).findings, []);
    }
  });

  test("check({repair}) moves all damaged commits at the end away", async (host) => {
    for (const version of [7, 8, 9]) tear(host, commitPath(version), 0);
    const report = await repaired(host);
    assertEquals(report.isSound, true);
    assertEquals(report.version, 6);
    assertEquals(await goesOn(host), await treeAt(6));
  });

  test("check({repair}) goes on from the version before a commit that is missing", async (host) => {
    host.files.uproot(commitPath(9));
    await assertCode("INTEGRITY", () => TinyLogFS.open(host, POND));
    assertEquals(brief(await repaired(host)), ["damage witness 9 done"]);
    assertEquals(await goesOn(host), await treeAt(8));
  });

  test("check({repair}) lets the log begin after damaged commits that a checkpoint stands for", async (host) => {
    for (const version of [0, 3, 6]) {
      const copy = copyOf(host);
      tear(copy, commitPath(version), 0);
      const report = await repaired(copy);
      assertEquals(brief(report), [`damage commit ${version} done`]);
      assertEquals(report.counts.commits, 9 - version);
      assertEquals(recovered(copy).length, version + 1);
      assertEquals(await goesOn(copy), await treeAt(9));
      await using fs = await TinyLogFS.open(copy, POND);
      assertEquals(await treeOf(await fs.at("v1")), await treeAt(1));
    }
  });

  test("check({repair}) writes a new version where the newest commit is damaged, and a checkpoint stands for it", async (host) => {
    await using fs = await TinyLogFS.open(host, POND);
    await fs.checkpoint();
    tear(host, commitPath(9), 10);
    assertEquals(brief(await repaired(host)), ["damage commit 9 done"]);
    assert(pathsLike(host, /\/0+10\.json$/).length === 1);
    assertEquals(await goesOn(host), await treeAt(9));
    // An object that had it open goes on, too.
    await fs.createFile("/open", "open");
    await fs.commit();
    assertEquals((await checked(host)).findings, []);
  });

  test("check({repair}) moves damaged checkpoints away, and writes hints anew", async (host) => {
    for (const length of [0, 50, 3000]) {
      const copy = copyOf(host);
      tear(copy, CHECKPOINT, length);
      const report = await repaired(copy);
      assertEquals(brief(report), [
        "damage checkpoint 6 done",
        "note hint - done",
      ]);
      assertEquals(await goesOn(copy), await treeAt(9));
    }
    host.files.plant(`${LOG}/_last_checkpoint`, encodeUtf8("{}"));
    tear(host, `${POND}/head`, 3);
    assertEquals(brief(await repaired(host)), [
      "note hint - done",
      "note witness - done",
    ]);
    const text = host.files.snapshot().get(`${LOG}/_last_checkpoint`);
    assertEquals(
      text,
      start.files.snapshot().get(`${LOG}/_last_checkpoint`),
    );
    assertEquals(
      host.files.snapshot().get(`${POND}/head`),
      start.files.snapshot().get(`${POND}/head`),
    );
    assertEquals(await goesOn(host), await treeAt(9));
  });

  test("check({repair}) moves a damaged end of the stage away, and keeps what was staged before", async (host) => {
    {
      await using fs = await TinyLogFS.open(host, POND, { staged: true });
      await fs.createFile("/second", "2");
      await fs.stage();
    }
    const [first = "", second = ""] = pathsLike(host, /ndjson$/);
    const damaged = copyOf(host);
    tear(damaged, second, 100);
    assertEquals(brief(await repaired(damaged)), ["damage stage - done"]);
    await using fs = await TinyLogFS.open(damaged, POND, { staged: true });
    await fs.commit();
    assertEquals(await fs.exists("/staged"), true);
    // What is before others isn't moved: they build on it.
    tear(host, first, 100);
    assertEquals(brief(await repaired(host)), ["damage stage - none"]);
  });

  test("check({repair}) deletes what is older than the retention, and nothing else", async (host) => {
    const old = `${POND}/tmp/${"a".repeat(32)}`;
    const young = `${POND}/tmp/${"b".repeat(32)}`;
    host.files.plant(old, encodeUtf8("old"));
    await passDays(host, 8);
    host.files.plant(young, encodeUtf8("young"));
    await passDays(host, 0.1);
    assertEquals(brief(await repaired(host)), [
      "leftover unused - done",
      "leftover unused - none",
    ]);
    assertEquals(pathsLike(host, /\/tmp\//), [young]);
    // Beside damage that can't be repaired, all of it may be of use.
    host.files.plant(old, encodeUtf8("old"));
    await passDays(host, 8);
    const [data = ""] = pathsLike(host, /part-/);
    host.files.uproot(data);
    assertEquals((await repaired(host)).isSound, false);
    assertEquals(pathsLike(host, /\/tmp\//), [old, young]);
  });

  test("check({repair}) leaves what it can't repair", async (host) => {
    tear(host, commitPath(7), 100);
    for (const path of pathsLike(host, /part-/).slice(0, 2)) {
      host.files.uproot(path);
    }
    const before = host.files.snapshot();
    assertEquals((await repaired(host)).isSound, false);
    assertEquals(host.files.snapshot(), before);
  });

  test("check({repair}) moves nothing away that the host doesn't let it read", async (host) => {
    const [stage = ""] = pathsLike(host, /ndjson$/);
    for (const path of [commitPath(9), commitPath(3), CHECKPOINT, stage]) {
      for (const code of ["IO", "PERMISSION_DENIED"] as const) {
        const copy = copyOf(host);
        const before = [...copy.files.snapshot().keys()];
        const report = await repaired(unreadable(copy, path, code));
        const [damage] = report.findings.filter(({ severity }) =>
          severity === "damage"
        );
        assertEquals([damage?.path, damage?.repair], [path, "none"]);
        assertStringIncludes(damage?.problem ?? "", "on purpose");
        assertStringIncludes(damage?.remedy ?? "", "look why");
        const after = [...copy.files.snapshot().keys()];
        assertEquals(after.filter((name) => !before.includes(name)), []);
      }
    }
  });

  test("check({repair}) beside a writer that knows the damaged commit loses none of its commits", async (host) => {
    for (const moment of ["before", "after"] as const) {
      const copy = copyOf(host);
      await using writer = await TinyLogFS.open(copy, POND);
      await writer.createFile("/w", "written");
      tear(copy, commitPath(9), 0);
      let outcome = "";
      const commit = async () => {
        const made = writer.commit();
        outcome = await made.then(() => "made", () => "refused");
      };
      const slow = whenRemoved(copy, commitPath(9), moment, commit);
      const report = await repaired(slow);
      if (moment === "after") {
        // It saw that the one before is gone, and took its own back.
        assertEquals([outcome, report.isSound], ["refused", true]);
        assertEquals(await goesOn(copy), await treeAt(8));
        continue;
      }
      // Its commit is there, and so the damaged one was put back.
      assertEquals([outcome, report.isSound], ["made", false]);
      assertEquals(pathsLike(copy, /_delta_log\/0+(9|10)\.json$/).length, 2);
      assert(brief(report).includes("damage commit 9 none"));
    }
  });
}

/** A host that fails to read a file. */
function unreadable(
  host: MemoryHost,
  wanted: string,
  code: PondErrorCode,
): Host {
  const files: FileStore = new Proxy(host.files, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      if (name !== "read") return member.bind(target);
      return (path: string, ...rest: unknown[]) => {
        if (path !== wanted) return member.call(target, path, ...rest);
        const message = `Cannot read ${path}: on purpose`;
        return Promise.reject(new PondError(code, message, { path }));
      };
    },
  });
  return { ...host, files };
}

/** A host where something happens when a file is about to be removed, or is. */
function whenRemoved(
  host: MemoryHost,
  wanted: string,
  moment: "before" | "after",
  work: () => Promise<void>,
): Host {
  const files: FileStore = new Proxy(host.files, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      if (name !== "remove") return member.bind(target);
      return async (path: string) => {
        if (path === wanted && moment === "before") await work();
        await target.remove(path);
        if (path === wanted && moment === "after") await work();
      };
    },
  });
  return { ...host, files };
}
