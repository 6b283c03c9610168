import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { scratchPond } from "./scratch.ts";

const LINES = String.raw`# a new station
mkdir -p "/st ation/raw" '/other'

write /other/a "one\n\ttwo \u00e9"
write /other/b 'it is "raw" \n'
touch /other/c\ d
ln -s /other/a /st\ ation/latest
cp /other/a /other/a2
mv /other/b /other/moved
attr set /other/a station="F T" depth:=3.5
rm -f /nothing
rm -r /sensors
`;

Deno.test("pond batch makes one transaction of the lines of standard input", async () => {
  await using scratch = await scratchPond();
  const [row] = [
    JSON.parse(await scratch.ok("batch -m setup --json", { stdin: LINES })),
  ];
  // The directories, four files, a link, a move, attributes, three removals.
  assertEquals([row.version, row.operations], [2, 13]);
  assertEquals(await scratch.ok("cat /other/a"), "one\n\ttwo é");
  assertEquals(await scratch.ok("cat /other/moved"), 'it is "raw" \\n');
  assertEquals(await scratch.ok("ls /other"), "a\na2\nc d\nmoved\n");
  assertEquals(await scratch.ok(["ls", "/st ation"]), "latest\nraw\n");
  assertEquals(await scratch.ok("attr get /other/a station"), "F T\n");
  assertEquals(await scratch.ok("ls"), "other\nst ation\n");
});

Deno.test("pond batch takes JSON lines from a file, told by the first byte", async () => {
  await using scratch = await scratchPond();
  const lines = [
    { op: "mkdir", path: "/x/y", parents: true },
    { op: "write", path: "/x/-n", text: "\u0007 'text'" },
    { op: "write", path: "/x/bytes", base64: "AP8=" },
    { op: "touch", path: "/x/t" },
    { op: "ln", target: "bytes", link: "/x/l" },
    { op: "cp", from: "/x/y", to: "/x/z", recursive: true },
    { op: "mv", from: "/x/t", to: "/x/u" },
    { op: "attr", path: "/x/u", set: { tags: ["a", 1], gone: 1 } },
    { op: "attr", path: "/x/u", remove: ["gone"] },
    { op: "rm", path: "/missing", force: true },
  ];
  const text = lines.map((line) => JSON.stringify(line)).join("\r\n\n");
  await Deno.writeTextFile(`${scratch.home}/operations`, `\n  ${text}`);
  assertEquals(await scratch.ok("batch operations"), "");
  assertEquals(await scratch.ok("ls /x"), "-n\nbytes\nl\nu\ny\nz\n");
  assertEquals(await scratch.ok("cat /x/-n"), "\u0007 'text'");
  const { stdoutBytes } = await scratch.run("cat /x/l");
  assertEquals([...stdoutBytes], [0, 255]);
  assertEquals(JSON.parse(await scratch.ok("attr ls /x/u --json")), [
    { name: "tags", value: ["a", 1] },
  ]);
  const [newest] = JSON.parse(await scratch.ok("history --json -n 1"));
  assertEquals([newest.version, newest.operations], [2, 10]);
});

