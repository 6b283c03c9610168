/**
 * Dumps of tables on a simulated disk.
 *
 * @module
 */
import { encodeUtf8 } from "../../../src/bytes.ts";
import type { MemoryHost } from "../../../src/host/memory.ts";
import type { DumpRow } from "../../../src/oplog/dump/mod.ts";
import { TinyLogFS } from "../../../src/tinylogfs/mod.ts";

/** The oplog of the pond that {@linkcode smallPond} makes. */
export const OPLOG = "/pond/oplog";

/** A pond of three versions, the last one with a checkpoint. */
export async function smallPond(host: MemoryHost): Promise<void> {
  await using fs = await TinyLogFS.initEmpty(host, "/pond");
  await fs.createDirectory("/d");
  await fs.createFile("/d/a", "content of a");
  await fs.commit({ message: "first" });
  await fs.createFile("/b", "content of b");
  await fs.commit({ message: "second" });
  await fs.oplog.delta.checkpoint();
}

/** All rows of a dump. */
export async function rowsOf(
  dump: AsyncIterable<DumpRow>,
): Promise<DumpRow[]> {
  return await Array.fromAsync(dump);
}

/** How many rows there are of each kind. */
export function kindsOf(
  rows: readonly DumpRow[],
): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { kind } of rows) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** What is damaged: `kind place: problem`, without paths. */
export function damageIn(rows: readonly DumpRow[]): string[] {
  return rows.filter(({ severity }) => severity === "damage")
    .map(({ kind, place, problem }) =>
      place === undefined
        ? `${kind}: ${problem}`
        : `${kind} ${place}: ${problem}`
    );
}

/** Puts other bytes in the place of a file's. */
export async function edit(
  host: MemoryHost,
  path: string,
  change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> | string,
): Promise<void> {
  const changed = change((await host.files.read(path)).slice());
  host.files.plant(
    path,
    typeof changed === "string" ? encodeUtf8(changed) : changed,
  );
}

/** Turns one bit of a file around. */
export async function flip(
  host: MemoryHost,
  path: string,
  offset: number,
): Promise<void> {
  await edit(host, path, (bytes) => {
    bytes[offset] = (bytes[offset] ?? 0) ^ 1;
    return bytes;
  });
}

/** The names in a directory that end so, sorted, with their paths. */
export async function pathsIn(
  host: MemoryHost,
  directory: string,
  end: string,
): Promise<string[]> {
  const entries = await Array.fromAsync(host.files.list(directory));
  return entries.map(({ name }) => `${directory}/${name}`)
    .filter((path) => path.endsWith(end)).sort();
}
