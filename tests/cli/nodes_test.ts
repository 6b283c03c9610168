/** `pond attr`, `pond find`, and what `pond status` and `pond revert` say. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { scratchPond } from "./scratch.ts";

Deno.test("pond attr sets, shows and takes away attributes", async () => {
  await using scratch = await scratchPond();
  const a = "/sensors/a.csv";
  await scratch.ok(["attr", "set", a, "station=F T", "depth:=3.5", "eq=a=b"]);
  await scratch.ok(["attr", "set", a, 'tags:=["x",1]', "empty=", "a:b=c"]);
  assertEquals(
    await scratch.ok(["attr", "get", a, "depth", "eq", "tags", "a:b"]),
    '3.5\na=b\n["x",1]\nc\n',
  );
  assertEquals(
    await scratch.ok(["attr", "ls", a]),
    'a:b\tc\ndepth\t3.5\nempty\t\neq\ta=b\nstation\tF T\ntags\t["x",1]\n',
  );
  await scratch.ok(["attr", "rm", a, "tags", "eq", "a:b", "empty"]);
  const rows = JSON.parse(await scratch.ok(["attr", "get", a, "--json"]));
  assertEquals(rows, [
    { name: "depth", value: 3.5 },
    { name: "station", value: "F T" },
  ]);
  assertEquals(
    JSON.parse(await scratch.ok(["attr", "get", a, "--at", "v1", "--json"])),
    [],
  );
  await scratch.ok(["attr", "set", "--no-sync", a, "new=1"]);
  assertEquals((await scratch.run(["attr", "get", a, "new"])).code, 4);
  assertEquals(await scratch.ok(["attr", "get", a, "new", "--pending"]), "1\n");
  assertEquals(await scratch.ok("cat /sensors/a.csv"), "t,v\n1,10\n");
});

Deno.test("pond attr refuses what it can't do, by exit codes", async () => {
  await using scratch = await scratchPond();
  const cases: readonly [line: string, code: number, said: string][] = [
    ["attr fly /sensors", 2, "pond attr takes get, set, rm, ls"],
    ["attr get", 2, "needs PATH"],
    ["attr set /sensors", 2, "needs NAME=VALUE"],
    ["attr rm /sensors", 2, "needs NAME"],
    ["attr ls /sensors a", 2, "pond attr get /sensors a"],
    ["attr set /sensors a", 2, "it has no value"],
    ["attr set /sensors =a", 2, "it has no value"],
    ["attr set /sensors a:=x", 2, "x is no JSON"],
    ["attr get /sensors a", 4, "the attribute a of /sensors"],
    ["attr rm /sensors a", 4, "pond attr ls /sensors"],
    ["attr get /nothing", 4, "/nothing"],
    ["attr set / a=b", 1, "the root has no name"],
  ];
  for (const [line, code, said] of cases) {
    const ran = await scratch.run(line);
    assertEquals(ran.code, code, line);
    assertStringIncludes(ran.stderr, said);
  }
});

Deno.test("pond find finds by name, type, size, time and metadata", async () => {
  await using scratch = await scratchPond();
  const stdin = [
    "mkdir -p /d/sub",
    `write /d/big.csv '${"x".repeat(3000)}'`,
    "write /d/sub/small.csv 'y'",
    "ln big.csv /d/link",
    "attr set /d/sub/small.csv depth:=3.5 station=F",
  ].join("\n");
  await scratch.ok("batch", { stdin });
  const find = async (...args: string[]) =>
    (await scratch.ok(["find", ...args])).split("\n").filter(Boolean);
  assertEquals(await find("/d"), [
    "/d/big.csv",
    "/d/link",
    "/d/sub",
    "/d/sub/small.csv",
  ]);
  assertEquals(await find("--name", "*.csv", "/d"), [
    "/d/big.csv",
    "/d/sub/small.csv",
  ]);
  assertEquals(await find("--name", "sub/*.csv", "d"), ["/d/sub/small.csv"]);
  assertEquals(await find("--name", "/**/{small,a}.csv"), [
    "/sensors/a.csv",
    "/d/sub/small.csv",
  ]);
  assertEquals(await find("--name", "/d/?*", "-t", "l"), ["/d/link"]);
  assertEquals(await find("/d", "--type", "d"), ["/d/sub"]);
  assertEquals(await find("--size", "+2k", "--type", "f"), ["/d/big.csv"]);
  assertEquals(await find("--size", "1", "--type", "file"), [
    "/d/sub/small.csv",
  ]);
  assertEquals(await find("/d", "--size", "-1K", "--type", "f"), [
    "/d/sub/small.csv",
  ]);
  assertEquals(await find("--where", "$[?@.attributes.depth > 3]"), [
    "/d/sub/small.csv",
  ]);
  assertEquals(await find("/d", "--newer", "1h", "--type", "d"), ["/d/sub"]);
  assertEquals(await find("/d", "--older", "1h"), []);
  assertEquals(await find("/d", "--older", "2999-01-01", "--name", "s*"), [
    "/d/sub",
    "/d/sub/small.csv",
  ]);
  assertEquals(await find("--at", "v1"), [
    "/sensors",
    "/sensors/.hidden",
    "/sensors/a.csv",
  ]);
  const [row] = JSON.parse(await scratch.ok("find --name big.csv --json"));
  assertEquals([row.path, row.type, row.size, row.version], [
    "/d/big.csv",
    "file",
    3000,
    1,
  ]);
  assertMatch(row.modified, /^\d{4}-/);
  await scratch.ok("touch --no-sync /staged");
  assertEquals(await find("--name", "staged"), []);
  assertEquals(await find("--name", "staged", "--pending"), ["/staged"]);
});

