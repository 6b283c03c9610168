/**
 * Whether Spark can be run, which needs Java.
 *
 * @module
 */
import { runProgram } from "../support/deno_process.ts";

/** Java isn't everywhere. */
export const canRunSpark: boolean = await hasJava();

async function hasJava(): Promise<boolean> {
  try {
    return (await runProgram("java", ["-version"])).code === 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
