/** Trees between the host and the pond: what is chosen, named, deleted, which times. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { denoHost } from "../../src/host/deno_host.ts";
import type { Scratch } from "./scratch.ts";
import {
  names,
  NONE,
  report,
  scratchTree,
  tree,
  write,
} from "./tree_scratch.ts";

Deno.test("times of directories and symlinks go into the pond and out again", async () => {
  await using scratch = await scratchTree({ "d/a": "1" });
  const home = `${scratch.home}/tree`;
  await Deno.symlink("nowhere", `${home}/d/link`);
  const times = { "": 1, d: 2, "d/link": 3 };
  await setTimes(home, times);
  await scratch.ok("put tree /");
  await scratch.ok("get /tree copy");
  assertEquals(await timesOf(`${scratch.home}/copy`, times), times);
  // The time of a symlink alone is a change, as that of a file is.
  await setTimes(home, { "d/link": 9 });
  assertEquals((await report(scratch, "put tree /")).changed, 1);
  await scratch.ok("get /tree/. copy");
  const later = await timesOf(`${scratch.home}/copy`, { "d/link": 0 });
  assertEquals(later, { "d/link": 9 });
  // What changes in a directory of a pond gives it that time.
  await scratch.ok("put - /tree/d/a", { stdin: "2" });
  await scratch.ok("get /tree again");
  const [changed] = Object.values(
    await timesOf(`${scratch.home}/again`, { d: 0 }),
  );
  assert((changed ?? 0) > 365);
});

const DAY_ZERO_MS = Date.UTC(2025, 0, 1);

const DAY_MS = 24 * 60 * 60 * 1000;

/** Sets times, in days since the beginning of 2025. */
async function setTimes(
  directory: string,
  days: Readonly<Record<string, number>>,
): Promise<void> {
  for (const [path, day] of Object.entries(days)) {
    await denoHost().files.setModified(
      `${directory}/${path}`.replace(/\/$/, ""),
      DAY_ZERO_MS + day * DAY_MS,
    );
  }
}

/** The times of the same files, in whole days. */
async function timesOf(
  directory: string,
  paths: Readonly<Record<string, number>>,
): Promise<Record<string, number>> {
  const times: Record<string, number> = {};
  for (const path of Object.keys(paths)) {
    const { mtime } = await Deno.lstat(`${directory}/${path}`);
    times[path] = Math.floor(((mtime?.getTime() ?? 0) - DAY_ZERO_MS) / DAY_MS);
  }
  return times;
}

Deno.test("DIR/. means what is in a directory, so that a tree has another name elsewhere", async () => {
  await using scratch = await scratchTree({ "a": "1", "d/b": "2" });
  const home = `${scratch.home}/tree`;
  await scratch.ok("put tree/. /mirror/");
  assertEquals(await tree(scratch, "/mirror"), [
    "/mirror/a",
    "/mirror/d",
    "/mirror/d/b",
  ]);
  // Without the dot, into what is there by now, a slash or not.
  await scratch.ok("put tree/ /mirror");
  assertEquals((await tree(scratch, "/mirror/tree")).length, 3);
  await Deno.remove(`${home}/a`);
  assertEquals(await report(scratch, "put tree/. /mirror --delete"), {
    ...NONE,
    unchanged: 3,
    deleted: 5,
  });
  assertEquals(
    await report(
      { ...scratch, ok: inDirectory(scratch, home) },
      "put . /mirror",
    ),
    { ...NONE, unchanged: 3 },
  );
  await scratch.ok("get /mirror/. out/");
  await write(`${scratch.home}/out`, { "mine": "x" });
  assertEquals(await report(scratch, "get /mirror/. out --delete"), {
    ...NONE,
    unchanged: 3,
    deleted: 1,
  });
  assertEquals(await names(`${scratch.home}/out`), ["d", "d/b"]);
  await scratch.ok("get /mirror/.@v1 first");
  assertEquals(await names(`${scratch.home}/first`), ["a", "d", "d/b"]);
  for (const line of ["put tree/d/b/. /x", "get /mirror/d/b/. x"]) {
    const { code, stderr } = await scratch.run(line);
    assertEquals(code, 1, line);
    assertStringIncludes(stderr, "it is a file");
  }
  for (
    const line of [
      "put tree/. tree/d/. /mirror --delete",
      "put tree/. tree/d /mirror --delete",
      "get /mirror/. /mirror/d/. out --delete",
    ]
  ) {
    const { code, stderr } = await scratch.run(line);
    assertEquals(code, 2, line);
    assertStringIncludes(stderr, "Cannot use --delete");
  }
  assertEquals(await names(`${scratch.home}/out`), ["d", "d/b"]);
});

function inDirectory(scratch: Scratch, cwd: string): Scratch["ok"] {
  return (line, options) => scratch.ok(line, { ...options, cwd });
}

