/**
 * Files of a pond.
 *
 * @module
 */
import {
  type Bytes,
  type ByteSource,
  concatBytes,
  sliceBytes,
  streamBytes,
} from "../bytes.ts";
import { hasCode, IntegrityError, PondError } from "../errors.ts";
import type {
  File,
  NodeMetadata,
  ReadOptions,
  WriteOptions,
} from "../tinyfs/mod.ts";
import type { SeriesMark, SeriesPart } from "./attributes.ts";
import type { Content } from "./blobs.ts";
import { type Location, type NodeContext, OpLogNode } from "./node.ts";
import { checkedContent, copyOf, type NodeRow } from "./node_row.ts";
import type { MergedParts } from "./series_merge.ts";
import type { PartSide } from "./series_text.ts";

const FILE_MODE = 0o644;

/** Options of writing a file of a pond. */
export interface PondWriteOptions extends WriteOptions {
  /** What makes it the first part of a series. */
  readonly series?: SeriesPart;
}

/** A file of a pond. */
export class OpLogFile extends OpLogNode implements File {
  readonly type = "file";
  #draft: NodeRow | undefined;

  /** A file without a name yet. */
  static draft(
    context: NodeContext,
    content: Content,
    { mode, modifiedUs, series }: PondWriteOptions = {},
  ): OpLogFile {
    const file = new OpLogFile(context, context.newId());
    const nowUs = context.nowUs();
    file.#draft = fileRow(content, {
      createdUs: nowUs,
      modifiedUs: modifiedUs ?? nowUs,
      ...(mode === undefined ? {} : { mode }),
      ...(series === undefined ? {} : { series: firstMark(series, content) }),
    });
    return file;
  }

  async row(): Promise<NodeRow> {
    return this.#draft ?? await this.linkedRow();
  }

  override linkedAt(location: Location): void {
    super.linkedAt(location);
    this.#draft = undefined;
  }

  async read(options: ReadOptions = {}): Promise<Bytes> {
    options.signal?.throwIfAborted();
    const row = await this.row();
    if (isLongText(row)) {
      return concatBytes(await Array.fromAsync(this.#text(options)));
    }
    if (row.content === null) {
      return await this.context.blobs.read(blobOf(row, this.path), options);
    }
    const content = await checkedContent(row.content, row.attributes);
    return sliceBytes(content, options).slice();
  }

  async stream(options: ReadOptions = {}): Promise<ReadableStream<Bytes>> {
    options.signal?.throwIfAborted();
    const row = await this.row();
    if (isLongText(row)) return ReadableStream.from(this.#text(options));
    if (row.content === null) {
      return await this.context.blobs.stream(blobOf(row, this.path), options);
    }
    const content = await checkedContent(row.content, row.attributes);
    return streamBytes(sliceBytes(content, options).slice());
  }

  /** Of a series, what all of its parts have together. */
  override async metadata(): Promise<NodeMetadata> {
    const metadata = await super.metadata();
    const { series } = (await this.row()).attributes;
    return series === undefined
      ? metadata
      : { ...metadata, sizeBytes: series.whole.sizeBytes };
  }

  /** The text that the parts of a series are together. */
  async *#text(options: ReadOptions): AsyncGenerator<Bytes> {
    const { readText } = await import("./series_text.ts");
    yield* readText(await this.#partSide(options.signal), options);
  }

  /** What reads the parts of a series. */
  async #partSide(signal: AbortSignal | undefined): Promise<PartSide> {
    const { nodeHistory } = await import("./node_history.ts");
    const path = await this.currentPath();
    return {
      blobs: this.context.blobs,
      history: (wanted) =>
        nodeHistory(this.context.historySide(), path, wanted),
      path,
      signal,
    };
  }

  async write(source: ByteSource, options: WriteOptions = {}): Promise<void> {
    await this.requireLinked();
    const content = await this.context.blobs.store(source, options);
    await this.update((row) =>
      fileRow(content, {
        ...withoutSeries(row.attributes),
        modifiedUs: options.modifiedUs ?? this.context.nowUs(),
        ...(options.mode === undefined ? {} : { mode: options.mode }),
      })
    );
  }

  /**
   * Adds a part to the series that this file is; in time, it is merged with those
   * before it.
   *
   * @throws {PondError} `UNSUPPORTED` when it is none, or of another kind.
   */
  async append(
    source: ByteSource,
    part: SeriesPart,
    options: WriteOptions = {},
  ): Promise<void> {
    await this.requireLinked();
    const content = await this.context.blobs.store(source, options);
    const { mergedMark, nextMark } = await import("./series.ts");
    const merge = await this.#mergeFor(content, part, options.signal);
    await this.update(({ attributes }, nodeVersion) => {
      const mark = attributes.series;
      if (mark?.of !== part.of) throw noSeries(this.path, part);
      const next = nextMark(part, content.sizeBytes, { mark, nodeVersion });
      const row = {
        ...attributes,
        modifiedUs: options.modifiedUs ?? this.context.nowUs(),
      };
      // Somebody may have been faster: then it stays by itself.
      if (merge?.nodeVersion !== nodeVersion) {
        return fileRow(content, { ...row, series: next });
      }
      const grownBytes = merge.content.sizeBytes - merge.heldBytes -
        content.sizeBytes;
      return fileRow(merge.content, {
        ...row,
        series: mergedMark(next, merge.held, grownBytes),
      });
    });
  }

  /** What the merge of a new part with those before it makes. */
  async #mergeFor(
    content: Content,
    { of, seconds, verbatim }: SeriesPart,
    signal: AbortSignal | undefined,
  ): Promise<MergedParts & { readonly nodeVersion: number } | undefined> {
    if (verbatim || seconds !== undefined) return undefined;
    const nodeVersion = await this.nodeVersion();
    const mark = (await this.row()).attributes.series;
    if (mark?.of !== of || this.#draft !== undefined) return undefined;
    const { mergeParts } = await import("./series_merge.ts");
    try {
      const side = await this.#partSide(signal);
      const merged = await mergeParts(content, mark, side);
      return merged && { ...merged, nodeVersion };
    } catch (error) {
      // Damage is told to who reads it: what is new must not be lost as well.
      if (hasCode(error, "INTEGRITY")) return undefined;
      throw error;
    }
  }

  /**
   * Refuses what a copy wouldn't have all of.
   *
   * @throws {PondError} `UNSUPPORTED` for a series: its parts are its versions.
   */
  async requireCopyable(): Promise<void> {
    const { series } = (await this.row()).attributes;
    if (series !== undefined) throw noCopy(this.path);
  }

  /**
   * A file with the same content, without a name; blobs are shared.
   *
   * @throws {PondError} As {@linkcode requireCopyable}.
   */
  async clone(): Promise<OpLogFile> {
    await this.requireCopyable();
    const file = new OpLogFile(this.context, this.context.newId());
    file.#draft = copyOf(await this.row(), this.context.nowUs());
    return file;
  }

  /** Takes the content of another file, as a new version. */
  async become(other: OpLogFile): Promise<void> {
    await other.requireCopyable();
    const { content, attributes } = await other.row();
    const { sizeBytes, sha256, blob } = attributes;
    await this.update(({ attributes: { createdUs, mode, ...rest } }) => ({
      content,
      attributes: {
        createdUs,
        mode,
        modifiedUs: this.context.nowUs(),
        sizeBytes,
        ...(rest.attributes ? { attributes: rest.attributes } : {}),
        ...(sha256 ? { sha256 } : {}),
        ...(blob ? { blob } : {}),
      },
    }));
  }

  protected override async update(
    change: (row: NodeRow, nodeVersion: number) => NodeRow,
  ): Promise<void> {
    if (this.#draft) this.#draft = change(this.#draft, 0);
    else await super.update(change);
  }
}

function fileRow(
  content: Content,
  times: {
    readonly createdUs: number;
    readonly modifiedUs: number;
    readonly mode?: number;
    readonly attributes?: Readonly<Record<string, unknown>>;
    readonly series?: SeriesMark;
  },
): NodeRow {
  return {
    content: content.kind === "inline" ? content.bytes : null,
    attributes: {
      createdUs: times.createdUs,
      modifiedUs: times.modifiedUs,
      sizeBytes: content.sizeBytes,
      mode: times.mode ?? FILE_MODE,
      sha256: content.sha256,
      ...(content.kind === "blob" ? { blob: true } : {}),
      ...(times.attributes ? { attributes: times.attributes } : {}),
      ...(times.series ? { series: times.series } : {}),
    },
  };
}

/** Whether it is a series of text, of which the row has the newest part alone. */
function isLongText({ attributes: { series } }: NodeRow): boolean {
  return series?.of === "text" && series.previous !== undefined;
}

/** What replaces the content makes a plain file of a series. */
function withoutSeries(
  { series: _series, ...rest }: NodeRow["attributes"],
): NodeRow["attributes"] {
  return rest;
}

/** The mark of a series of one part. */
function firstMark(part: SeriesPart, { sizeBytes }: Content): SeriesMark {
  const { fromUs, rows, toUs } = part;
  return {
    ...part,
    parts: 1,
    whole: {
      sizeBytes,
      ...(rows === undefined ? {} : { rows }),
      ...(fromUs === undefined ? {} : { fromUs }),
      ...(toUs === undefined ? {} : { toUs }),
    },
  };
}

function noSeries(path: string, { of }: SeriesPart): PondError {
  return new PondError(
    "UNSUPPORTED",
    `Cannot append to ${path}: it is no series of ${of}`,
    { path, hint: `see who has replaced it: pond log ${path}` },
  );
}

function noCopy(path: string): PondError {
  return new PondError(
    "UNSUPPORTED",
    `Cannot copy ${path}: it is a series, whose content are its versions`,
    {
      path,
      hint: `copy its rows: pond query "FROM '${path}'" --into /COPY.parquet`,
    },
  );
}

function blobOf(row: NodeRow, path: string): string {
  const { blob, sha256 } = row.attributes;
  if (blob !== true || sha256 === undefined) {
    throw new IntegrityError(path, "its row has neither content nor a blob");
  }
  return sha256;
}
