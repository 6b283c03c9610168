/** Trees between the host and the pond: what is taken, kept, skipped. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { scratchDirectory } from "./scratch.ts";
import { age, names, NONE, report, scratchTree, tree } from "./tree_scratch.ts";

Deno.test("pond put makes no version of what is unchanged, and one of what isn't", async () => {
  await using scratch = await scratchTree({ "a": "1", "d/b": "2", "d/c": "3" });
  await Deno.symlink("a", `${scratch.home}/tree/link`);
  await age(`${scratch.home}/tree`);
  assertEquals(await report(scratch, "put tree /"), { ...NONE, new: 6 });
  assertEquals(await report(scratch, "put tree /"), { ...NONE, unchanged: 6 });
  await Deno.writeTextFile(`${scratch.home}/tree/d/b`, "4");
  await Deno.writeTextFile(`${scratch.home}/tree/d/new`, "5");
  assertEquals(await report(scratch, "put tree /"), {
    ...NONE,
    new: 1,
    changed: 1,
    unchanged: 5,
  });
  const versions = JSON.parse(await scratch.ok("history --json"));
  assertEquals(versions.length, 3);
  assertEquals(await scratch.ok("cat /tree/d/b"), "4");
});

Deno.test("pond put sees a change of equal size and time, with and without its cache", async () => {
  await using scratch = await scratchTree({ "a": "old" });
  const file = `${scratch.home}/tree/a`;
  await age(`${scratch.home}/tree`);
  await scratch.ok("put tree /");
  for (const text of ["new", "two"]) {
    const { ctime } = await Deno.stat(file);
    await Deno.writeTextFile(file, text);
    // The clock of the file system goes on by ticks: the next one, at least.
    do await age(`${scratch.home}/tree`); while (
      (await Deno.stat(file)).ctime?.getTime() === ctime?.getTime()
    );
    assertEquals(await report(scratch, "put tree /"), {
      ...NONE,
      changed: 1,
      unchanged: 1,
    });
    assertEquals(await scratch.ok("cat /tree/a"), text);
    await Deno.remove(`${scratch.pond}/cache`, { recursive: true });
  }
  // Another inode with the same times, too.
  await Deno.remove(file);
  await Deno.writeTextFile(file, "six");
  await age(`${scratch.home}/tree`);
  assertEquals((await report(scratch, "put tree /")).changed, 1);
});

Deno.test("pond put puts back what was changed in the pond, and of a touched file only the time", async () => {
  await using scratch = await scratchTree({ "a": "host", "b": "same" });
  await scratch.ok("put tree /");
  await scratch.ok("put - /tree/a", { stdin: "pond" });
  const touched = new Date("2026-02-03T04:05:06Z");
  await Deno.utime(`${scratch.home}/tree/b`, touched, touched);
  const { bytes, changed } = JSON.parse(
    await scratch.ok("put tree / --json"),
  );
  assertEquals([changed, bytes], [2, "host".length]);
  assertEquals(await scratch.ok("cat /tree/a"), "host");
  const { modified } = JSON.parse(await scratch.ok("stat /tree/b --json"))[0];
  assertEquals(Date.parse(modified), touched.getTime());
  // Its new time is known by now: nothing of it is read.
  assertEquals(await report(scratch, "put tree /"), { ...NONE, unchanged: 3 });
});

Deno.test("pond put believes no cache that is damaged or belongs to another branch", async () => {
  await using scratch = await scratchTree({ "a": "1" });
  await age(`${scratch.home}/tree`);
  await scratch.ok("put tree /");
  await scratch.ok("branch other");
  await scratch.ok("put - /tree/a --branch other", { stdin: "2" });
  const other = await report(scratch, "put tree / --branch other");
  assertEquals(other.changed, 1);
  const directory = `${scratch.pond}/cache/put`;
  for await (const { name } of Deno.readDir(directory)) {
    const text = await Deno.readTextFile(`${directory}/${name}`);
    await Deno.writeTextFile(
      `${directory}/${name}`,
      text.replace('"/a"', '"/b"'),
    );
  }
  assertEquals((await report(scratch, "put tree /")).unchanged, 2);
});

Deno.test("a put that is only staged, or only tried, notes nothing for the next one", async () => {
  await using scratch = await scratchTree({ "a": "1" });
  await age(`${scratch.home}/tree`);
  await scratch.ok("put tree / --no-sync");
  await scratch.ok("revert");
  await scratch.ok("put tree / --dry-run");
  assertEquals(await scratch.ok("ls /"), "");
  assertEquals((await report(scratch, "put tree /")).new, 2);
});

Deno.test("modes and times of files go into the pond and out again", async () => {
  await using scratch = await scratchTree({ "run.sh": "#!", "d/secret": "s" });
  const home = `${scratch.home}/tree`;
  await age(home);
  await Deno.chmod(`${home}/run.sh`, 0o755);
  await Deno.chmod(`${home}/d/secret`, 0o666);
  await Deno.chmod(`${home}/d`, 0o750);
  await scratch.ok("put tree /");
  await scratch.ok("get /tree copy");
  const copy = `${scratch.home}/copy`;
  const modes = [];
  for (const path of ["run.sh", "d/secret", "d"]) {
    modes.push(((await Deno.stat(`${copy}/${path}`)).mode ?? 0) & 0o777);
  }
  assertEquals(modes, [0o755, 0o666, 0o750]);
  const { mtime } = await Deno.stat(`${copy}/run.sh`);
  assertEquals(mtime?.toISOString(), "2026-01-02T03:04:05.000Z");
  // A mode alone is a change, of the node and not of its content.
  await Deno.chmod(`${home}/run.sh`, 0o700);
  assertEquals((await report(scratch, "put tree /")).changed, 1);
  await scratch.ok("get --force /tree/run.sh copy/run.sh");
  assertEquals(
    ((await Deno.stat(`${copy}/run.sh`)).mode ?? 0) & 0o777,
    0o700,
  );
});

Deno.test(".pondignore says what isn't put, in the language of .gitignore, the nearest file first", async () => {
  await using scratch = await scratchTree({
    ".pondignore": "*.tmp\n/build/\n!keep.tmp\n",
    "a.tmp": "1",
    "keep.tmp": "2",
    "build/x": "3",
    "d/build/y": "4",
    "d/.pondignore": "!z.tmp\nsecret\n",
    "d/z.tmp": "5",
    "d/secret": "6",
    "secret": "7",
  });
  await scratch.ok("put tree /t");
  assertEquals(await tree(scratch, "/t"), [
    "/t/.pondignore",
    "/t/d",
    "/t/d/.pondignore",
    "/t/d/build",
    "/t/d/build/y",
    "/t/d/z.tmp",
    "/t/keep.tmp",
    "/t/secret",
  ]);
});

Deno.test("get skips what is the same, refuses what isn't, and --delete takes away the rest", async () => {
  await using scratch = await scratchTree({ "a": "1", "d/b": "2" });
  await scratch.ok("put tree /");
  assertEquals(await report(scratch, "get /tree out"), { ...NONE, new: 4 });
  const out = `${scratch.home}/out`;
  // Into the directory that is there by now: under the tree's own name.
  await scratch.ok("get /tree out");
  await Deno.rename(`${out}/tree`, `${scratch.home}/again`);
  assertEquals(await report(scratch, "get /tree/d out"), {
    ...NONE,
    unchanged: 2,
  });
  await Deno.writeTextFile(`${out}/d/b`, "mine");
  assertEquals((await scratch.run("get /tree/d out")).code, 3);
  await Deno.writeTextFile(`${out}/d/other`, "mine");
  await Deno.mkdir(`${out}/d/dir`);
  const line = "get /tree/d out --force --delete";
  const tried = await scratch.ok(`${line} --dry-run`);
  assertEquals(tried.match(/^(delete|update)/gm)?.sort(), [
    "delete",
    "delete",
    "update",
  ]);
  assertEquals(await Deno.readTextFile(`${out}/d/b`), "mine");
  assertEquals(await report(scratch, line), {
    ...NONE,
    changed: 1,
    unchanged: 1,
    deleted: 2,
  });
  assertEquals(await names(out), ["a", "d", "d/b"]);
});

Deno.test("special files are skipped and said, and never opened", async () => {
  await using scratch = await scratchTree({ "a": "1" });
  const fifo = `${scratch.home}/tree/fifo`;
  const made = await new Deno.Command("mkfifo", { args: [fifo] }).output();
  assert(made.success);
  const { code, stderr } = await scratch.run("put tree /");
  assertEquals(code, 3);
  assertStringIncludes(stderr, `skipped ${fifo}`);
  assertEquals(await tree(scratch, "/tree"), ["/tree/a"]);
});

Deno.test({
  name: "what can't be read is said, and the rest is put",
  // Deno 2.6 lists no name that is not valid UTF-8, and some file systems have none.
  ignore: Deno.version.deno.startsWith("2.6.") || !await hasAnyNames(),
  fn: putUnreadable,
});

/** Whether the file system takes names that are not valid UTF-8. */
async function hasAnyNames(): Promise<boolean> {
  const directory = await Deno.makeTempDir();
  try {
    return await makeUnreadable(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Makes a file that nobody, not even root, can read by its name in Deno. */
async function makeUnreadable(directory: string): Promise<boolean> {
  const path = JSON.stringify(`${directory}/`);
  const script = `open(${path}.encode() + b"\\xff", "w")`;
  const python = new Deno.Command("python3", { args: ["-c", script] });
  return (await python.output()).success;
}

async function putUnreadable(): Promise<void> {
  await using scratch = await scratchTree({ "a": "1", "b": "2", "d/c": "3" });
  assert(await makeUnreadable(`${scratch.home}/tree`));
  const { code, stderr } = await scratch.run("put tree /");
  assertEquals(code, 3);
  assertStringIncludes(stderr, "not valid UTF-8");
  assertEquals(await tree(scratch, "/tree"), [
    "/tree/a",
    "/tree/b",
    "/tree/d",
    "/tree/d/c",
  ]);
}

Deno.test("quoted patterns of the host and of the pond stand for what matches", async () => {
  await using scratch = await scratchTree({
    "a.csv": "1",
    "b.csv": "2",
    ".c.csv": "3",
    "d/e.csv": "4",
  });
  await scratch.ok("mkdir /in");
  await scratch.ok(["put", "tree/*.csv", "/in"]);
  assertEquals(await scratch.ok("ls /in"), "a.csv\nb.csv\n");
  await scratch.ok(["put", "tree/**/e.csv", "/in/"]);
  await Deno.mkdir(`${scratch.home}/out`);
  await scratch.ok(["get", "/in/[ae].csv", "out"]);
  assertEquals(await names(`${scratch.home}/out`), ["a.csv", "e.csv"]);
  assertEquals((await scratch.run(["put", "tree/*.md", "/in"])).code, 4);
  assertEquals((await scratch.run(["get", "/in/*.md", "out"])).code, 4);
});

Deno.test("get writes nothing through a symlink inside of its destination", async () => {
  await using scratch = await scratchTree({ "d/a": "1", "b": "2" });
  await scratch.ok("put tree /");
  await Deno.mkdir(`${scratch.home}/out/tree`, { recursive: true });
  await Deno.mkdir(`${scratch.home}/elsewhere`);
  await Deno.symlink("../../elsewhere", `${scratch.home}/out/tree/d`);
  const { code } = await scratch.run("get --force /tree out");
  assertEquals(code, 3);
  assertEquals(await names(`${scratch.home}/elsewhere`), []);
  // --delete takes the symlink away, and leaves what it points to.
  await Deno.writeTextFile(`${scratch.home}/elsewhere/kept`, "");
  await scratch.ok("get --force --delete /tree out");
  assertEquals(await names(`${scratch.home}/elsewhere`), ["kept"]);
  assertEquals(await names(`${scratch.home}/out/tree`), ["b", "d", "d/a"]);
});

Deno.test("an ended put commits nothing, an ended get leaves whole files only", async () => {
  await using scratch = await scratchTree({ "a": "1", "b": "2" });
  const ended = { signal: AbortSignal.abort() };
  assertEquals((await scratch.run("put tree /", ended)).code, 130);
  assertEquals(await scratch.ok("ls /"), "");
  await scratch.ok("put tree /");
  assertEquals((await scratch.run("get /tree out", ended)).code, 130);
});

Deno.test("a sparse file is put as the bytes that it reads as", async () => {
  await using scratch = await scratchTree({});
  const file = await Deno.open(`${scratch.home}/tree/sparse`, {
    write: true,
    create: true,
  });
  await file.truncate(5_000_000);
  file.close();
  await scratch.ok("put tree /");
  const { stdoutBytes } = await scratch.run("cat /tree/sparse");
  assertEquals(stdoutBytes.length, 5_000_000);
  assert(stdoutBytes.every((byte) => byte === 0));
});

Deno.test("pond get never writes over the pond, and deletes nothing of it", async () => {
  await using scratch = await scratchDirectory();
  const { home } = scratch;
  const inside = { cwd: `${home}/w`, env: { POND: `${home}/w/p` } };
  await Deno.mkdir(`${home}/w`);
  await scratch.ok("init", inside);
  await scratch.ok("put - /a", { ...inside, stdin: "hi\n" });
  await scratch.ok("put - /b/p/pond.json", { ...inside, stdin: "{}\n" })
    .catch(() => {});
  await scratch.ok("mkdir -p /b/p/oplog", inside);
  const lines = [
    ["get", "--delete", "/", "."],
    ["get", "-f", "--delete", "/", home],
    ["get", "-f", "/a", "p/pond.json"],
    ["get", "-f", "/", "p/oplog"],
    ["get", "-f", "/a", "p/backups/nas.json"],
    ["get", "-f", "/b", home + "/w"],
    ["get", "-f", "/b", "."],
  ];
  await Deno.symlink(`${home}/w`, `${home}/linked`);
  const linked = [
    ["get", "-f", "--delete", "/b/.", `${home}/linked`],
    ["get", "-f", "/a", `${home}/linked/p/pond.json`],
    ["-C", `${home}/linked/p`, "get", "-f", "--delete", "/b/.", "."],
    ["put", `${home}/linked/.`, "/c"],
    ["-C", `${home}/linked/p`, "put", ".", "/c"],
  ];
  for (const line of [...lines.slice(0, 5), ...linked]) {
    const { code, stderr } = await scratch.run(line, inside);
    assertEquals(code, 2, line.join(" "));
    assertStringIncludes(stderr, "the pond itself");
  }
  assertStringIncludes(await scratch.ok("check", inside), "no damage");
  const beside = await scratch.run(["get", "/a", "copy"], inside);
  assertEquals(beside.code, 0);
});

Deno.test("a .pondignore that is no file says nothing, and is not waited for", async () => {
  await using scratch = await scratchTree({ "a": "1" });
  const fifo = `${scratch.home}/tree/.pondignore`;
  assert((await new Deno.Command("mkfifo", { args: [fifo] }).output()).success);
  const { code } = await scratch.run("put tree /");
  assertEquals(code, 3);
  assertEquals(await tree(scratch, "/tree"), ["/tree/a"]);
});
