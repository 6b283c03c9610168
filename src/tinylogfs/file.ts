/**
 * Files of a pond.
 *
 * @module
 */
import {
  type Bytes,
  type ByteSource,
  sliceBytes,
  streamBytes,
} from "../bytes.ts";
import { IntegrityError, PondError } from "../errors.ts";
import type { File, ReadOptions, WriteOptions } from "../tinyfs/mod.ts";
import type { SeriesMark, SeriesPart } from "./attributes.ts";
import type { Content } from "./blobs.ts";
import { type Location, type NodeContext, OpLogNode } from "./node.ts";
import { checkedContent, copyOf, type NodeRow } from "./node_row.ts";

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
    if (row.content === null) {
      return await this.context.blobs.read(blobOf(row, this.path), options);
    }
    const content = await checkedContent(row.content, row.attributes);
    return sliceBytes(content, options).slice();
  }

  async stream(options: ReadOptions = {}): Promise<ReadableStream<Bytes>> {
    options.signal?.throwIfAborted();
    const row = await this.row();
    if (row.content === null) {
      return await this.context.blobs.stream(blobOf(row, this.path), options);
    }
    const content = await checkedContent(row.content, row.attributes);
    return streamBytes(sliceBytes(content, options).slice());
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
   * Adds a part to the series that this file is.
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
    const { nextMark } = await import("./series.ts");
    await this.update(({ attributes }, nodeVersion) => {
      const mark = attributes.series;
      if (mark?.of !== part.of) throw noSeries(this.path, part);
      return fileRow(content, {
        ...attributes,
        modifiedUs: options.modifiedUs ?? this.context.nowUs(),
        series: nextMark(part, content.sizeBytes, { mark, nodeVersion }),
      });
    });
  }

  /**
   * A file with the same content, without a name; blobs are shared.
   *
   * @throws {PondError} `UNSUPPORTED` for a series: its parts are its versions.
   */
  async clone(): Promise<OpLogFile> {
    const { series } = (await this.row()).attributes;
    if (series !== undefined) throw noCopy(this.path);
    const file = new OpLogFile(this.context, this.context.newId());
    file.#draft = copyOf(await this.row(), this.context.nowUs());
    return file;
  }

  /** Takes the content of another file, as a new version. */
  async become(other: OpLogFile): Promise<void> {
    const { content, attributes } = await other.row();
    const { sizeBytes, sha256, blob, series } = attributes;
    if (series !== undefined) throw noCopy(other.path);
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
