/**
 * Bad input gets a clear error of its own and an exit code, and changes
 * nothing.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { PondError } from "../../src/errors.ts";
import { denoHost } from "../../src/host/deno_host.ts";
import { TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { pondCommand, runProgram } from "../support/deno_process.ts";
import { fingerprint } from "../support/fingerprint.ts";
import { type Scratch, scratchDirectory, scratchPond } from "./scratch.ts";

/** A command line that must fail. */
type Case = readonly [
  argv: readonly string[],
  code: number,
  ...parts: readonly string[],
];

const CASES: readonly Case[] = [
  [["cat", "/nope"], 4, "/nope", "there is no such file"],
  [["ls", "/sensors/nope"], 4, "/sensors/nope"],
  [["rm", "/nope"], 4, "/nope"],
  [["mv", "/nope", "/x"], 4, "/nope"],
  [["cp", "/nope", "/x"], 4, "/nope"],
  [["get", "/nope", "-"], 4, "/nope"],
  [["mkdir", "/nope/below"], 4, "/nope"],
  [["put", "nope.csv", "/x"], 4, "nope.csv"],
  [["history", "/nope"], 4, "/nope"],
  [["query", "FROM '/nope.csv'"], 4, "/nope.csv"],
  [["ls", "--at", "v99"], 4, "v99", "newest version is v1"],
  [["ls", "--at", "1999-01-01"], 4, "1999-01-01", "first commit"],
  [["ls", "--at", "what?"], 2, "what?"],
  [["cat", "/sensors/a.csv/below"], 1, "/sensors/a.csv", "directory"],
  [["put", "-", "/sensors/a.csv/x"], 1, "/sensors/a.csv"],
  [["mkdir", "/sensors/a.csv/x"], 1, "/sensors/a.csv"],
  [["cat", "/sensors"], 1, "/sensors", "it is a directory"],
  [["rm", "/sensors"], 1, "/sensors", "pond rm -r"],
  [["cp", "/sensors", "/x"], 1, "/sensors", "cp -r"],
  [["mkdir", "/sensors"], 1, "/sensors", "exists already"],
  [["ln", "/a", "/sensors/a.csv"], 1, "/sensors/a.csv", "exists already"],
  [["mv", "/sensors", "/sensors/x"], 2, "into itself"],
  [["cp", "-r", "/sensors", "/sensors/x"], 2, "into itself"],
  [["rm", "-r", "/"], 2, "root"],
  [["touch", `/${"n".repeat(300)}`], 2, "300 bytes", "255"],
  [["mkdir", `/${"é".repeat(128)}`], 2, "256 bytes"],
  [["touch", "/bad\ufffd"], 2, "UTF-8"],
  [["touch", ""], 2, "empty"],
  [["ln", "", "/x"], 2, "empty"],
  [["restore", "v7"], 4, "v7"],
  [["query", "SELEC 1"], 1, "syntax error"],
  [["query", "SELECT nope FROM operations"], 1, "nope"],
  [["query", "CREATE TABLE t (i INT)"], 1, "only reads"],
  [["get", "/sensors/a.csv", "readings.csv"], 1, "readings.csv", "--force"],
];

Deno.test("each bad command line has an error that names what is wrong and its exit code, and changes nothing", async () => {
  await using scratch = await scratchPond();
  const before = await fingerprint(scratch.pond);
  for (const [argv, code, ...parts] of CASES) {
    const line = argv.join(" ");
    const ran = await scratch.run(argv);
    assertEquals([ran.code, ran.stdout], [code, ""], `${line}: ${ran.stderr}`);
    assert(ran.stderr.startsWith("pond: "), `${line}: ${ran.stderr}`);
    assert(!ran.stderr.includes("    at "), `a stack trace: ${ran.stderr}`);
    for (const part of parts) assertStringIncludes(ran.stderr, part, line);
    assertEquals(await withoutCache(scratch), before, line);
  }
});

/** A query may make `cache/`, and leaves nothing in it. */
async function withoutCache({ pond }: Scratch): Promise<string[]> {
  return (await fingerprint(pond)).filter((line) => line !== "cache/");
}

Deno.test("names that no command line can carry are refused by the library", async () => {
  await using scratch = await scratchPond();
  await using fs = await TinyLogFS.open(denoHost(), scratch.pond);
  for (const name of ["a\0b", "\ud800", "x".repeat(256)]) {
    const error = await fs.createFile(`/${name}`, "").catch((e) => e);
    assert(error instanceof PondError, String(error));
    assertEquals(error.code, "INVALID_NAME");
  }
  const node = (await fs.workingDirectory().resolve("/sensors")).node;
  assert(node.type === "directory");
  assertEquals(fs.getStatus().pendingOperations, 0);
});

Deno.test("arguments that are no UTF-8 are refused", async () => {
  await using scratch = await scratchPond();
  const command = [Deno.execPath(), ...pondCommand(["touch"])];
  const ran = await runProgram("/bin/sh", [
    "-c",
    `"$@" "$(printf '/\\377')"`,
    "sh",
    ...command,
  ], { env: { POND: scratch.pond } });
  // Deno 2.6 refuses them itself, before pond begins.
  const code = /^2\.[0-8]\./.test(Deno.version.deno) ? 1 : 2;
  assertEquals(ran.code, code);
  assertStringIncludes(ran.stderr, "UTF-8");
});

