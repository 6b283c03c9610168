/** `pond ls` with its options, `tree`, `stat`, `head`, `tail`, `cat --range`. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { inColumns } from "../../src/cli/listing.ts";
import { denoHost } from "../../src/host/deno_host.ts";
import { type Scratch, scratchPond } from "./scratch.ts";
import { run } from "./support.ts";

async function treePond(): Promise<Scratch> {
  const scratch = await scratchPond();
  const lines = [
    "mkdir -p /d/sub/deep",
    `write /d/big '${"x".repeat(3000)}'`,
    "write /d/sub/small.csv 'y'",
    "write /d/.hidden 'h'",
    "ln big /d/link",
  ];
  await scratch.ok("batch", { stdin: lines.join("\n") });
  return scratch;
}

Deno.test("pond ls orders by time and size, also the other way round", async () => {
  await using scratch = await treePond();
  await scratch.ok("touch /d/new");
  assertEquals(await scratch.ok("ls -S /d"), "big\nlink\nnew\nsub\n");
  assertEquals(await scratch.ok("ls -Sr /d"), "sub\nnew\nlink\nbig\n");
  assertEquals((await scratch.ok("ls -t /d")).split("\n")[0], "new");
  assertEquals((await scratch.ok("ls -tr1 /d")).split("\n").at(-2), "new");
  assertEquals(await scratch.ok("ls -r /d"), "sub\nnew\nlink\nbig\n");
});

Deno.test("pond ls -R lists what is below, -d directories themselves", async () => {
  await using scratch = await treePond();
  assertEquals(
    await scratch.ok("ls -R /d"),
    "/d:\nbig\nlink\nsub\n\n/d/sub:\ndeep\nsmall.csv\n\n/d/sub/deep:\n",
  );
  assertEquals(await scratch.ok("ls -d /d /sensors/"), "/d\n/sensors/\n");
  const rows = JSON.parse(await scratch.ok("ls -Ra --json /d"));
  assertEquals(rows.map(({ path }: { path: string }) => path), [
    "/d/.hidden",
    "/d/big",
    "/d/link",
    "/d/sub",
    "/d/sub/deep",
    "/d/sub/small.csv",
  ]);
  assertMatch(await scratch.ok("ls -lh /d/big"), /\t2\.9 KiB\t/);
});

Deno.test("pond ls takes patterns, and names of files before directories", async () => {
  await using scratch = await treePond();
  assertEquals(
    await scratch.ok(["ls", "/d/*"]),
    "/d/big\n/d/link\n\n/d/sub:\ndeep\nsmall.csv\n",
  );
  assertEquals(
    await scratch.ok(["ls", "/**/*.csv"]),
    "/d/sub/small.csv\n/sensors/a.csv\n",
  );
  await scratch.ok("rm -r /d");
  assertEquals(await scratch.ok(["ls", "-d", "/d/s*@v2"]), "/d/sub\n");
  const none = await scratch.run(["ls", "/d/*"]);
  assertEquals([none.code, none.stdout], [4, ""]);
  assertStringIncludes(none.stderr, "hint: how patterns are written");
  await scratch.ok(["touch", "/[a]"]);
  assertEquals(await scratch.ok(["ls", "/[a]"]), "/[a]\n");
});

Deno.test("pond ls puts names into columns on a terminal, -1 does not", async () => {
  await using scratch = await treePond();
  const terminal = { terminal: true, env: { NO_COLOR: "1" } };
  assertEquals(await scratch.ok("ls /d", terminal), "big  link  sub\n");
  assertEquals(await scratch.ok("ls -1 /d", terminal), "big\nlink\nsub\n");
  const narrow = { env: { POND_FORCE_TTY: "20", NO_COLOR: "1" } };
  await scratch.ok(["touch", "/d/日本の湖"]);
  assertEquals(
    await scratch.ok("ls /d", narrow),
    "big   sub\nlink  日本の湖\n",
  );
  await scratch.ok("touch --no-sync /d/staged");
  assertStringIncludes(
    await scratch.ok("ls --pending /d", terminal),
    "staged *",
  );
});

Deno.test("inColumns() keeps to the width, from top to bottom", () => {
  const names = ["a", "bb", "ccc", "d", "e"];
  assertEquals(inColumns(names, 80), ["a  bb  ccc  d  e"]);
  assertEquals(inColumns(names, 10), ["a   ccc  e", "bb  d"]);
  assertEquals(inColumns(names, 9), ["a    d", "bb   e", "ccc"]);
  assertEquals(inColumns(names, 1), names);
  assertEquals(inColumns([], 80), []);
});

Deno.test("pond tree draws what is below, and counts it for people", async () => {
  await using scratch = await treePond();
  assertEquals(
    await scratch.ok("tree /d"),
    "/d\n├── big\n├── link -> big\n└── sub\n    ├── deep\n    └── small.csv\n",
  );
  const { stderr } = await scratch.run("tree /d", { terminal: true });
  assertEquals(stderr, "2 directories, 3 files\n");
  assertEquals(
    await scratch.ok("tree -d /"),
    "/\n├── d\n│   └── sub\n│       └── deep\n└── sensors\n",
  );
  assertEquals(
    await scratch.ok("tree -a -L 1 /sensors@v1"),
    "/sensors@v1\n├── .hidden\n└── a.csv\n",
  );
  const rows = JSON.parse(await scratch.ok("tree --json /d/sub"));
  assertEquals(rows.map((row: { depth: number }) => row.depth), [1, 1]);
  assertEquals((await scratch.run("tree /d/big")).code, 1);
  assertEquals((await scratch.run("tree /nope")).code, 4);
});