Deno.test("pond batch does nothing when a line fails, and names the line", async () => {
  await using scratch = await scratchPond();
  const cases: readonly [text: string, code: number, said: string][] = [
    ["mkdir /a\nmkdir /a/b/c\n", 4, "standard input, line 2: "],
    ["mkdir /a\n\n# why\nmkdir /a\n", 1, "line 4: Cannot create /a"],
    ["mkdir /a\nrm /sensors\n", 1, "line 2: Cannot remove /sensors"],
    ["touch /a\nfly /b\n", 2, 'line 2: Cannot do "fly" in a batch'],
    ["touch /a\nls /\n", 2, 'line 2: Cannot do "ls" in a batch'],
    ["touch /a\nattr get /a\n", 2, "line 2: Cannot do"],
    ["touch /a\nbatch -\n", 2, "line 2: Cannot do"],
    ["touch /a --no-sync\n", 2, "line 1: touch has no option --no-sync"],
    ["touch -m why /a\n", 2, "line 1: touch has no option -m"],
    ["touch /a\nmkdir --what /b\n", 2, "line 2: mkdir has no option"],
    ["mkdir\n", 2, "line 1: pond mkdir needs PATH"],
    ["write /a\n", 2, "line 1: Cannot read it: write takes a path and a text"],
    ["write /a b c\n", 2, "not 3 words"],
    ['write /a "b\n', 2, '"b has no end'],
    ["write /a 'b\n", 2, "'b has no end"],
    ['write /a "\\x"\n', 2, "is no JSON"],
    ["touch ''\n", 2, "can't be empty"],
    ["touch a\0b\n", 2, "NUL"],
    ['{"op": "touch", "path": "/a"}\n{"op": "fly"}', 2, "line 2: "],
    ['{"op": "touch", "path": 1}', 2, '"path" is a text, not 1'],
    ['{"op": "touch"}', 2, '"path" is a text, not left out'],
    ['{"op": "touch", "path": "/a", "mode": 1}', 2, '"mode" is no member'],
    ['{"op": "rm", "path": "/a", "force": 1}', 2, '"force" is true or false'],
    ['{"op": "write", "path": "/a", "base64": "?"}', 2, '"base64" holds'],
    ['{"op": "attr", "path": "/a", "set": []}', 2, '"set" is an object'],
    ['{"op": "attr", "path": "/a", "remove": "b"}', 2, '"remove" is a list'],
    ['{"op": "constructor"}', 2, '"op" is one of'],
    ["{]", 2, "is no JSON"],
    ['{"op": "touch", "path": "/a"}\n[]', 2, "line 2: "],
  ];
  for (const [stdin, code, said] of cases) {
    const ran = await scratch.run("batch", { stdin });
    assertEquals([ran.code, ran.stdout], [code, ""], stdin);
    assertStringIncludes(ran.stderr, said);
  }
  assertEquals(await scratch.ok("ls"), "sensors\n");
  assertEquals((await scratch.ok("history")).trim().split("\n").length, 2);
});

Deno.test("pond batch --dry-run says what would be done, and does nothing", async () => {
  await using scratch = await scratchPond();
  const stdin = "mkdir /a\nmv /sensors/a.csv /a/b\nrm /sensors/.hidden\n";
  assertEquals(
    await scratch.ok("batch --dry-run", { stdin }),
    "create  directory  /a\n" +
      "move    file       /sensors/a.csv -> /a/b\n" +
      "delete  file       /sensors/.hidden\n",
  );
  const rows = JSON.parse(
    await scratch.ok("batch --dry-run --json", { stdin }),
  );
  assertEquals(rows[1], {
    operation: "move",
    type: "file",
    path: "/a/b",
    from: "/sensors/a.csv",
    size: 9,
  });
  assertEquals(
    await scratch.ok("batch --dry-run --no-sync", { stdin: "touch /x" }),
    "create  file       /x\n",
  );
  assertEquals(await scratch.ok("ls"), "sensors\n");
  assertEquals(await scratch.ok("status -s"), "");
});

Deno.test("pond batch --no-sync stages all of it, or nothing", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("touch --no-sync /before");
  const failed = await scratch.run("batch --no-sync", {
    stdin: "touch /a\nmkdir /b/c\n",
  });
  assertEquals(failed.code, 4);
  assertEquals(await scratch.ok("status -s"), "A /before\n");
  const stdin = "touch /a\nmv /before /after\n";
  const said = await scratch.ok("batch --no-sync --json", { stdin });
  assertEquals(JSON.parse(said), { staged: 2 });
  assertEquals(
    await scratch.ok("status -s"),
    "A /before\nA /a\nR /before -> /after\n",
  );
  assertEquals(await scratch.ok("commit"), "v2: 3 operations committed\n");
});

Deno.test("pond batch of nothing makes no version, and of a terminal is a mistake", async () => {
  await using scratch = await scratchPond();
  const row = JSON.parse(await scratch.ok("batch --json", { stdin: "\n#\n" }));
  assertEquals([row.version, row.operations], [1, 0]);
  const ran = await scratch.run("batch", { terminal: true });
  assertEquals(ran.code, 2);
  assertMatch(ran.stderr, /terminal/);
  assertEquals((await scratch.run("batch nothing.txt")).code, 4);
});
