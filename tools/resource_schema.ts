/**
 * Writes schemas/resource.json, the schema of resources for editors:
 * `deno run -A tools/resource_schema.ts`.
 *
 * @module
 */
import { editorSchema } from "../src/pipeline/mod.ts";

const path = new URL("../schemas/resource.json", import.meta.url);
await Deno.mkdir(new URL("./", path), { recursive: true });
const text = JSON.stringify(editorSchema(), undefined, 2);
await Deno.writeTextFile(path, `${text}\n`);
