/** In the folder of the platform, the name of a type means one thing. */
import { assertEquals, assertGreater } from "@std/assert";
import { PROJECT_ROOT } from "../support/deno_process.ts";

const DECLARED = /^export (?:abstract )?(?:class|interface|type) (\w+)/gm;

Deno.test("no two files of src/host/ export different types by one name", async () => {
  const places = new Map<string, string[]>();
  for await (const { name: file } of Deno.readDir(`${PROJECT_ROOT}/src/host`)) {
    const text = await Deno.readTextFile(`${PROJECT_ROOT}/src/host/${file}`);
    for (
      const name of new Set([...text.matchAll(DECLARED)].map(([, it]) => it))
    ) {
      if (name === undefined) continue;
      places.set(name, [...places.get(name) ?? [], file]);
    }
  }
  assertGreater(places.size, 30);
  const twice = [...places].filter(([, files]) => files.length > 1);
  assertEquals(twice, []);
});
