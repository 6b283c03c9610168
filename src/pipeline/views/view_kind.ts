/**
 * What a kind of view is: which files it shows, and how one is computed.
 *
 * A kind is a {@linkcode ViewKind}, entered in `kinds.ts`. It lists its files
 * without computing any: what each is made from (`inputs`), and all else that
 * its bytes depend on (`recipe`). Whatever is the same in both has the same
 * bytes, and is computed once (`cache.ts`).
 *
 * @module
 */
import type { FileStore } from "../../host/mod.ts";
import type { TableWriter } from "../../query/table_writer.ts";
import type {
  ExportedFiles,
  ViewInput,
  ViewSource,
} from "../../tinylogfs/mod.ts";
import type { Kind } from "../kinds.ts";
import type { Grid, Span } from "./spans.ts";
import type { ResourceOf } from "../resource.ts";

/** Lists the files of a view, in any order. */
export type ViewKind<K extends Kind> = (
  resource: ResourceOf<K>,
  side: ViewSide,
) => Promise<readonly ViewFile[]>;

/** What a kind lists its files with. */
export interface ViewSide {
  /**
   * Files that match a pattern, in order, those of other views too; none is no
   * error.
   */
  glob(pattern: string): Promise<readonly ViewInput[]>;
  /** The paths and patterns that a SELECT names. */
  pathsIn(sql: string): Promise<readonly string[]>;
}

/** A file of a view, before anybody reads it. */
export interface ViewFile {
  /** Its path in the view: names with slashes between them. */
  readonly path: string;
  /** The collection or scope of the resource that it belongs to. */
  readonly collection: string;
  /** What it is. */
  readonly format: "parquet" | "text";
  /** What it is made from, in the order that counts. */
  readonly inputs: readonly ViewInput[];
  /**
   * What else its bytes depend on, as JSON; a number in it goes up when the same
   * is computed in another way.
   */
  readonly recipe: unknown;
  /** Patterns that match nothing, and are left out. */
  readonly unmatched?: readonly string[];
  /** Writes its content into a file of the host, which isn't there yet. */
  write(to: Computation): Promise<void>;
  /** How its rows are computed, span by span; others are computed whole. */
  readonly spans?: SpannedTable;
  /** Its text among files that are exported with it, where those change it. */
  page?(
    to: Omit<Computation, "hostPath">,
    exported: ExportedFiles,
  ): Promise<string>;
}

/** A table with times, in their order, of which any span can be computed. */
export interface SpannedTable {
  /** How time is divided. */
  readonly grid: Grid;
  /** Looks at the inputs' columns. */
  prepare(to: Omit<Computation, "hostPath">): Promise<PreparedTable>;
}

/** A table that can be computed. */
export interface PreparedTable {
  /** What the rows depend on beside the recipe and the inputs in a span. */
  readonly columns: unknown;
  /** The rows of a span, or all of them, as SQL. */
  sql(span?: Span): string;
  /**
   * The earliest and the latest time of its inputs, in microseconds since the
   * epoch, as SQL.
   */
  readonly timesSql: string;
}

/** A file whose rows are computed span by span. */
export function spannedFile(
  file: Omit<ViewFile, "format" | "write" | "spans">,
  spans: SpannedTable,
): ViewFile {
  return {
    ...file,
    format: "parquet",
    spans,
    write: async (to) => {
      const { hostPath, signal, source, tables } = to;
      const table = await spans.prepare(to);
      await tables.write(source, table.sql(), hostPath, { signal });
    },
  };
}

/** What a file is computed with. */
export interface Computation {
  /** Where the content goes. */
  readonly hostPath: string;
  /** The state of the pond. */
  readonly source: ViewSource;
  /** Runs SQL over files of the pond, and writes the rows. */
  readonly tables: TableWriter;
  /** The host's files. */
  readonly files: FileStore;
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
}
