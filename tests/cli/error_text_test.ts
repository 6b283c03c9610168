/**
 * What a person reads when a command fails: what, why, and what to do.
 */
import { assertEquals } from "@std/assert";
import { scratchPond } from "./scratch.ts";

/** A command line, its exit code, and the lines that it writes. */
type Case = readonly [line: string, code: number, ...says: readonly string[]];

const CASES: readonly Case[] = [
  [
    "ls /nothing/here",
    4,
    "Cannot find /nothing: there is no such file or directory",
    "hint: see what is there: pond ls /",
  ],
  [
    "cat /sensors/deep/xyz",
    4,
    "Cannot find /sensors/deep: there is no such file or directory",
    "hint: see what is there: pond ls /sensors",
  ],
  [
    "cat --at v0 /sensors/a.csv",
    4,
    "Cannot find /sensors: there is no such file or directory",
    "hint: see what is there: pond ls --at v0 /",
  ],
  [
    "query --at=v0 FROM'/sensors/a.csv'",
    4,
    "Cannot find /sensors: there is no such file or directory",
    "hint: see what is there: pond ls --at v0 /",
  ],
  [
    "cat /sensors",
    1,
    "Cannot use /sensors as a file: it is a directory",
    "hint: name a file in it; list them: pond ls",
  ],
  [
    "mkdir /sensors",
    1,
    "Cannot create /sensors: it exists already",
    "hint: choose another name, or move it away",
  ],
  [
    "cp /sensors/a.csv /sensors/.hidden /sensors/a.csv",
    1,
    "Cannot write into /sensors/a.csv: it is no directory",
    "hint: choose a directory as the last argument",
  ],
  [
    "restore @pending",
    2,
    "Cannot restore @pending: what is pending is no version yet",
    "hint: commit or drop it first: pond commit, pond revert",
  ],
  [
    "get /sensors/a.csv HOME/none/a.csv",
    4,
    "Cannot write HOME/none/a.csv: there is no directory HOME/none",
    "hint: make it: mkdir -p HOME/none",
  ],
  [
    "query --output=HOME/none/a.csv SELECT-1",
    4,
    "Cannot write HOME/none/a.csv: there is no directory HOME/none",
    "hint: make it: mkdir -p HOME/none",
  ],
  [
    "get /sensors/a.csv HOME/readings.csv/x",
    1,
    "Cannot write HOME/readings.csv/x: a component of the path is no directory",
    "hint: list what is above it: pond ls -l",
  ],
  [
    "query -f none.sql",
    4,
    "Cannot read HOME/none.sql: no such file or directory",
    "hint: list what there is: pond ls, or ls on the host",
  ],
  [
    "init HOME/none/pond",
    4,
    "Cannot make a pond at HOME/none/pond: there is no directory HOME/none",
    "hint: make it: mkdir -p HOME/none",
  ],
  [
    "init readings.csv",
    1,
    "Cannot make a pond at HOME/readings.csv: it is a file",
    "hint: choose a new or empty directory",
  ],
  [
    "rm -r /",
    2,
    "Cannot remove the root directory",
    "hint: pond help",
  ],
];

Deno.test("an error says what, why, and what to do", async () => {
  await using scratch = await scratchPond();
  const host = (text: string) => text.replaceAll("HOME", scratch.home);
  for (const [line, code, ...says] of CASES) {
    const ran = await scratch.run(host(line));
    const [first, ...rest] = says.map(host);
    assertEquals(ran.stderr, `pond: ${first}\n${rest.join("\n")}\n`, line);
    assertEquals([ran.code, ran.stdout], [code, ""], line);
  }
});
