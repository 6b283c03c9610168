import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { scratchPond } from "./scratch.ts";

Deno.test("pond ls lists names, one a line, without hidden ones", async () => {
  await using scratch = await scratchPond();
  assertEquals(await scratch.ok("ls"), "sensors\n");
  assertEquals(await scratch.ok("ls /sensors"), "a.csv\n");
  assertEquals(await scratch.ok("ls -a sensors/"), ".hidden\na.csv\n");
  assertEquals(await scratch.ok("ls /sensors/a.csv"), "/sensors/a.csv\n");
});

Deno.test("pond ls -l shows mode, size in bytes, RFC 3339 time, name and target to a pipe", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("ln -s /sensors/a.csv /latest");
  const [link, directory] = (await scratch.ok("ls -l /")).split("\n");
  assertMatch(
    link ?? "",
    /^l[rwx-]{9}\t14\t\d{4}-\d\d-\d\dT[\d:.]+Z\tlatest -> \/sensors\/a\.csv$/,
  );
  assertMatch(directory ?? "", /^d[rwx-]{9}\t\d+\t\S+\tsensors$/);
  const forPeople = await scratch.ok("ls -l /sensors", { terminal: true });
  assertMatch(
    forPeople,
    /^-[rwx-]{9} {2}9 B {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}a\.csv\n$/,
  );
});

Deno.test("pond ls of several paths titles them, and exits with 3 when one is missing", async () => {
  await using scratch = await scratchPond();
  const { code, stdout, stderr } = await scratch.run("ls / /sensor /sensors");
  assertEquals(code, 3);
  assertEquals(stdout, "/:\nsensors\n\n/sensors:\na.csv\n");
  assertStringIncludes(stderr, "hint: did you mean /sensors?");
  assertEquals((await scratch.run("ls /nope")).code, 4);
});

Deno.test("pond ls --json describes entries for programs", async () => {
  await using scratch = await scratchPond();
  const [row, ...rest] = JSON.parse(await scratch.ok("ls --json /sensors"));
  assertEquals(rest, []);
  const { path, name, type, size, version, target, pending } = row;
  assertEquals(
    { path, name, type, size, version, target, pending },
    {
      path: "/sensors/a.csv",
      name: "a.csv",
      type: "file",
      size: 9,
      version: 1,
      target: null,
      pending: false,
    },
  );
  assertMatch(row.modified, /^\d{4}-\d\d-\d\dT.*Z$/);
});

Deno.test("pond ls makes names harmless on a terminal, and leaves them as they are in a pipe", async () => {
  await using scratch = await scratchPond();
  await scratch.ok(["touch", "/sensors/\x1b[31m"]);
  assertEquals(await scratch.ok("ls /sensors"), "\x1b[31m\na.csv\n");
  const { stdout } = await scratch.run("ls /sensors", { terminal: true });
  assertEquals(stdout, "\\x1b[31m  a.csv\n");
});

Deno.test("pond cat writes bytes as they are to a pipe", async () => {
  await using scratch = await scratchPond();
  const bytes = Uint8Array.of(0, 255, 27, 13, 10);
  await scratch.ok("put - /bin", { stdin: bytes });
  assertEquals((await scratch.run("cat /bin")).stdoutBytes, bytes);
  assertEquals(
    await scratch.ok("cat /sensors/a.csv /sensors/.hidden"),
    "t,v\n1,10\nh\n",
  );
  const { stdout } = await scratch.run("cat /bin", { terminal: true });
  assertMatch(stdout, /^00000000: 00 ff 1b 0d 0a /);
});

Deno.test("pond cat goes on after a missing file, and exits with 3", async () => {
  await using scratch = await scratchPond();
  const { code, stdout, stderr } = await scratch.run(
    "cat /nope /sensors/a.csv",
  );
  assertEquals([code, stdout], [3, "t,v\n1,10\n"]);
  assertStringIncludes(stderr, "/nope");
  assertEquals((await scratch.run("cat /sensors")).code, 1);
});

Deno.test("pond mkdir makes directories, parents with -p, and is all or nothing", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("mkdir /a /b");
  assertEquals((await scratch.run("mkdir /c /a")).code, 1);
  assertEquals(await scratch.ok("ls /"), "a\nb\nsensors\n");
  assertEquals((await scratch.run("mkdir /x/y")).code, 4);
  await scratch.ok("mkdir -p /x/y /a");
  assertEquals(await scratch.ok("ls /x"), "y\n");
});

