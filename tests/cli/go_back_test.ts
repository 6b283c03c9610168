/** `pond undo`, `redo`, and `restore` of a path. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { scratchPond } from "./scratch.ts";

for (const layout of ["clustered", "hive"]) {
  Deno.test(`pond undo and pond redo (${layout}) go back and forth by new transactions`, async () => {
    await using scratch = await scratchPond(layout);
    await scratch.ok("put -m longer readings.csv /sensors/a.csv");
    await scratch.ok("mkdir /empty");
    const dry = await scratch.ok("undo --dry-run");
    assertEquals(dry.split("\t").slice(0, 2), ["deleted", "/empty"]);
    assertEquals(
      await scratch.ok("undo"),
      "v4: took back v3, 1 node changed\n",
    );
    assertEquals(
      await scratch.ok("undo"),
      "v5: took back v2 (longer), 1 node changed\n",
    );
    assertEquals(await scratch.ok("cat /sensors/a.csv"), "t,v\n1,10\n");
    assertEquals(
      await scratch.ok("redo"),
      "v6: took back v5 (undo v2: longer), 1 node changed\n",
    );
    assertEquals(await scratch.ok("cat /sensors/a.csv"), "t,v\n1,20\n2,21\n");
    const [row] = JSON.parse(await scratch.ok("redo --json"));
    assertEquals([row.version, row.undone_version, row.nodes_changed], [
      7,
      4,
      1,
    ]);
    assertEquals(await scratch.ok("ls"), "empty\nsensors\n");
    assertEquals((await scratch.run("redo")).code, 4);
    assertEquals((await scratch.run("undo v0")).code, 2);
    const [undo] = JSON.parse(await scratch.ok("log --json -n 3")).slice(2);
    const [done] = JSON.parse(await scratch.ok("log --json --until v2 -n 1"));
    assertEquals(undo.undoes, done.transaction_id);
  });

  Deno.test(`pond undo TXN (${layout}) is refused with 5 where later transactions changed the same`, async () => {
    await using scratch = await scratchPond(layout);
    await scratch.ok("put readings.csv /sensors/a.csv");
    await scratch.ok("touch /later");
    const refused = await scratch.run("undo v1");
    assertEquals(refused.code, 5);
    assertStringIncludes(refused.stderr, "/sensors/a.csv was changed");
    assertEquals(await scratch.ok("ls"), "later\nsensors\n");
    await scratch.ok("undo v2 -m why");
    assertEquals(await scratch.ok("ls"), "later\nsensors\n");
    const [newest] = JSON.parse(await scratch.ok("log --json -n 1"));
    assertEquals([newest.message, newest.operations], ["why", 1]);
    await scratch.ok("undo v1");
    assertEquals(await scratch.ok("ls"), "later\n");
    await scratch.ok("touch --no-sync /staged");
    assertEquals((await scratch.run("undo")).code, 2);
  });

  Deno.test(`pond restore REV PATH (${layout}) restores a path, and with --dry-run nothing`, async () => {
    await using scratch = await scratchPond(layout);
    await scratch.ok("rm -r /sensors");
    await scratch.ok("touch /other");
    const dry = await scratch.ok("restore v1 /sensors/a.csv --dry-run");
    // With the directory that it needs.
    assertEquals(
      dry.trimEnd().split("\n").map((row) => row.split("\t").slice(0, 2)),
      [["added", "/sensors"], ["added", "/sensors/a.csv"]],
    );
    assertEquals(await scratch.ok("ls"), "other\n");
    assertEquals(
      await scratch.ok("restore v1 /sensors/a.csv"),
      "v4: /sensors/a.csv as v1 was, 2 nodes changed\n",
    );
    assertEquals(await scratch.ok("ls -a /sensors"), "a.csv\n");
    assertEquals(
      await scratch.ok("restore /sensors@v1"),
      "v5: /sensors as v1 was, 1 node changed\n",
    );
    assertEquals(await scratch.ok("ls -a /sensors"), ".hidden\na.csv\n");
    assertEquals(await scratch.ok("ls"), "other\nsensors\n");
    const all = await scratch.ok("restore v1 --dry-run");
    assertEquals(all.split("\t").slice(0, 2), ["deleted", "/other"]);
    assertEquals((await scratch.run("restore v1 /nope")).code, 4);
    assertEquals((await scratch.run("restore v1 v2")).code, 2);
  });
}
