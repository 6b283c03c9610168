/**
 * Writes ponds and backups of the proof of concept, from the description of its
 * format alone.
 *
 * @module
 */
import { zstdCompressSync } from "node:zlib";
import { ByteWriter } from "hyparquet-writer/src/bytewriter.js";
import { ParquetWriter } from "hyparquet-writer/src/parquet-writer.js";
import { type Bytes, encodeUtf8, sha256Hex } from "../../src/bytes.ts";
import type { ParquetSchemaElement } from "../../src/oplog/parquet.ts";

/** A column: its schema, and its values. */
export interface PocColumn {
  readonly elements: readonly ParquetSchemaElement[];
  readonly data: unknown[];
}

const EXTENSIONS: Readonly<Record<number, string>> = {
  2: "parquet",
  3: "parquet",
  4: "data",
  5: "synth",
};

const INLINE_BYTES = 65_536;

interface Row {
  readonly prefix: string;
  readonly number: number;
  readonly size: number;
  readonly ftype: number;
  readonly sha256: string;
  readonly contents: Uint8Array | null;
}

interface Directory {
  readonly rows: Row[];
  readonly below: Map<string, Directory>;
  number: number;
  dirty: boolean;
}

interface BackupRow extends Row {
  readonly bytes: Uint8Array;
}

/** A pond while it is written. */
export class PocPond {
  /** Every file, by its path in the pond's directory. */
  readonly files: Map<string, Uint8Array> = new Map();
  /** The bytes of every version of every file, by its path. */
  readonly versions: Map<string, Uint8Array[]> = new Map();
  readonly #root = newDirectory();
  readonly #batches: BackupRow[][] = [];
  #batch: BackupRow[] = [];
  readonly #registries = new Map<string, Record<string, unknown>[]>();

  /** Adds a version of a table. */
  async table(path: string, bytes: Uint8Array): Promise<this> {
    return await this.#file(path, 2, bytes);
  }

  /** Adds a version of a series. */
  async series(path: string, bytes: Uint8Array): Promise<this> {
    return await this.#file(path, 3, bytes);
  }

  /** Adds a version of a file of any bytes. */
  async data(path: string, bytes: Uint8Array | string): Promise<this> {
    const content = typeof bytes === "string" ? encodeUtf8(bytes) : bytes;
    return await this.#file(path, 4, content);
  }

  /** Adds a version of what a computed file is defined by: one row. */
  async definition(
    path: string,
    content: readonly PocColumn[] | Uint8Array,
  ): Promise<this> {
    const bytes = content instanceof Uint8Array ? content : parquet(content);
    return await this.#file(path, 5, bytes);
  }

