// deno-lint-ignore-file no-console -- an example prints what it does
/**
 * A transaction that is made again: two writers count in the same file, and no
 * count is lost.
 *
 * ```text
 * $ deno run -A examples/retried_transaction.ts
 * ten increments by two writers: 10
 * ```
 *
 * @module
 */
import { Pond } from "@duckpond/pond";

const directory = await Deno.makeTempDir();
const path = `${directory}/pond`;
{
  await using pond = await Pond.init(path);
  await pond.createFile("/count", "0");
  await pond.commit();
}

// Each has the pond open for itself, as two processes would.
await Promise.all([count(5), count(5)]);

await using pond = await Pond.open(path);
console.log(`ten increments by two writers: ${await read(pond)}`);
await Deno.remove(directory, { recursive: true });

/** Adds one so many times. */
async function count(times: number): Promise<void> {
  await using pond = await Pond.open(path);
  for (let done = 0; done < times; done++) {
    // When the other writer was faster, this is done again on what it left.
    await pond.transaction(async (tx) => {
      await tx.writeFile("/count", `${Number(await read(tx)) + 1}`);
    }, { message: "one more", retries: 100 });
  }
}

async function read(pond: Pick<Pond, "readFile">): Promise<string> {
  return new TextDecoder().decode(await pond.readFile("/count"));
}