Deno.test("pond touch makes a file, and changes only the time of one that is there", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("touch /new /sensors/a.csv");
  assertEquals(await scratch.ok("cat /new"), "");
  assertEquals(await scratch.ok("cat /sensors/a.csv"), "t,v\n1,10\n");
  assertEquals((await scratch.run("touch /nope/x")).code, 4);
});

Deno.test("pond rm removes files, directories only with -r, and missing ones only with -f", async () => {
  await using scratch = await scratchPond();
  const refused = await scratch.run("rm /sensors");
  assertEquals(refused.code, 1);
  assertStringIncludes(
    refused.stderr,
    "hint: with everything in it: pond rm -r /sensors",
  );
  assertEquals((await scratch.run("rm /nope")).code, 4);
  await scratch.ok("rm -f /nope");
  assertEquals((await scratch.run("rm -rf /")).code === 0, false);
  await scratch.ok("rm -r /sensors");
  assertEquals(await scratch.ok("ls /"), "");
  assertEquals(await scratch.ok("cat --at v1 /sensors/a.csv"), "t,v\n1,10\n");
});

Deno.test("pond ln keeps the target as it is written", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("ln -s a.csv /sensors/relative");
  await scratch.ok("mkdir /in");
  await scratch.ok("ln /sensors/a.csv /in");
  assertEquals(await scratch.ok("cat /in/a.csv"), "t,v\n1,10\n");
  assertEquals((await scratch.run("ln -s /nowhere /sensors/relative")).code, 1);
  assertEquals(await scratch.ok("cat /sensors/relative"), "t,v\n1,10\n");
  await scratch.ok("ln -s /nowhere /dangling");
  const broken = await scratch.run("cat /dangling");
  assertEquals(broken.code, 4);
  assertMatch(
    await scratch.ok("ls -l /dangling"),
    /\/dangling -> \/nowhere\n$/,
  );
});

Deno.test("pond cp copies files, and directories with -r", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("cp /sensors/a.csv /b.csv");
  await scratch.ok("cp /b.csv /sensors");
  assertEquals((await scratch.run("cp /sensors /copy")).code, 1);
  await scratch.ok("cp -r /sensors /copy");
  assertEquals(await scratch.ok("ls /copy"), "a.csv\nb.csv\n");
  assertEquals((await scratch.run("cp /b.csv /copy/a.csv /nowhere")).code, 4);
  assertEquals((await scratch.run("cp /nope /x")).code, 4);
});

Deno.test("pond mv renames, and moves into a directory", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("mv /sensors/a.csv /b.csv");
  await scratch.ok("mkdir /in");
  await scratch.ok("mv /b.csv /sensors/.hidden /in");
  assertEquals(await scratch.ok("ls -a /in"), ".hidden\nb.csv\n");
  assertEquals(await scratch.ok("ls -a /sensors"), "");
  const history = JSON.parse(await scratch.ok("history --json /in/b.csv"));
  assertEquals(history.length, 3);
  assertEquals((await scratch.run("mv /nope /x")).code, 4);
});

Deno.test("a changing command tells the new version to people, not to programs", async () => {
  await using scratch = await scratchPond();
  const forPeople = await scratch.run("touch /a", { terminal: true });
  assertEquals([forPeople.stdout, forPeople.stderr], [
    "",
    "v2 · undo: pond undo\n",
  ]);
  const quiet = await scratch.run("touch -q /b", { terminal: true });
  assertEquals([quiet.stdout, quiet.stderr], ["", ""]);
  const row = JSON.parse(await scratch.ok("touch --json /c"));
  assertEquals([row.version, row.operations], [4, 1]);
});

Deno.test("paths that no pond takes are refused, each with its own message", async () => {
  await using scratch = await scratchPond();
  const before = await scratch.ok("history");
  const cases: readonly (readonly [readonly string[], number])[] = [
    [["touch", `/${"x".repeat(300)}`], 2],
    [["touch", "/bad\ufffd"], 2],
    [["touch", ""], 2],
    [["cat", "/sensors/a.csv/x"], 1],
    [["mkdir", "/sensors"], 1],
    [["ls", "/nope"], 4],
    [["cat", "/sensors"], 1],
    [["touch", "/"], 1],
  ];
  const messages = new Set<string>();
  for (const [argv, code] of cases) {
    const ran = await scratch.run(argv);
    assertEquals(ran.code, code, `${argv}: ${ran.stderr}`);
    messages.add(ran.stderr);
  }
  assertEquals(messages.size, cases.length);
  for (const message of messages) assert(message.startsWith("pond: "), message);
  assertEquals(await scratch.ok("history"), before);
});
