import { assertEquals, assertGreater } from "@std/assert";
import { migrate } from "../../src/migrate/mod.ts";
import { scratchPond } from "../pipeline/scratch.ts";
import { samplePond, writeFiles } from "./support.ts";

Deno.test("first", async () => {
  await using scratch = await scratchPond();
  const old = await samplePond();
  const source = scratch.temp.join("old");
  await writeFiles(source, old.files);
  const report = await migrate(scratch.pond, scratch.host, source);
  console.log(report);
  for await (const { path } of scratch.pond.treeRows()) console.log(path);
  for (const d of report.digests) assertEquals(d.source, d.pond, d.path);
  console.log(await scratch.pond.query("FROM '/HydroVu/noyo/data/A-1'").rows());
  const again = await migrate(scratch.pond, scratch.host, source);
  assertEquals([again.written, again.commits], [0, 0]);
  for (const { path } of report.resources) {
    console.log(new TextDecoder().decode(await scratch.pond.readFile(path!)));
  }
});
