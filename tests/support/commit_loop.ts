/**
 * A process that commits one file after the other into `/d`, and says each one
 * on standard output when it is committed.
 *
 * ```text
 * deno run -A … tests/support/commit_loop.ts POND PREFIX COUNT
 * ```
 *
 * @module
 */
import { denoHost } from "../../src/host/deno_host.ts";
import { TinyLogFS } from "../../src/tinylogfs/mod.ts";

const [pond = "", prefix = "", count = "0"] = Deno.args;
const encoder = new TextEncoder();
await using fs = await TinyLogFS.open(denoHost(), pond);
for (let i = 0; i < Number(count); i++) {
  const path = `/d/${prefix}${i}`;
  // Every third one is large enough to be a blob.
  const size = i % 3 === 2 ? 70_000 : 10;
  await fs.createFile(path, new Uint8Array(size).fill(i));
  await fs.commit();
  await Deno.stdout.write(encoder.encode(`${path}\n`));
}
