import { assertEquals } from "@std/assert";
import { editorSchema } from "../../src/pipeline/mod.ts";
import { PROJECT_ROOT } from "../support/deno_process.ts";

Deno.test("schemas/resource.json is what the kinds say", async () => {
  const text = await Deno.readTextFile(`${PROJECT_ROOT}/schemas/resource.json`);
  assertEquals(
    JSON.parse(text),
    // As JSON has it.
    JSON.parse(JSON.stringify(editorSchema())),
    "run: deno run -A tools/resource_schema.ts",
  );
});