Deno.test("--delete deletes nothing after an error, in put and in get", async () => {
  await using scratch = await scratchTree({
    "a": "1",
    "d/b": "2",
    "other": "3",
  });
  await scratch.ok("put tree /");
  await scratch.ok("get /tree out");
  const out = `${scratch.home}/out`;
  await write(out, { "a": "mine", "extra": "mine" });
  const refused = await scratch.run("get /tree/. out --delete");
  assertEquals(refused.code, 3);
  assertStringIncludes(refused.stderr, "--force");
  assertStringIncludes(refused.stderr, "nothing is deleted");
  assertEquals(await names(out), ["a", "d", "d/b", "extra", "other"]);
  assertEquals(await Deno.readTextFile(`${out}/a`), "mine");
  await scratch.ok("get /tree/. out --delete --force");
  assertEquals(await names(out), ["a", "d", "d/b", "other"]);
  // What is another kind of thing is replaced by the same two options together.
  await Deno.remove(`${out}/d`, { recursive: true });
  await write(out, { "d": "a file", "extra": "mine" });
  for (const line of ["get /tree/. out --delete", "get /tree/. out --force"]) {
    assertEquals((await scratch.run(line)).code, 3, line);
    assertEquals(await names(out), ["a", "d", "extra", "other"]);
  }
  await scratch.ok("get /tree/. out --delete --force");
  assertEquals(await names(out), ["a", "d", "d/b", "other"]);
  // A file of /proc can't be put, and what the source hasn't stays.
  await Deno.remove(`${scratch.home}/tree/other`);
  const put = await scratch.run("put tree /proc/self/status / --delete");
  assertEquals(put.code, 3);
  assertStringIncludes(put.stderr, "nothing is deleted");
  assertEquals((await tree(scratch, "/tree")).length, 4);
  assertEquals((await report(scratch, "put tree / --delete")).deleted, 1);
});

Deno.test("what --include doesn't choose isn't there, neither are directories without it", async () => {
  await using scratch = await scratchTree({
    "a.csv": "1",
    "d/b.csv": "2",
    "d/e/f/c.csv": "3",
    "x/y/z.txt": "4",
  });
  await Deno.mkdir(`${scratch.home}/tree/empty`);
  await scratch.ok("put tree /all");
  await scratch.ok("put tree /some --include *.csv");
  await scratch.ok("get /all out --include *.csv");
  const chosen = ["a.csv", "d", "d/b.csv", "d/e", "d/e/f", "d/e/f/c.csv"];
  assertEquals(await names(`${scratch.home}/out`), chosen);
  assertEquals(
    await tree(scratch, "/some"),
    chosen.map((name) => `/some/${name}`),
  );
});

Deno.test("--include and --exclude hold for what is named, and for what patterns match", async () => {
  await using scratch = await scratchTree({
    "a.csv": "1",
    "a.tmp": "2",
    "build/x": "3",
    "d/build": "4",
  });
  await scratch.ok("mkdir /in");
  await scratch.ok([
    "put",
    "tree/*",
    "/in",
    "--exclude",
    "*.tmp",
    "--exclude",
    "build",
  ]);
  assertEquals(await tree(scratch, "/in"), ["/in/a.csv", "/in/d"]);
  await scratch.ok("put tree/a.csv tree/a.tmp /in --include *.tmp");
  assertEquals((await tree(scratch, "/in")).length, 3);
  await Deno.mkdir(`${scratch.home}/out`);
  await scratch.ok(["get", "/in/*", "out", "--exclude", "*.tmp"]);
  assertEquals(await names(`${scratch.home}/out`), ["a.csv", "d"]);
  await scratch.ok("get /in/a.tmp other --exclude *.tmp");
  assertEquals(await names(scratch.home), [
    "out",
    "out/a.csv",
    "out/d",
    "tree",
    ...(await names(`${scratch.home}/tree`)).map((name) => `tree/${name}`),
  ]);
});

Deno.test({
  name: "files whose size is none, as under /proc, are said to be such",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using scratch = await scratchTree({});
    const { code, stderr } = await scratch.run("put /proc/self/status /status");
    assertEquals(code, 1);
    assertStringIncludes(stderr, "other bytes than the 0");
    assertStringIncludes(stderr, "cat /proc/self/status | pond put - /NAME");
  },
});

