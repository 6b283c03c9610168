/**
 * Writes docs/cli.md: `deno run -A tools/cli_doc.ts`.
 *
 * @module
 */
import { generateCliDoc } from "../src/cli/cli_doc.ts";

const path = new URL("../docs/cli.md", import.meta.url);
await Deno.mkdir(new URL("./", path), { recursive: true });
await Deno.writeTextFile(path, await generateCliDoc());