  /** Adds a symlink to a name in the same directory. */
  symlink(path: string, target: string): this {
    this.#directory(path).rows.push({
      prefix: nameOf(path),
      number: 0,
      size: 0,
      ftype: 6,
      sha256: "0".repeat(64),
      contents: encodeUtf8(target),
    });
    this.#batch.push({
      ...this.#last(path),
      prefix: path,
      bytes: encodeUtf8(target),
    });
    return this;
  }

  /** Adds any row: also such as no writer makes. */
  row(directory: string, row: Partial<Row> & { prefix: string }): this {
    this.#directory(`${directory}/x`).rows.push({
      number: 1,
      size: 0,
      ftype: 4,
      sha256: "0".repeat(64),
      contents: null,
      ...row,
    });
    return this;
  }

  /** Makes a directory. */
  mkdir(path: string): this {
    this.#directory(`${path}/x`);
    return this;
  }

  /**
   * Adds a resource: to the registries, with its directory and symlink.
   *
   * @param spec What its row has in the registry of the kind: schema and value.
   */
  async resource(
    resource: {
      readonly kind: string;
      readonly name: string;
      readonly uuid: string;
      readonly desc?: string;
      readonly metadata?: Readonly<Record<string, string>>;
    },
    spec: readonly PocColumn[],
  ): Promise<this> {
    const { desc = "", kind, metadata, name, uuid } = resource;
    const all = this.#registries.get("Pond") ?? [];
    this.#registries.set("Pond", all);
    all.push({
      kind,
      apiVersion: "github.com/jmacd/duckpond/v1",
      name,
      desc,
      uuid,
      metadata: metadata ?? null,
    });
    const own = this.#registries.get(kind) ?? [];
    this.#registries.set(kind, own);
    const elements = spec.map(({ elements }) => elements);
    own.push({
      ...Object.fromEntries(
        spec.map(({ data, elements: [first] }) => [first?.name, data[0]]),
      ),
      uuid,
    });
    const columns = (rows: Record<string, unknown>[], of: PocColumn[]) =>
      of.map(({ elements }) => ({
        elements,
        data: rows.map((row) => row[elements[0]?.name ?? ""] ?? null),
      }));
    await this.table(
      "/Pond",
      parquet(columns(all, [
        ...["kind", "apiVersion", "name", "desc", "uuid"].map((it) => utf8(it)),
        textMap("metadata"),
      ])),
    );
    await this.table(
      `/${kind}/${kind}`,
      parquet(columns(own, [
        ...elements.map((elements) => ({ elements, data: [] })),
        utf8("uuid"),
      ])),
    );
    this.mkdir(`/${kind}/${uuid}`);
    return this.symlink(`/${kind}/${name}`, uuid);
  }

  /** Ends a command: every directory that has changed gets its next listing. */
  async commit(): Promise<this> {
    await this.#save("", this.#root);
    this.#batches.push(this.#batch);
    this.#batch = [];
    return this;
  }

  /** The same pond as the files of a bucket. */
  backup(uuid: string): ReadonlyMap<string, Uint8Array> {
    const files = new Map<string, Uint8Array>();
    for (const [i, rows] of this.#batches.entries()) {
      const listed: Row[] = [];
      for (const { bytes, ...row } of rows) {
        const isInline = row.ftype === 6 || bytes.length <= INLINE_BYTES;
        listed.push({ ...row, contents: isInline ? bytes : null });
        if (isInline) continue;
        files.set(`${uuid}/asset/${row.sha256}`, zstdCompressSync(bytes));
      }
      const listing = parquet(listingOf(listed));
      files.set(`${uuid}/${i + 1}`, zstdCompressSync(listing));
    }
    const last: PocColumn = {
      elements: [{ name: "last", ...U64 }],
      data: [BigInt(this.#batches.length)],
    };
    files.set(`${uuid}/POND`, parquet([last]));
    return files;
  }

  async #file(path: string, ftype: number, bytes: Uint8Array): Promise<this> {
    const directory = this.#directory(path);
    const prefix = nameOf(path);
    const before = directory.rows.filter((row) => row.prefix === prefix);
    const number = (before.at(-1)?.number ?? 0) + 1;
    const sha256 = await sha256Hex(bytes);
    const size = bytes.length;
    const row = { prefix, number, size, ftype, sha256, contents: null };
    directory.rows.push(row);
    this.files.set(
      `${path.slice(1)}.${number}.${EXTENSIONS[ftype]}`,
      bytes,
    );
    this.versions.set(path, [...this.versions.get(path) ?? [], bytes]);
    this.#batch.push({ ...row, prefix: path, bytes });
    return this;
  }

  #last(path: string): Row {
    const row = this.#directory(path).rows.at(-1);
    if (row === undefined) throw new TypeError(`nothing at ${path}`);
    return row;
  }

  /** The directory that a path is in; it and those above have changed. */
  #directory(path: string): Directory {
    let at = this.#root;
    at.dirty = true;
    for (const name of path.split("/").slice(1, -1)) {
      const next = at.below.get(name) ?? newDirectory();
      at.below.set(name, next);
      at = next;
      at.dirty = true;
    }
    return at;
  }

  async #save(path: string, directory: Directory): Promise<void> {
    for (const [name, below] of directory.below) {
      if (!below.dirty) continue;
      const at = path === "" ? name : `${path}/${name}`;
      await this.#save(at, below);
      const listing = this.files.get(`${at}/dir.${below.number}.parquet`);
      if (listing === undefined) throw new TypeError(`no listing of ${at}`);
      directory.rows.push({
        prefix: name,
        number: below.number,
        size: listing.length,
        ftype: 1,
        sha256: await sha256Hex(listing),
        contents: null,
      });
    }
    directory.number++;
    directory.dirty = false;
    const name = `dir.${directory.number}.parquet`;
    this.files.set(
      path === "" ? name : `${path}/${name}`,
      parquet(listingOf(directory.rows)),
    );
  }
}

