import { assertEquals, assertStringIncludes } from "@std/assert";
import { openPond } from "../../src/pond.ts";
import { denoHost } from "../../src/host/deno_host.ts";
import { scratchPond } from "../cli/scratch.ts";

Deno.test("pond cat and get write a series as one file, whatever parts it has", async () => {
  await using it = await scratchPond();
  {
    await using pond = await openPond(denoHost(), it.pond);
    await pond.createDirectory("/s");
    for (const part of ["one\n", "two\n", "three\n"]) {
      await pond.appendToSeries("/s/text", part, { of: "text" });
      await pond.commit();
    }
    for (const part of ["v\n1\n", "v,w\n2,x\n"]) {
      await pond.appendToSeries("/s/[rows].csv", part, { of: "rows" });
      await pond.commit();
    }
  }
  assertEquals(await it.ok("cat /s/text"), "one\ntwo\nthree\n");
  assertEquals(await it.ok("cat /s/text@v3"), "one\ntwo\n");
  assertEquals(await it.ok("cat --range 2-5 /s/text"), "e\ntw");
  assertEquals(await it.ok("head -n 2 /s/text"), "one\ntwo\n");
  assertEquals(await it.ok("tail -n 2 /s/text"), "two\nthree\n");
  assertEquals(await it.ok("tail -c 8 /s/text"), "o\nthree\n");
  assertEquals(await it.ok("grep o /s/text"), "one\ntwo\n");
  assertStringIncludes(await it.ok("ls -l /s/text"), "\t14\t");
  assertStringIncludes(await it.ok("stat /s/text"), " 14");
  assertEquals(await it.ok("get /s/text -"), "one\ntwo\nthree\n");
  await it.ok("get /s out");
  assertEquals(
    await Deno.readTextFile(`${it.home}/out/text`),
    "one\ntwo\nthree\n",
  );
  const rows = await it.ok([
    "query",
    "--allow-host-files",
    `FROM read_parquet('${it.home}/out/[[]rows].csv')`,
    "--format=csv",
  ]);
  assertEquals(rows, "v,w\n1,\n2,x\n");

  // What was written is known again, by the next get and by a put.
  const counts = async (line: string) => {
    const { changed, failed, unchanged } = JSON.parse(
      await it.ok(`${line} --json`),
    );
    return { changed, failed, unchanged };
  };
  const same = { changed: 0, failed: 0, unchanged: 3 };
  assertEquals(await counts("get /s ."), { ...same, changed: 0, unchanged: 0 });
  assertEquals(await counts("get /s/. out"), same);
  assertEquals(await counts("put out/. /s"), same);
  assertEquals(await it.ok("cat /s/text"), "one\ntwo\nthree\n");
  await Deno.writeTextFile(`${it.home}/out/text`, "one\ntwo\nTHREE\n");
  assertEquals((await counts("put out/. /s")).changed, 1);
});

Deno.test("pond put of what the newest part of a series is makes it that file", async () => {
  await using it = await scratchPond();
  {
    await using pond = await openPond(denoHost(), it.pond);
    await pond.createDirectory("/s");
    for (const part of ["one\n", "two\n"]) {
      await pond.appendToSeries("/s/text", part, { of: "text" });
      await pond.commit();
    }
  }
  await Deno.mkdir(`${it.home}/in`);
  await Deno.writeTextFile(`${it.home}/in/text`, "two\n");
  await it.ok("put in/. /s");
  assertEquals(await it.ok("cat /s/text"), "two\n");
  assertEquals(await it.ok("cat /s/text@v-1"), "one\ntwo\n");
});