Deno.test("a directory without a pond, a broken pond.json and a newer format are told apart", async () => {
  await using scratch = await scratchPond();
  await using other = await scratchDirectory();
  const none = await other.run("ls");
  assertEquals(none.code, 7);
  assertStringIncludes(none.stderr, "there is no pond");
  const file = `${scratch.pond}/pond.json`;
  const good = await Deno.readTextFile(file);
  for (
    const [text, code, part] of [
      ["{", 6, "invalid JSON"],
      ["[]", 6, "no object"],
      [good.slice(0, -9), 6, "invalid JSON"],
      [good.replace(`"format":1`, `"format":2`), 7, "newer version"],
      [good.replace(/"id":"./, `"id":"z`), 6, "check"],
    ] as const
  ) {
    await Deno.writeTextFile(file, text);
    const before = await fingerprint(scratch.pond);
    for (const line of ["ls", "touch /x", "status", "init"]) {
      const ran = await scratch.run(line);
      const expected = line === "init" ? 1 : code;
      assertEquals(ran.code, expected, `${line}: ${ran.stderr}`);
      if (line !== "init") assertStringIncludes(ran.stderr, part);
    }
    assertEquals(await fingerprint(scratch.pond), before);
  }
});

Deno.test("a truncated, empty or missing log entry is an integrity error that names the file", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("touch /second");
  const log = `${scratch.pond}/oplog/_delta_log`;
  for (const version of [0, 1, 2]) {
    const path = `${log}/${String(version).padStart(20, "0")}.json`;
    const good = await Deno.readFile(path);
    for (const length of [0, 1, 100, good.length - 1, undefined]) {
      if (length === undefined) await Deno.remove(path);
      else await Deno.writeFile(path, good.subarray(0, length));
      const before = await fingerprint(scratch.pond);
      for (const line of ["ls", "touch /x"]) {
        const ran = await scratch.run(line);
        assertEquals(ran.code, 6, `${line}, v${version} of ${length} bytes`);
        assertStringIncludes(ran.stderr, path);
      }
      assertEquals(await fingerprint(scratch.pond), before);
      await Deno.writeFile(path, good);
    }
  }
  assertEquals(await scratch.ok("ls"), "second\nsensors\n");
});

/** Whether this process may mount a file system of its own. */
const MAY_MOUNT = await mayMount();

async function mayMount(): Promise<boolean> {
  if (Deno.build.os !== "linux") return false;
  try {
    const args = ["-m", "sh", "-c", "mount -t tmpfs none /mnt"];
    return (await runProgram("unshare", args)).code === 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Runs a shell script with a small file system at $D, and `pond` in it. */
async function inSmallDisk(scratch: Scratch, script: string): Promise<string> {
  const pond = [Deno.execPath(), ...pondCommand([])]
    .map((word) => `'${word}'`).join(" ");
  const full = `
    set -u
    D=${scratch.home}/disk; mkdir -p $D
    mount -t tmpfs -o size=400k tmpfs $D
    export POND=$D/pond
    pond() { ${pond} "$@"; }
    ${script}`;
  const ran = await runProgram("unshare", ["-m", "sh", "-c", full]);
  return ran.stdout + ran.stderr;
}

Deno.test({
  name:
    "a full disk ends a command with its own error, keeps the old state, and is forgotten when there is room again",
  ignore: !MAY_MOUNT,
  async fn() {
    await using scratch = await scratchDirectory();
    const output = await inSmallDisk(
      scratch,
      `
      pond init; printf old | pond put - /a
      head -c 1000000 /dev/zero | pond put - /large; echo "exit $?"
      head -c 60000 /dev/urandom > $D/file; pond put $D/file /b; pond put $D/file /c
      dd if=/dev/zero of=$D/filler bs=1k count=1000 2>/dev/null
      pond put $D/file /d; echo "exit $?"
      pond cat /a; echo; pond ls /
      rm $D/filler; pond put $D/file /d; echo "exit $?"; pond ls /`,
    );
    assertStringIncludes(
      output,
      "exit 1\nexit 1\nold\na\nb\nc\nexit 0\na\nb\nc\nd\n",
    );
    assertStringIncludes(output, "the disk is full");
  },
});

Deno.test({
  name: "a read-only directory is read from, and refuses changes",
  ignore: !MAY_MOUNT,
  async fn() {
    await using scratch = await scratchDirectory();
    const output = await inSmallDisk(
      scratch,
      `
      pond init; printf old | pond put - /a
      mount -o remount,ro $D
      pond cat /a; echo; pond ls /; pond history | wc -l
      pond touch /x; echo "exit $?"
      pond touch --no-sync /x; echo "exit $?"
      pond status > /dev/null; echo "exit $?"`,
    );
    assertStringIncludes(output, "old\na\n2\nexit 1\nexit 1\nexit 0\n");
    assertStringIncludes(output, "read-only");
  },
});
