/**
 * A program that was written for Node: isomorphic-git, with its repository and
 * its working tree in a pond.
 */
import { assertEquals, assertNotEquals } from "@std/assert";
import git, { type FsClient } from "isomorphic-git";
import { memoryHost } from "../../../src/host/memory.ts";
import {
  type Layout,
  type NodeFs,
  TinyLogFS,
} from "../../../src/tinylogfs/mod.ts";
import { withPond } from "../scratch.ts";

const dir = "/project";
const author = { name: "A Writer", email: "writer@example.org", timestamp: 1 };

/** A repository with one commit. */
async function repository(fs: NodeFs): Promise<string> {
  await fs.mkdir(`${dir}/src`, { recursive: true });
  await git.init({ fs, dir, defaultBranch: "main" });
  await fs.writeFile(`${dir}/README`, "first\n");
  await fs.writeFile(`${dir}/src/run.sh`, "exit 0\n", { mode: 0o777 });
  await fs.symlink("../README", `${dir}/src/link`);
  await git.add({ fs, dir, filepath: "." });
  return await git.commit({ fs, dir, author, message: "the first" });
}

/** Each file's path and its state, as `git status` has it. */
async function statusOf(fs: FsClient): Promise<Record<string, string>> {
  const states: Record<string, string> = {};
  for (const [path] of await git.statusMatrix({ fs, dir })) {
    states[path] = await git.status({ fs, dir, filepath: path });
  }
  return states;
}

const CLEAN = {
  "README": "unmodified",
  "src/link": "unmodified",
  "src/run.sh": "unmodified",
};

for (const layout of ["clustered", "hive"] satisfies Layout[]) {
  Deno.test(`isomorphic-git (${layout}): init, add, commit, log, branch, checkout and status in a pond`, async () => {
    const host = memoryHost();
    await using pond = await TinyLogFS.initEmpty(host, "/pond", { layout });
    const fs = await pond.nodeFs();
    const first = await repository(fs);
    assertEquals(await statusOf(fs), CLEAN);

    await git.branch({ fs, dir, ref: "topic", checkout: true });
    await fs.writeFile(`${dir}/README`, "second, and longer\n");
    await fs.writeFile(`${dir}/src/new`, "new\n");
    await fs.unlink(`${dir}/src/run.sh`);
    assertEquals(await statusOf(fs), {
      ...CLEAN,
      "README": "*modified",
      "src/new": "*added",
      "src/run.sh": "*deleted",
    });
    await git.add({ fs, dir, filepath: "." });
    await git.remove({ fs, dir, filepath: "src/run.sh" });
    const second = await git.commit({ fs, dir, author, message: "the second" });
    assertNotEquals(second, first);

    await git.checkout({ fs, dir, ref: "main" });
    assertEquals(await git.currentBranch({ fs, dir }), "main");
    assertEquals(await fs.readFile(`${dir}/README`, "utf8"), "first\n");
    assertEquals(await fs.readlink(`${dir}/src/link`), "../README");
    assertEquals(await fs.readFile(`${dir}/src/link`, "utf8"), "first\n");
    assertEquals((await fs.stat(`${dir}/src/run.sh`)).mode & 0o777, 0o755);
    assertEquals(await pond.exists(`${dir}/src/new`), false);
    assertEquals(await statusOf(fs), CLEAN);

    const merged = await git.merge({ fs, dir, author, theirs: "topic" });
    assertEquals(merged.oid, second);
    await git.checkout({ fs, dir, ref: "main" });
    const messages = (await git.log({ fs, dir }))
      .map(({ oid, commit }) => [oid, commit.message]);
    assertEquals(messages, [[second, "the second\n"], [first, "the first\n"]]);
  });
}

Deno.test("isomorphic-git finds its repository in what was committed, and by fs.promises", async () => {
  await withPond(async ({ fs: pond, open }) => {
    const first = await repository(await pond.nodeFs());
    await pond.commit({ message: "a repository" });
    await using other = await open();
    const { promises } = await other.nodeFs();
    const [{ oid } = {}] = await git.log({ fs: { promises }, dir });
    assertEquals(oid, first);
    assertEquals(await statusOf({ promises }), CLEAN);
  });
});

Deno.test("isomorphic-git reads an earlier version of a pond as it was", async () => {
  await withPond(async ({ fs: pond }) => {
    const fs = await pond.nodeFs();
    const first = await repository(fs);
    await pond.commit();
    await fs.writeFile(`${dir}/README`, "second, and longer\n");
    await git.add({ fs, dir, filepath: "README" });
    const second = await git.commit({ fs, dir, author, message: "the second" });
    await pond.commit();
    await using before = await pond.at("v1");
    const ref = "HEAD";
    const resolve = async (of: TinyLogFS) =>
      await git.resolveRef({ fs: await of.nodeFs(), dir, ref });
    assertEquals(await resolve(before), first);
    assertEquals(await resolve(pond), second);
  });
});
