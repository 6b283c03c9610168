/**
 * Domain metadata of a table, which no reader of ours needs.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#domain-metadata}
 * @module
 */
import type { DataType } from "../data_type.ts";
import { isObject } from "../delta/actions.ts";
import { fieldOf } from "../delta/checkpoint_columns.ts";
import { CheckpointFile } from "../delta/checkpoint_file.ts";
import { attempt } from "../delta/finding.ts";
import type { LogCheck } from "../delta/log_check.ts";
import { commitFileName, LOG_DIRECTORY } from "../delta/log_path.ts";
import type { DumpFacts, DumpRow } from "./types.ts";
import { pathIn, type TableStore } from "../store/store.ts";
import { linesOf } from "./lines.ts";
import { readWhole } from "./place.ts";
import { factsOf, tried } from "./row.ts";

const STRING: DataType = { kind: "string" };

/** The column of a checkpoint. */
export const DOMAIN_COLUMN = fieldOf("domainMetadata", {
  kind: "struct",
  fields: [
    fieldOf("domain", STRING),
    fieldOf("configuration", STRING),
    fieldOf("removed", { kind: "boolean" }),
  ],
});

/** What each domain says of a table at a version, as far as it can be read. */
export async function* domainsOf(
  store: TableStore,
  { checkpoint, state }: LogCheck,
  signal: AbortSignal | undefined,
): AsyncGenerator<DumpRow> {
  const domains = new Map<string, DumpFacts>();
  const note = (row: object) => {
    const content = "domainMetadata" in row ? row.domainMetadata : undefined;
    if (!isObject(content) || typeof content.domain !== "string") return;
    if (content.removed === true) domains.delete(content.domain);
    else domains.set(content.domain, factsOf(content));
  };
  for (const name of checkpoint?.files.names ?? []) {
    await noteCheckpoint(store, `${LOG_DIRECTORY}/${name}`, note);
  }
  const version = state?.version ?? -1;
  for (let at = (checkpoint?.files.version ?? -1) + 1; at <= version; at++) {
    signal?.throwIfAborted();
    const path = `${LOG_DIRECTORY}/${commitFileName(at)}`;
    await noteLines(store, path, note);
  }
  const path = pathIn(store, LOG_DIRECTORY);
  for (const facts of domains.values()) {
    yield { kind: "domainMetadata", path, version, facts };
  }
}

/** What can't be read is told by the check of the log. */
async function noteLines(
  store: TableStore,
  path: string,
  note: (row: object) => void,
): Promise<void> {
  const read = await attempt(() => readWhole(store, path));
  if (!read.isSound) return;
  for await (const { other } of linesOf(read.value, { path })) {
    if (other !== undefined) note(other);
  }
}

async function noteCheckpoint(
  store: TableStore,
  path: string,
  note: (row: object) => void,
): Promise<void> {
  if (path.endsWith(".json")) return await noteLines(store, path, note);
  const read = await attempt(async () =>
    await CheckpointFile.open(await readWhole(store, path), path)
  );
  if (!read.isSound) return;
  const rows = read.value.rows({ columns: [DOMAIN_COLUMN] });
  for await (const batch of tried(rows)) {
    if (!batch.isSound) return;
    for (const row of batch.value.others) note(row);
  }
}
