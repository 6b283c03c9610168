/**
 * A file of a view: what it is made from says what it is, and the cache has it or
 * it is computed.
 *
 * @module
 */
import { decodeUtf8, encodeUtf8, sha256Hex } from "../../bytes.ts";
import { hasCode } from "../../errors.ts";
import type { FileStore } from "../../host/mod.ts";
import type { TableWriter } from "../../query/table_writer.ts";
import type {
  ComputedContent,
  ComputedFile,
  ComputedStatus,
  ExportedFiles,
  InputFacts,
  InputPiece,
  ViewInput,
  ViewSource,
} from "../../tinylogfs/mod.ts";
import type { Resource } from "../resource.ts";
import type { CachedContent, ViewCache } from "./cache.ts";
import { isIn, type Span, spansOf } from "./spans.ts";
import type { Computation, PreparedTable, ViewFile } from "./view_kind.ts";

/** Goes up when what is kept is something else than before. */
const KEY_VERSION = 2;

/** What computing a span may take of memory; the rest goes to the disk. */
const SPAN_MEMORY_BYTES = 96 * 2 ** 20;

/** Inputs that are larger are read span by span. */
const LARGE_BYTES = 4 * 2 ** 20;

/** What files of views are computed with. */
export interface ComputeSide {
  readonly source: ViewSource;
  readonly tables: TableWriter;
  readonly cache: ViewCache;
  readonly files: FileStore;
}

/** A view, as it is defined. */
export interface ViewDefinition {
  readonly resource: Resource;
  /** The file that defines it. */
  readonly file: ViewInput;
}

/** An input, with what is known of it. */
export interface KnownInput {
  readonly input: ViewInput;
  readonly facts: InputFacts;
}

/** A span of a table, and the key of its rows. */
interface SpanPart {
  readonly key: string;
  readonly span: Span;
  readonly sql: string;
}

/** A file of a view. */
export class CachedFile implements ComputedFile {
  /** What it is. */
  readonly view: ViewFile;
  /** What defines it. */
  readonly definition: ViewDefinition;
  readonly #side: ComputeSide;
  #inputs: Promise<readonly KnownInput[]> | undefined;

  constructor(side: ComputeSide, definition: ViewDefinition, view: ViewFile) {
    this.#side = side;
    this.definition = definition;
    this.view = view;
  }

  get path(): string {
    return this.view.path;
  }

  get format(): ComputedFile["format"] {
    return this.view.format;
  }