Deno.test("pond stat shows what is known of nodes", async () => {
  await using scratch = await treePond();
  await scratch.ok("attr set /sensors/a.csv station=F");
  const said = await scratch.ok("stat /sensors/a.csv");
  for (
    const line of [
      /^path: \/sensors\/a\.csv$/m,
      /^type: file$/m,
      /^size: 9$/m,
      /^mode: 0644 -rw-r--r--$/m,
      /^modified: \d{4}-\S+Z$/m,
      /^version: 2$/m,
      /^sha256: [0-9a-f]{64}$/m,
      /^attribute station: "F"$/m,
    ]
  ) assertMatch(said, line);
  const [link, root] = JSON.parse(await scratch.ok("stat --json /d/link /"));
  assertEquals([link.type, link.target, link.size], ["symlink", "big", 3]);
  assertEquals([root.type, root.path, root.parent_id], [
    "directory",
    "/",
    null,
  ]);
  const partly = await scratch.run("stat /d/big /nope");
  assertEquals(partly.code, 3);
  assertStringIncludes(partly.stderr, "/nope");
});

const LINES = "one\ntwo\nthree\nfour";

Deno.test("pond head and tail write lines and bytes", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("put - /lines", { stdin: LINES });
  const cases: readonly [line: string, said: string][] = [
    ["head -n 2", "one\ntwo\n"],
    ["head -n 0", ""],
    ["head -n 9", LINES],
    ["head -c 5", "one\nt"],
    ["tail -n 2", "three\nfour"],
    ["tail -n 0", ""],
    ["tail -n9", LINES],
    ["tail -n -1", "four"],
    ["tail -n +3", "three\nfour"],
    ["tail -n +9", ""],
    ["tail -c 6", "e\nfour"],
    ["tail -c +5", "two\nthree\nfour"],
    ["cat --range 4-6", "two"],
    ["cat --range 14-", "four"],
    ["cat --range -4", "four"],
    ["cat --range 90-99", ""],
  ];
  for (const [line, said] of cases) {
    assertEquals(await scratch.ok(`${line} /lines`), said, line);
  }
  assertEquals(
    await scratch.ok("tail -n 1 /lines /sensors/a.csv"),
    "==> /lines <==\nfour\n==> /sensors/a.csv <==\n1,10\n",
  );
  assertEquals(await scratch.ok("head -q -c 1 /lines /sensors/a.csv"), "ot");
});

Deno.test("pond tail reads long files from the end", async () => {
  await using scratch = await scratchPond();
  const long = Array.from({ length: 40_000 }, (_, i) => `line ${i}\n`).join("");
  await scratch.ok("put - /long", { stdin: long });
  assertEquals(
    await scratch.ok("tail -n 2 /long"),
    "line 39998\nline 39999\n",
  );
  const many = await scratch.ok("tail -n 30000 /long");
  assertEquals(many.indexOf("line 10000\n"), 0);
  assertEquals(
    (await scratch.ok("head -n 30000 /long")).length,
    long.length - many.length + long.indexOf("line 30000\n") -
      long.indexOf("line 10000\n"),
  );
});

Deno.test("pond head, tail and cat refuse what they can't do", async () => {
  await using scratch = await scratchPond();
  const cases: readonly [line: string, code: number, said: string][] = [
    ["head", 2, "needs PATH"],
    ["head -n x /sensors/a.csv", 2, 'a whole number, not "x"'],
    ["head -n +2 /sensors/a.csv", 2, 'a whole number, not "+2"'],
    ["tail -n 1 -c 1 /sensors/a.csv", 2, "leave out -n or -c"],
    ["tail -f --at v1 /sensors/a.csv", 2, "leave out --at"],
    ["tail /sensors", 1, "/sensors"],
    ["head /sensors/b.csv", 4, "did you mean /sensors/a.csv?"],
    ["cat --range x /sensors/a.csv", 2, '--range takes bytes from 0, not "x"'],
    ["cat --range - /sensors/a.csv", 2, "such as 0-99"],
    ["cat --range 9-2 /sensors/a.csv", 2, "such as 0-99"],
  ];
  for (const [line, code, said] of cases) {
    const ran = await scratch.run(line);
    assertEquals([ran.code, ran.stdout], [code, ""], line);
    assertStringIncludes(ran.stderr, said);
  }
});

Deno.test("pond tail -f writes what new versions add, until it is ended", async () => {
  await using scratch = await scratchPond();
  const put = (stdin: string) => scratch.ok("put - /log", { stdin });
  await put("1\n2\n");
  const ended = new AbortController();
  const steps = [
    () => put("1\n2\n3\n"),
    () => scratch.ok("attr set /log a=b"),
    () => put("new\n"),
    () => scratch.ok("rm /log"),
    () => put("again\n"),
  ];
  const host = denoHost();
  const clock: typeof host.clock = {
    nowUs: () => host.clock.nowUs(),
    monotonicMs: () => host.clock.monotonicMs(),
    sleep: async (_ms, signal) => {
      const step = steps.shift();
      if (step === undefined) ended.abort();
      else await step();
      signal?.throwIfAborted();
    },
  };
  const ran = await run({ ...host, clock }, ["tail", "-fn1", "/log"], {
    env: { POND: scratch.pond },
    signal: ended.signal,
  });
  assertEquals(ran.code, 130);
  assertEquals(ran.stdout, "2\n3\nnew\nagain\n");
  assertStringIncludes(
    ran.stderr,
    "pond: /log was replaced\npond: /log is gone",
  );
});
