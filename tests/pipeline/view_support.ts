/**
 * What tests of views have in common.
 *
 * @module
 */
import { applyResources, readResources } from "../../src/pipeline/mod.ts";
import type { Pond } from "../../src/pond.ts";

export const HOUR_MS = 3_600_000;

/** Takes resources into a pond. */
export async function apply(pond: Pond, text: string): Promise<void> {
  await applyResources(pond, readResources([{ file: "a.yaml", text }]));
}

/** Writes files, in one transaction. */
export async function commit(
  pond: Pond,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  await pond.transaction(async (tx) => {
    for (const [path, text] of Object.entries(files)) {
      const parent = path.slice(0, path.lastIndexOf("/"));
      if (parent !== "") await tx.createDirectory(parent, { recursive: true });
      await tx.writeFile(path, text);
    }
  });
}

/** Readings as CSV, by their times in milliseconds since the epoch. */
export function csvOf(
  column: string,
  rows: Iterable<readonly [ms: number, value: number | null]>,
): string {
  const lines = [`Timestamp,${column}`];
  for (const [ms, value] of rows) {
    lines.push(`${new Date(ms).toISOString()},${value ?? ""}`);
  }
  return `${lines.join("\n")}\n`;
}