Deno.test("pond find refuses what it can't do, by exit codes", async () => {
  await using scratch = await scratchPond();
  const cases: readonly [line: string, code: number, said: string][] = [
    ["find --size big", 2, "+10k"],
    ["find --type x", 2, "--type takes"],
    ["find --newer v1", 2, "as a time"],
    ["find --older soon!", 2, "soon!"],
    ["find --name [", 2, "["],
    ["find --where $[", 2, "JSONPath"],
    ["find /nothing", 4, "/nothing"],
    ["find /sensors/a.csv", 1, "/sensors/a.csv"],
    ["find --at v9", 4, "v9"],
  ];
  for (const [line, code, said] of cases) {
    const ran = await scratch.run(line);
    assertEquals(ran.code, code, line);
    assertStringIncludes(ran.stderr, said);
  }
});

Deno.test("pond status lists what is staged, in words or with -s", async () => {
  await using scratch = await scratchPond();
  const stdin = "mkdir /d\ntouch /sensors/a.csv\nmv /sensors/.hidden /d/x\n" +
    "ln a /l\nrm /sensors/a.csv\n";
  await scratch.ok("batch --no-sync", { stdin });
  const text = await scratch.ok("status");
  assertStringIncludes(
    text,
    "  new directory:   /d\n" +
      "  modified:        /sensors/a.csv\n" +
      "  moved:           /sensors/.hidden -> /d/x\n" +
      "  new symlink:     /l\n" +
      "  deleted:         /sensors/a.csv\n",
  );
  assertEquals(
    await scratch.ok("status --short"),
    "A /d\nM /sensors/a.csv\nR /sensors/.hidden -> /d/x\nA /l\n" +
      "D /sensors/a.csv\n",
  );
  const rows = JSON.parse(await scratch.ok("status -s --json"));
  assertEquals(rows[2], {
    operation: "move",
    type: "file",
    path: "/d/x",
    from: "/sensors/.hidden",
    size: 2,
    conflict: false,
  });
});

Deno.test("pond revert PATH drops a part of what is staged, and with it a conflict", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("touch --no-sync /same /a /b");
  await scratch.ok("mkdir -m taken /same");
  assertEquals(await scratch.ok("status -s"), "U /same\nA /a\nA /b\n");
  const rows = JSON.parse(await scratch.ok("status --pending --json"));
  assertEquals(
    rows.map((row: { conflict: boolean }) => row.conflict),
    [true, false, false],
  );
  const status = await scratch.ok("status");
  assertStringIncludes(status, "  ours:   create /same\n");
  assertMatch(
    status,
    / {2}theirs: create \/same \(v2, by tester, at \S+Z, transaction [0-9a-f]{8}\)\n/,
  );
  assertStringIncludes(status, "pond revert /same");
  assertEquals(
    await scratch.ok("revert /same"),
    "1 staged operation dropped, 2 still staged\n",
  );
  assertEquals(
    await scratch.ok("commit why /a"),
    "v3: 1 operation committed, 1 still staged\n",
  );
  assertEquals(JSON.parse(await scratch.ok("revert --json /b /nothing")), {
    reverted: 1,
    staged: 0,
  });
});

Deno.test("a conflict ends with 5, and says both sides, in text and in JSON", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("mv --no-sync /sensors/a.csv /b.csv");
  await scratch.ok("mv -m mine /sensors/a.csv /c.csv");
  const ran = await scratch.run("commit");
  assertEquals([ran.code, ran.stdout], [5, ""]);
  assertMatch(
    ran.stderr,
    /^pond: Cannot commit the change of \/b\.csv: it was removed or moved in version 2\n {2}ours: {3}move \/sensors\/a\.csv -> \/b\.csv\n {2}theirs: move \/sensors\/a\.csv -> \/c\.csv \(v2, by tester, at \S+, transaction \w{8}\)\nhint: /,
  );
  const json = await scratch.run("commit --json");
  assertEquals(json.code, 5);
  const { error } = JSON.parse(json.stderr);
  assertEquals([error.code, error.path], ["CONFLICT", "/b.csv"]);
  assertEquals(error.ours, {
    operation: "move",
    path: "/b.csv",
    from: "/sensors/a.csv",
  });
  const { time, transaction_id, ...theirs } = error.theirs;
  assertEquals(theirs, {
    operation: "move",
    path: "/c.csv",
    from: "/sensors/a.csv",
    version: 2,
    author: "tester",
  });
  const [newest] = JSON.parse(await scratch.ok("history --json -n 1"));
  assertEquals([time, transaction_id], [newest.time, newest.transaction_id]);
});
