import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { denoHost } from "../../src/host/deno_host.ts";
import { TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { scratchDirectory, scratchPond } from "./scratch.ts";

Deno.test("the scenario of the requirements: each step in a command of its own", async () => {
  await using scratch = await scratchDirectory();
  await scratch.ok("init");
  await scratch.ok("put --no-sync - /A", { stdin: "content of file A" });
  await scratch.ok("ln -s --no-sync /A /B");
  const count = ["query", "SELECT count(*) AS n FROM oplog_entries", "--json"];
  assertEquals(JSON.parse(await scratch.ok([...count, "--pending"])), [{
    n: 2,
  }]);
  assertEquals(JSON.parse(await scratch.ok(count)), [{ n: 0 }]);
  assertStringIncludes(await scratch.ok("status --pending"), "2 operations");
  assertEquals(
    await scratch.ok(["commit", "A and B"]),
    "v1: 2 operations committed\n",
  );
  assertEquals(JSON.parse(await scratch.ok(count)), [{ n: 2 }]);
  assertEquals(JSON.parse(await scratch.ok([...count, "--pending"])), [{
    n: 2,
  }]);
  assertEquals(await scratch.ok("cat /B"), "content of file A");
});

Deno.test("--no-sync stages for any process, and pond commit commits it", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("touch --no-sync /staged");
  assertEquals(await scratch.ok("ls"), "sensors\n");
  assertEquals(await scratch.ok("ls --pending"), "sensors\nstaged\t*\n");
  assertEquals(await scratch.ok("ls --at @pending"), "sensors\nstaged\n");
  const rows = JSON.parse(await scratch.ok("status --pending --json"));
  assertEquals(rows, [{
    operation: "create",
    type: "file",
    path: "/staged",
    from: null,
    size: 0,
    conflict: false,
  }]);
  const [row] = JSON.parse(await scratch.ok("commit --json reason"));
  assertEquals([row.version, row.operations], [2, 1]);
  const [newest] = JSON.parse(await scratch.ok("history --json -n 1"));
  assertEquals([newest.version, newest.message, newest.author], [
    2,
    "reason",
    "tester",
  ]);
  assertEquals(await scratch.ok("commit"), "v2: nothing was staged\n");
});

Deno.test("pond revert drops what is staged", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("touch --no-sync /staged");
  assertEquals(await scratch.ok("revert"), "1 staged operation dropped\n");
  assertEquals(await scratch.ok("ls --pending"), "sensors\n");
});

Deno.test("pond sync PATH and pond commit MESSAGE PATH commit a part, and leave the rest staged", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("touch --no-sync /a /b");
  await scratch.ok("mkdir --no-sync -p /x/y");
  await scratch.ok("touch --no-sync /x/y/z");
  assertEquals(
    await scratch.ok("sync /nothing"),
    "v1: nothing was staged of what was asked for\n",
  );
  assertEquals(
    await scratch.ok("sync /a"),
    "v2: 1 operation committed, 4 still staged\n",
  );
  assertEquals(await scratch.ok("ls /"), "a\nsensors\n");
  // A file needs its directories.
  assertEquals(
    await scratch.ok(["commit", "deep", "/x/y/z"]),
    "v3: 3 operations committed, 1 still staged\n",
  );
  assertEquals(await scratch.ok("commit"), "v4: 1 operation committed\n");
  assertEquals(await scratch.ok("ls /"), "a\nb\nsensors\nx\n");
  assertEquals((await scratch.run("sync --first 1 /a")).code, 2);
});

Deno.test("pond commit --first commits the first operations in order", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("touch --no-sync /a /b /c");
  assertEquals(
    await scratch.ok("commit --first 2"),
    "v2: 2 operations committed, 1 still staged\n",
  );
  assertEquals(await scratch.ok("ls /"), "a\nb\nsensors\n");
  assertEquals(await scratch.ok("ls --pending /"), "a\nb\nc\t*\nsensors\n");
});

Deno.test("what is staged and no longer fits is said by status, refused by commit, and dropped by revert", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("touch --no-sync /same");
  await scratch.ok("mkdir /same");
  const status = await scratch.ok("status --pending");
  assertStringIncludes(status, "1 operation");
  assertStringIncludes(
    status,
    "Conflict:     Cannot commit the change of /same",
  );
  for (const line of ["commit", "ls --pending", "touch --no-sync /other"]) {
    const ran = await scratch.run(line);
    assertEquals(ran.code, 5, line);
    assertStringIncludes(ran.stderr, "in version 2");
  }
  assertEquals(await scratch.ok("ls /"), "same\nsensors\n");
  assertEquals(await scratch.ok("revert"), "1 staged operation dropped\n");
  assertEquals(await scratch.ok("ls --pending /"), "same\nsensors\n");
});

Deno.test("pond history lists transactions, and versions of a path through renames", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("put -m second readings.csv /sensors/a.csv");
  await scratch.ok("mv /sensors/a.csv /b.csv");
  const versions = JSON.parse(await scratch.ok("history --json"));
  assertEquals(versions.map((row: { version: number }) => row.version), [
    3,
    2,
    1,
    0,
  ]);
  assertEquals(versions[1].message, "second");
  const of = JSON.parse(await scratch.ok("history --json /b.csv"));
  assertEquals(
    of.map((
      row: { operation: string; path: string; version: number },
    ) => [row.version, row.operation, row.path]),
    [[3, "move", "/b.csv"], [2, "update", "/sensors/a.csv"], [
      1,
      "create",
      "/sensors/a.csv",
    ]],
  );
  assertEquals(of[1].size, 14);
  assertEquals((await scratch.ok("history 2")).split("\n").length, 3);
  assertEquals((await scratch.run("history /nope")).code, 4);
});

