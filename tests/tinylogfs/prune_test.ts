/** Dropping history: what goes, what stays, and what it says. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { PondError } from "../../src/errors.ts";
import type { MemoryHost } from "../../src/host/memory.ts";
import { TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { newHost, passDays, pathsLike, POND } from "../support/checked_pond.ts";
import { treeOf } from "../support/tree.ts";
import { assertCode } from "./scratch.ts";

async function textOf(fs: TinyLogFS, path: string): Promise<string> {
  return new TextDecoder().decode(await fs.readFile(path));
}

async function errorOf(work: () => Promise<unknown>): Promise<PondError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof PondError) return error;
    throw error;
  }
  throw new Error("it should have failed");
}

function blobs(host: MemoryHost): number {
  return pathsLike(host, /\/blobs\//).length;
}

for (const layout of ["clustered", "hive"] as const) {
  const open = async () => {
    const host = newHost();
    const fs = await TinyLogFS.initEmpty(host, POND, { layout });
    await fs.createDirectory("/d");
    await fs.createFile("/d/gone", new Uint8Array(70_000).fill(1));
    await fs.createFile("/d/stays", "line of v1\n");
    await fs.commit({ message: "one" });
    await fs.writeFile("/text", "first\n");
    await fs.delete("/d/gone");
    await fs.commit({ message: "two" });
    await fs.writeFile("/text", "first\nsecond\n");
    await fs.commit({ message: "three" });
    await fs.rename("/text", "/d/moved");
    await fs.commit({ message: "four" });
    await fs.writeFile("/d/moved", "first\nsecond\nthird\n");
    await fs.commit({ message: "five" });
    return { host, fs };
  };

  Deno.test(`prune() drops versions before a revision, and says what is no more (${layout})`, async () => {
    const { fs, host } = await open();
    await using _fs = fs;
    const before = host.files.snapshot();
    const planned = await fs.prune({ before: "v3", dryRun: true });
    assertEquals(
      [...host.files.snapshot().keys()],
      [...before.keys()],
    );
    const report = await fs.prune({ before: "v3" });
    assertEquals({ ...report, dryRun: true }, planned);
    assertEquals(report.wholeSince, 3);
    // Versions 0, 1 and 2.
    assertEquals(report.transactions, 3);
    assert(report.filesRemoved > report.filesAdded);
    const { code, hint, message } = await errorOf(() => fs.at("v2"));
    assertEquals(code, "REVISION_NOT_FOUND");
    assertStringIncludes(message, "history before v3 was pruned");
    assertStringIncludes(hint ?? "", "pond log");
    for (const revision of ["v-3", "v0", "2001-01-01"]) {
      await assertCode("REVISION_NOT_FOUND", () => fs.at(revision));
    }
    await using at = await fs.at("v3");
    assertEquals(await textOf(at, "/text"), "first\nsecond\n");
    assertEquals(await textOf(at, "/d/stays"), "line of v1\n");
    const messages = await Array.fromAsync(fs.transactions());
    assertEquals(messages.map(({ message }) => message), [
      "five",
      "four",
      "three",
    ]);
    assertEquals((await fs.check({ depth: "data" })).isSound, true);
  });

  Deno.test(`log, blame and diff work on what prune() has left (${layout})`, async () => {
    const { fs } = await open();
    await using _fs = fs;
    await fs.prune({ before: "v3" });
    const rows = await Array.fromAsync(fs.getNodeHistory("/d/moved"));
    assertEquals(rows.map(({ version }) => version), [5, 4, 3]);
    const old = await Array.fromAsync(fs.getNodeHistory("/d/stays"));
    assertEquals(old.map(({ version }) => version), [1]);
    const lines = await Array.fromAsync(fs.blame("/d/moved"));
    assertEquals(lines.map(({ version }) => version), [3, 3, 5]);
    const changes = await Array.fromAsync(fs.diff("v3", "@"));
    assertEquals(changes.map(({ path }) => path), ["/d/moved"]);
  });

  Deno.test(`undo() and restore() go back to the bound of prune(), and not beyond it (${layout})`, async () => {
    const { fs } = await open();
    await using _fs = fs;
    await using at = await fs.at("v3");
    const tree = await treeOf(at);
    await using early = await fs.at("v1");
    await treeOf(early);
    await fs.prune({ before: "v3" });
    const error = await errorOf(() => fs.undo("v3"));
    assertEquals(error.code, "REVISION_NOT_FOUND");
    assertStringIncludes(error.message, "Cannot undo v3: what was before it");
    await assertCode("REVISION_NOT_FOUND", () => fs.restore("v2"));
    await fs.undo();
    await fs.undo();
    assertEquals(await treeOf(fs), tree);
    await assertCode("REVISION_NOT_FOUND", () => fs.undo());
    // Who looked at an earlier state is told, and sees no part of it.
    await assertCode("REVISION_NOT_FOUND", () => treeOf(early));
  });

  Deno.test(`prune() leaves other branches alone, and vacuum() keeps their blobs (${layout})`, async () => {
    const { fs, host } = await open();
    await using _fs = fs;
    await fs.createBranch("exp", { at: "v1" });
    await fs.prune({ before: "@" });
    await passDays(host, 9);
    await fs.vacuum({ dryRun: false });
    assertEquals(blobs(host), 1);
    await using exp = await TinyLogFS.open(host, POND, { branch: "exp" });
    assertEquals((await exp.readFile("/d/gone")).length, 70_000);
    assertEquals((await fs.check({ depth: "data" })).findings, []);
  });

  Deno.test(`vacuum() deletes blobs that only pruned history named, once nobody can be reading it (${layout})`, async () => {
    const { fs, host } = await open();
    await using _fs = fs;
    await passDays(host, 9);
    await using reader = await TinyLogFS.open(host, POND);
    await using early = await reader.at("v1");
    await using late = await TinyLogFS.open(host, POND);
    await fs.prune({ before: "v3" });
    await fs.vacuum({ dryRun: false });
    assertEquals(blobs(host), 1);
    assertEquals((await fs.check({ repair: true })).isSound, true);
    // This one began before, and goes on.
    assertEquals((await early.readFile("/d/gone")).length, 70_000);
    await passDays(host, 9);
    await fs.vacuum({ dryRun: false });
    assertEquals(blobs(host), 0);
    assertEquals((await fs.check({ depth: "data" })).findings, []);
    // And this one has not read anything yet.
    const { code, message } = await errorOf(async () =>
      await treeOf(await late.at("v1"))
    );
    assertEquals(code, "REVISION_NOT_FOUND", message);
  });

  Deno.test(`prune() beside writers and merges loses none of their work (${layout})`, async () => {
    const { fs, host } = await open();
    await using _fs = fs;
    await using other = await TinyLogFS.open(host, POND);
    await other.createFile("/other", "o");
    await Promise.all([
      fs.prune({ before: "v4" }),
      other.commit().then(() => other.optimize()),
    ]);
    await other.writeFile("/other", "p");
    await other.commit();
    await using cold = await TinyLogFS.open(host, POND);
    assertEquals(await textOf(cold, "/other"), "p");
    await assertCode("REVISION_NOT_FOUND", () => cold.at("v3"));
    await using at = await cold.at("v4");
    assertEquals(await textOf(at, "/d/moved"), "first\nsecond\n");
    assertEquals((await cold.check()).isSound, true);
  });

  Deno.test(`two prune() at the same time leave what the one that goes further keeps (${layout})`, async () => {
    for (const bounds of [["v2", "v4"], ["v4", "v2"]]) {
      const { fs, host } = await open();
      await using _fs = fs;
      await using other = await TinyLogFS.open(host, POND);
      const [first = "", second = ""] = bounds;
      await Promise.allSettled([
        fs.prune({ before: first }),
        other.prune({ before: second }),
      ]);
      await using cold = await TinyLogFS.open(host, POND);
      assertEquals(cold.oplog.wholeSince, 4);
      await assertCode("REVISION_NOT_FOUND", () => cold.at("v3"));
      await using at = await cold.at("v4");
      assertEquals(await textOf(at, "/d/moved"), "first\nsecond\n");
      assertEquals((await cold.check()).isSound, true);
    }
  });

  Deno.test(`prune() of nothing changes nothing, and refuses what is no version (${layout})`, async () => {
    const { fs } = await open();
    await using _fs = fs;
    const { version } = fs.oplog;
    const report = await fs.prune({ before: "v0" });
    assertEquals(report.filesRemoved, 0);
    assertEquals(fs.oplog.version, version);
    await assertCode("REVISION_NOT_FOUND", () => fs.prune({ before: "v99" }));
    await assertCode(
      "INVALID_ARGUMENT",
      () => fs.prune({ before: "@pending" }),
    );
    await using at = await fs.at("v2");
    await assertCode("READ_ONLY", () => at.prune({ before: "v1" }));
  });
}