function newDirectory(): Directory {
  return { rows: [], below: new Map(), number: 0, dirty: true };
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

const U64 = {
  type: "INT64",
  repetition_type: "REQUIRED",
  converted_type: "UINT_64",
  logical_type: { type: "INTEGER", bitWidth: 64, isSigned: false },
} as const;

/** A listing's rows, by name and number. */
function listingOf(rows: readonly Row[]): PocColumn[] {
  const sorted = [...rows].sort((a, b) =>
    a.prefix < b.prefix ? -1 : a.prefix > b.prefix ? 1 : a.number - b.number
  );
  const required = { repetition_type: "REQUIRED" } as const;
  return [
    { ...utf8("prefix"), data: sorted.map(({ prefix }) => prefix) },
    {
      elements: [{ name: "number", type: "INT32", ...required }],
      data: sorted.map(({ number }) => number),
    },
    {
      elements: [{ name: "size", ...U64 }],
      data: sorted.map(({ size }) => BigInt(size)),
    },
    {
      elements: [{
        name: "ftype",
        type: "INT32",
        converted_type: "UINT_8",
        logical_type: { type: "INTEGER", bitWidth: 8, isSigned: false },
        ...required,
      }],
      data: sorted.map(({ ftype }) => ftype),
    },
    {
      elements: [{
        name: "sha256",
        type: "FIXED_LEN_BYTE_ARRAY",
        type_length: 32,
        ...required,
      }],
      data: sorted.map(({ sha256 }) =>
        Uint8Array.from(sha256.match(/../g) ?? [], (it) => parseInt(it, 16))
      ),
    },
    {
      elements: [{
        name: "contents",
        type: "BYTE_ARRAY",
        repetition_type: "OPTIONAL",
      }],
      data: sorted.map(({ contents }) => contents),
    },
  ];
}

/** A column of text. */
export function utf8(name: string, ...data: unknown[]): PocColumn {
  return { elements: [textElement(name, "OPTIONAL")], data };
}

/** A column of whole numbers. */
export function int64(name: string, ...data: (number | null)[]): PocColumn {
  const repetition_type = data.includes(null) ? "OPTIONAL" : "REQUIRED";
  return {
    elements: [{ name, type: "INT64", repetition_type }],
    data: data.map((value) => value === null ? null : BigInt(value)),
  };
}

/** A column of numbers. */
export function float64(name: string, ...data: (number | null)[]): PocColumn {
  return {
    elements: [{ name, type: "DOUBLE", repetition_type: "OPTIONAL" }],
    data,
  };
}

/** A column of lists of structs. */
export function structList(
  name: string,
  fields: readonly PocColumn[],
  ...data: unknown[]
): PocColumn {
  return {
    elements: [
      {
        name,
        repetition_type: "REQUIRED",
        converted_type: "LIST",
        num_children: 1,
      },
      { name: "list", repetition_type: "REPEATED", num_children: 1 },
      {
        name: "element",
        repetition_type: "REQUIRED",
        num_children: fields.length,
      },
      ...fields.flatMap(({ elements }) => elements),
    ],
    data,
  };
}

/** A column of lists of texts. */
export function textList(name: string, ...data: unknown[]): PocColumn {
  return {
    elements: [
      {
        name,
        repetition_type: "OPTIONAL",
        converted_type: "LIST",
        num_children: 1,
      },
      { name: "list", repetition_type: "REPEATED", num_children: 1 },
      textElement("element", "REQUIRED"),
    ],
    data,
  };
}

/** A column of maps of texts. */
export function textMap(name: string, ...data: unknown[]): PocColumn {
  return {
    elements: [
      {
        name,
        repetition_type: "OPTIONAL",
        converted_type: "MAP",
        num_children: 1,
      },
      { name: "key_value", repetition_type: "REPEATED", num_children: 2 },
      textElement("key", "REQUIRED"),
      textElement("value", "OPTIONAL"),
    ],
    data,
  };
}

/** A column of maps of texts to numbers of 32 bits. */
export function floatMap(
  name: string,
  ...data: readonly (readonly (readonly [string, number])[])[]
): PocColumn {
  return {
    elements: [
      {
        name,
        repetition_type: "REQUIRED",
        converted_type: "MAP",
        num_children: 1,
      },
      { name: "key_value", repetition_type: "REPEATED", num_children: 2 },
      textElement("key", "REQUIRED"),
      { name: "value", type: "FLOAT", repetition_type: "REQUIRED" },
    ],
    data: data.map((entries) => Object.fromEntries(entries)),
  };
}

function textElement(
  name: string,
  repetition_type: "OPTIONAL" | "REQUIRED",
): ParquetSchemaElement {
  return {
    name,
    type: "BYTE_ARRAY",
    converted_type: "UTF8",
    logical_type: { type: "STRING" },
    repetition_type,
  };
}

/** A file of columns, compressed as the proof of concept did. */
export function parquet(columns: readonly PocColumn[]): Bytes {
  const writer = new ByteWriter();
  const file = new ParquetWriter({
    writer,
    schema: [
      { name: "root", num_children: columns.length },
      ...columns.flatMap(({ elements }) => elements),
    ],
    codec: "ZSTD",
    compressors: { ZSTD: (bytes: Uint8Array) => zstdCompressSync(bytes) },
  });
  file.write({
    columnData: columns.map(({ data, elements: [first] }) => ({
      name: first?.name ?? "",
      data,
    })),
  });
  file.finish();
  return new Uint8Array(writer.getBytes());
}

/** Readings of a device: seconds, and a value of each. */
export function readings(
  start: number,
  values: readonly number[],
  column = "Vulink.Temperature.C",
): Bytes {
  return parquet([
    int64("Timestamp", ...values.map((_, i) => start + 3600 * i)),
    float64(column, ...values),
  ]);
}