Deno.test("pond show prints transactions with their operations", async () => {
  await using scratch = await scratchPond();
  const text = await scratch.ok("show", { terminal: true });
  assertMatch(text, /^v0 /);
  assertMatch(
    text,
    /\nv1 {2}\S+ \S+ {2}tester {2}3 operations {2}first\n {2}create {2}directory {2}\/sensors\n/,
  );
  const last = await scratch.ok("show -n 1 --format ndjson");
  assertEquals(last.trim().split("\n").length, 3);
});

Deno.test("pond restore makes an earlier state the current one, by a new version", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("rm -r /sensors");
  assertMatch(
    await scratch.ok("restore v1"),
    /^v3: as v1 was, \d+ nodes? changed\n$/,
  );
  assertEquals(await scratch.ok("cat /sensors/a.csv"), "t,v\n1,10\n");
  await scratch.ok("restore");
  assertEquals(await scratch.ok("ls"), "");
  assertEquals((await scratch.run("restore v99")).code, 4);
  assertEquals((await scratch.run("restore nonsense!")).code, 2);
  await scratch.ok("touch --no-sync /staged");
  assertEquals((await scratch.run("restore v1")).code, 2);
});

Deno.test("--at looks at an earlier state on every reading command", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("rm /sensors/a.csv");
  assertEquals(await scratch.ok("ls --at v1 /sensors"), "a.csv\n");
  assertEquals(await scratch.ok("ls --at v-1 /sensors"), "a.csv\n");
  assertEquals(await scratch.ok("cat --at v1 /sensors/a.csv"), "t,v\n1,10\n");
  assertEquals(await scratch.ok("get --at v1 /sensors/a.csv -"), "t,v\n1,10\n");
  assertEquals((await scratch.run("ls --at 2001-01-01")).code, 4);
});

Deno.test("pond status shows where the pond is, its version and what is staged", async () => {
  await using scratch = await scratchPond();
  const text = await scratch.ok("status");
  assertStringIncludes(text, scratch.pond);
  assertStringIncludes(text, "Version:      v1\n");
  assertStringIncludes(text, "Pending:      nothing\n");
  const [row] = JSON.parse(await scratch.ok("status --json"));
  assertEquals([row.path, row.version, row.pending_operations], [
    scratch.pond,
    1,
    0,
  ]);
  assertEquals(await scratch.ok([]), text);
});

Deno.test("pond status --json says what is pending and in memory, and pond sync --json what was written", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("touch --no-sync /staged");
  const [status] = JSON.parse(await scratch.ok("status --json"));
  assertEquals([status.pending_operations, status.conflict], [1, null]);
  assertMatch(status.last_commit, /^\d{4}-\d\d-\d\dT.*Z$/);
  assertMatch(status.transaction_id, /^[0-9a-f]{32}$/);
  for (const count of ["pending_bytes", "total_nodes", "memory_usage"]) {
    assertEquals(status[count] > 0, true, count);
  }
  const [row] = JSON.parse(await scratch.ok("sync --json"));
  const { duration_ms, bytes_written, transaction_id, ...rest } = row;
  assertEquals(rest, { version: 2, operations: 1, record_batch_size: 3 });
  assertEquals(duration_ms > 0 && bytes_written > 0, true);
  assertMatch(transaction_id, /^[0-9a-f]{32}$/);
});

Deno.test("pond restore takes an ISO timestamp", async () => {
  await using scratch = await scratchPond();
  const [{ time }] = JSON.parse(await scratch.ok("history --json -n 1"));
  await scratch.ok("rm -r /sensors");
  const [row] = JSON.parse(await scratch.ok(`restore ${time} --json`));
  assertEquals([row.target_version, row.target_timestamp.slice(0, 19)], [
    1,
    time.slice(0, 19),
  ]);
  assertEquals(await scratch.ok("ls /sensors"), "a.csv\n");
  assertEquals((await scratch.run("restore 2001-01-01T00:00:00Z")).code, 4);
});

Deno.test("pond history shows the metadata of transactions to programs", async () => {
  await using scratch = await scratchPond();
  {
    await using fs = await TinyLogFS.open(denoHost(), scratch.pond);
    await fs.transaction((tx) => tx.touch("/x"), {
      metadata: { job: "42", host: "pi" },
    });
  }
  const [row] = JSON.parse(await scratch.ok("history --json -n 1"));
  assertEquals(row.metadata, { job: "42", host: "pi" });
});

Deno.test("pond log --author lists whose name has it, as many as are asked for", async () => {
  await using scratch = await scratchPond();
  for (const author of ["Ana", "bob", "Anatol"]) {
    await scratch.ok(`touch /${author}`, { env: { POND_AUTHOR: author } });
    await scratch.ok("touch /shared", { env: { POND_AUTHOR: author } });
  }
  const authors = async (line: string) => {
    const rows: { author: string }[] = JSON.parse(
      await scratch.ok(`log ${line} --json`),
    );
    return rows.map(({ author }) => author);
  };
  assertEquals(await authors("--author ana -n 3"), ["Anatol", "Anatol", "Ana"]);
  assertEquals(await authors("--author BOB"), ["bob", "bob"]);
  assertEquals(await authors("/shared --author ana -n 1"), ["Anatol"]);
  assertEquals(await authors("--author ana -n 0"), []);
  assertEquals(await authors("--author nobody"), []);
});
