/**
 * Delta tables by other engines, each with the rows that Spark reads from it.
 * They lie beside the checkout; where they don't, their tests are ignored.
 *
 * @module
 */
import { PROJECT_ROOT } from "./deno_process.ts";

/** The directory of the tables. */
export const GOLDEN: string = `${PROJECT_ROOT}/../shared/golden`;

/** What is expected of a table. */
export interface Expected {
  /** How many rows. */
  readonly rows: number;
  /** The newest version. */
  readonly version: number;
  /** Spark's schema of the rows. */
  readonly schema: { readonly fields: readonly unknown[] };
}

/** What is expected of each table, by its name; nothing without the tables. */
export const EXPECTED: Readonly<Record<string, Expected>> = await expected();

/** A test that needs the tables. */
export function goldenTest(name: string, fn: () => Promise<void>): void {
  const ignore = Object.keys(EXPECTED).length === 0;
  Deno.test({ name, ignore, fn });
}

async function expected(): Promise<Record<string, Expected>> {
  try {
    return JSON.parse(await Deno.readTextFile(`${GOLDEN}/expected.json`));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}