  /** What it is made from. */
  async inputs(): Promise<readonly KnownInput[]> {
    return await (this.#inputs ??= Promise.all(
      this.view.inputs.map(async (input) => ({
        input,
        facts: await input.facts(),
      })),
    ));
  }

  async status(): Promise<ComputedStatus> {
    const identity = await this.#identity();
    const { modifiedUs } = await this.definition.file.facts();
    const times = (await this.inputs()).map(({ facts }) => facts.modifiedUs);
    const kept = await this.cached();
    return {
      identity,
      modifiedUs: times.reduce((a, b) => Math.max(a, b), modifiedUs),
      ...(kept && { sizeBytes: kept.sizeBytes, sha256: kept.sha256 }),
    };
  }

  /** What the cache has of it; its bytes aren't looked at. */
  async cached(): Promise<CachedContent | undefined> {
    const { cache, source } = this.#side;
    const key = await this.#identity();
    try {
      return await cache.find(await source.cacheDirectory(), key);
    } catch (error) {
      // Where nobody may write, there is none.
      if (!hasCode(error, "READ_ONLY", "PERMISSION_DENIED")) throw error;
      return undefined;
    }
  }

  async content(
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<ComputedContent> {
    const { cache, files, source, tables } = this.#side;
    const directory = await source.cacheDirectory();
    const key = await this.#identity();
    return await cache.get(directory, key, async (hostPath) => {
      const to = { hostPath, source, tables, files, signal };
      const parts = await this.#parts(to);
      // One by itself would only be written twice.
      if (parts === undefined || parts.length < 2) await this.view.write(to);
      else await this.#writeParts(parts, to);
    });
  }

  /** Its text on a page; what an export has written isn't kept. */
  async page(
    exported: ExportedFiles,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<string> {
    const { files, source, tables } = this.#side;
    const text = await this.view.page?.(
      { source, tables, files, signal },
      exported,
    );
    if (text !== undefined) return text;
    const { hostPath } = await this.content(signal ? { signal } : {});
    return decodeUtf8(await files.read(hostPath));
  }

  /** The spans in which it is computed, with a key for each. */
  async pieces(): Promise<readonly InputPiece[] | undefined> {
    const { files, source, tables } = this.#side;
    const parts = await this.#parts({ files, source, tables });
    return parts?.map(({ key, span }) => ({
      identity: key,
      fromUs: span.fromUs,
      toUs: span.toUs - 1,
    }));
  }

  /** Each span is computed, or is in the cache from before. */
  async #writeParts(
    parts: readonly SpanPart[],
    { hostPath, signal, source, tables }: Computation,
  ): Promise<void> {
    const { cache } = this.#side;
    const directory = await source.cacheDirectory();
    const paths: string[] = [];
    for (const { key, sql } of parts) {
      signal?.throwIfAborted();
      // A database each: one for all of them would not give memory back.
      const part = await cache.get(
        directory,
        key,
        (hostPath) =>
          tables.write(source, sql, hostPath, {
            signal,
            memoryBytes: SPAN_MEMORY_BYTES,
          }),
      );
      paths.push(part.hostPath);
    }
    await tables.join(source, paths, hostPath, {
      signal,
      memoryBytes: SPAN_MEMORY_BYTES,
    });
  }

  /** Nothing where it is computed as a whole. */
  async #parts(
    to: Omit<Computation, "hostPath">,
  ): Promise<readonly SpanPart[] | undefined> {
    const { recipe, spans } = this.view;
    if (spans === undefined) return undefined;
    const inputs = await Promise.all(
      (await this.inputs()).map(async ({ facts, input }) => ({
        name: [input.path, input.captures],
        pieces: await facts.pieces?.() ?? [{ identity: facts.identity }],
      })),
    );
    const all = inputs.flatMap(({ pieces }) => pieces);
    const isKnown = all.every(hasTimes);
    if (!isKnown && !await this.#isLarge(to)) return undefined;
    const table = await spans.prepare(to);
    // Where it isn't known, it is looked for: nothing large is computed at once.
    const times = isKnown ? {} : await timesOf(table, to);
    const placed = inputs.map(({ name, pieces }) => ({
      name,
      pieces: pieces.map((piece) =>
        hasTimes(piece) ? piece : { ...piece, ...times }
      ),
    }));
    const found = spansOf(spans.grid, placed.flatMap(({ pieces }) => pieces));
    if (found === undefined) return undefined;
    const { kind } = this.definition.resource;
    return await Promise.all(found.map(async (span) => {
      const own = placed.map(({ name, pieces }) => [
        name,
        pieces.filter((piece) => isIn(piece, span))
          .map(({ identity }) => identity),
      ]);
      const key = await sha256Hex(encodeUtf8(
        JSON.stringify([KEY_VERSION, kind, recipe, table.columns, span, own]),
      ));
      return { key, span, sql: table.sql(span) };
    }));
  }

  /** Whether its inputs are, by their contents: that is the same each time. */
  async #isLarge(
    { signal }: Pick<Computation, "signal">,
  ): Promise<boolean> {
    let total = 0;
    for (const { facts } of await this.inputs()) {
      const content = await facts.computed?.content(signal ? { signal } : {});
      total += (content ?? facts).sizeBytes ?? 0;
    }
    return total > LARGE_BYTES;
  }

  async #identity(): Promise<string> {
    const { format, recipe } = this.view;
    const inputs = (await this.inputs()).map(({ facts, input }) => [
      input.path,
      input.captures,
      facts.identity,
    ]);
    const { kind } = this.definition.resource;
    return await sha256Hex(encodeUtf8(
      JSON.stringify([KEY_VERSION, kind, format, recipe, inputs]),
    ));
  }
}

function hasTimes({ fromUs, toUs }: InputPiece): boolean {
  return fromUs !== undefined && toUs !== undefined;
}

/** The times of all rows; none where there are no rows. */
async function timesOf(
  { timesSql }: PreparedTable,
  { signal, source, tables }: Omit<Computation, "hostPath">,
): Promise<Pick<InputPiece, "fromUs" | "toUs">> {
  const [fromUs, toUs] = await tables.numbers(source, timesSql, { signal });
  return typeof fromUs === "number" && typeof toUs === "number"
    ? { fromUs, toUs }
    : {};
}
