/**
 * The rows of a pond's table in one form, whoever reads them.
 *
 * @module
 */
import { encodeHex } from "../../src/bytes.ts";
import { denoHost } from "../../src/host/deno_host.ts";
import {
  decodeDirectoryEntries,
  type OplogEntry,
} from "../../src/oplog/mod.ts";
import { type Layout, TinyLogFS } from "../../src/tinylogfs/mod.ts";

/** A row of the table, with the rows in it. */
export interface Row {
  readonly part_id: string;
  readonly timestamp: number;
  readonly version: number;
  readonly entries: readonly Readonly<Record<string, unknown>>[];
}

/** What pond reads. */
export async function readByPond(
  fs: TinyLogFS,
  maxVersion: number = fs.version,
): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const record of fs.oplog.readAll({ maxVersion })) {
    rows.push({
      part_id: record.partId,
      timestamp: record.timestampUs,
      version: record.version,
      entries: record.entries().map(asRow),
    });
  }
  return rows.sort((a, b) =>
    a.version - b.version || (a.part_id < b.part_id ? -1 : 1)
  );
}

function asRow(entry: OplogEntry): Readonly<Record<string, unknown>> {
  return {
    part_id: entry.partId,
    node_id: entry.nodeId,
    file_type: entry.fileType,
    metadata: entry.metadata,
    content: contentOf(entry),
    operation: entry.operation,
    node_version: entry.nodeVersion,
    position: entry.position,
    name: entry.name,
    path: entry.path,
  };
}

function contentOf({ content, fileType }: OplogEntry): unknown {
  if (content === null) return null;
  if (fileType !== "directory") return encodeHex(content);
  return decodeDirectoryEntries(content, "test").map((entry) => ({
    name: entry.name,
    child_node_id: entry.childNodeId,
    child_type: entry.childType,
    operation: entry.operation,
    node_version: entry.nodeVersion,
    child_version: entry.childVersion,
    size: entry.sizeBytes,
    modified: entry.modifiedUs,
    mode: entry.mode,
  }));
}

/** A pond with operations of every kind, and a checkpoint in its log. */
export async function somePond(
  path: string,
  layout: Layout,
): Promise<TinyLogFS> {
  const fs = await TinyLogFS.initEmpty(denoHost(), path, { layout });
  await fs.createDirectory("/sensors/lake", { recursive: true });
  await fs.createFile("/sensors/lake/depth.csv", "t,m\n1,20.5\n");
  await fs.createFile("/größe – 日本.bin", Uint8Array.of(0, 255, 10));
  await fs.createFile("/large", new Uint8Array(70_000));
  await fs.createSymlink("/latest", "sensors/lake/depth.csv");
  await fs.commit({ message: "first" });
  for (let i = 0; i < 70; i++) {
    await fs.writeFile("/sensors/lake/depth.csv", `t,m\n1,${i}\n`);
    await fs.commit();
  }
  // On top of what the commits have merged by themselves.
  await fs.optimize();
  await fs.checkpoint();
  await fs.refresh();
  await fs.rename("/large", "/sensors/renamed");
  await fs.delete("/latest");
  await fs.commit({ message: "last" });
  return fs;
}