Deno.test("--include and --exclude choose by names, and by paths from the top", async () => {
  await using scratch = await scratchTree({
    "a.csv": "1",
    "a.txt": "2",
    "d/b.csv": "3",
    "d/e/c.csv": "4",
    "x/y.txt": "5",
  });
  await scratch.ok("put tree /one --include *.csv --exclude d/e");
  assertEquals(await tree(scratch, "/one"), [
    "/one/a.csv",
    "/one/d",
    "/one/d/b.csv",
  ]);
  await scratch.ok("put tree /two --exclude *.csv --exclude d/");
  assertEquals(await tree(scratch, "/two"), [
    "/two/a.txt",
    "/two/x",
    "/two/x/y.txt",
  ]);
  await scratch.ok("put tree /all");
  await scratch.ok("get /all out --exclude d --include *.{csv,txt}");
  assertEquals(await names(`${scratch.home}/out`), [
    "a.csv",
    "a.txt",
    "x",
    "x/y.txt",
  ]);
  assertEquals((await scratch.run("put tree /bad --include [")).code, 2);
});

Deno.test("put --delete takes away what the host hasn't, but nothing that is left out", async () => {
  await using scratch = await scratchTree({
    "a": "1",
    "d/b": "2",
    "c.log": "3",
  });
  const home = `${scratch.home}/tree`;
  await scratch.ok("put tree /");
  await Deno.remove(`${home}/d`, { recursive: true });
  await Deno.remove(`${home}/c.log`);
  await Deno.remove(`${home}/a`);
  await write(`${home}/a`, { "now": "a directory" });
  const refused = await scratch.run("put tree /");
  assertEquals(refused.code, 1);
  assertStringIncludes(refused.stderr, "--delete");
  const tried = await scratch.ok("put tree / --delete --exclude *.log -n");
  assertEquals(tried.split("\n").filter((line) => line !== "").sort(), [
    "create  directory  /tree/a",
    "create  file       /tree/a/now",
    "delete  directory  /tree/d",
    "delete  file       /tree/a",
    "delete  file       /tree/d/b",
  ]);
  assertEquals((await tree(scratch, "/tree")).length, 4);
  assertEquals(await report(scratch, "put tree / --delete --exclude *.log"), {
    ...NONE,
    new: 2,
    unchanged: 1,
    deleted: 3,
  });
  assertEquals(await tree(scratch, "/tree"), [
    "/tree/a",
    "/tree/a/now",
    "/tree/c.log",
  ]);
});

Deno.test("--delete leaves what is left out, in directories that would go as well", async () => {
  await using scratch = await scratchTree({
    "d/keep.log": "1",
    "d/gone": "2",
    "e/gone": "3",
    "f": "4",
  });
  const home = `${scratch.home}/tree`;
  await scratch.ok("put tree /");
  await scratch.ok("get /tree out");
  await Deno.remove(`${home}/d`, { recursive: true });
  await Deno.remove(`${home}/e`, { recursive: true });
  await scratch.ok("put tree / --delete --exclude *.log");
  assertEquals(await tree(scratch, "/tree"), [
    "/tree/d",
    "/tree/d/keep.log",
    "/tree/f",
  ]);
  await scratch.ok("rm -r /tree/d");
  await scratch.ok("mkdir /in");
  await scratch.ok("mv /tree /in/out");
  await scratch.ok("get /in/out . --delete --include gone --include f");
  assertEquals(await names(`${scratch.home}/out`), ["d", "d/keep.log", "f"]);
});

Deno.test("--files-from takes what is listed, where it is in the source, in put and get", async () => {
  await using scratch = await scratchTree({
    "a": "1",
    "b": "2",
    "d/c": "3",
    "d/e": "4",
    "d/f/g": "5",
    "h/i j": "6",
  });
  const { home } = scratch;
  await scratch.ok("put --files-from - tree /", {
    stdin: "./a\nd/f/\nh/i j\n\n",
  });
  const chosen = ["a", "d", "d/f", "d/f/g", "h", "h/i j"];
  assertEquals(
    await tree(scratch, "/tree"),
    chosen.map((name) => `/tree/${name}`),
  );
  await Deno.writeTextFile(`${home}/list`, "h/i j\0a\0");
  await scratch.ok("get -0 --files-from list /tree/. out --exclude a");
  assertEquals(await names(`${home}/out`), ["h", "h/i j"]);
  const missing = await scratch.run("put tree/. /x --delete --files-from -", {
    stdin: "b\nd/none\n",
  });
  assertEquals(missing.code, 3);
  assertStringIncludes(missing.stderr, "Cannot find /d/none in the source");
  assertEquals(await tree(scratch, "/x"), ["/x/b"]);
  for (
    const [line, stdin] of [
      ["put --files-from - tree /y", "../a\n"],
      ["put --files-from - tree /y", "/\n"],
      ["put --files-from - tree tree/d /y", "a\n"],
      ["put -0 tree /y", ""],
      ["put --files-from nowhere tree /y", ""],
    ] as const
  ) {
    const { code } = await scratch.run(line, { stdin });
    assertEquals(code, line.includes("nowhere") ? 4 : 2, line);
  }
  assertEquals((await scratch.run("ls /y")).code, 4);
});
