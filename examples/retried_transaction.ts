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
import { ConflictError, Pond } from "@duckpond/pond";

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
  for (let done = 0; done < times;) {
    if (await increment(pond)) done++;
  }
}

/** False when another writer was faster: then nothing has happened. */
async function increment(pond: Pond): Promise<boolean> {
  await pond.updateFile("/count", `${Number(await read(pond)) + 1}`);
  try {
    await pond.commit();
    return true;
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    // What is pending rests on a state that is gone: begin anew from this one.
    await pond.restoreFromOplog();
    return false;
  }
}

async function read(pond: Pond): Promise<string> {
  return new TextDecoder().decode(await pond.readFile("/count"));
}
