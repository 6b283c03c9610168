/**
 * What an export has written, and of what: `.pond-export/manifest.json` in its
 * directory.
 *
 * ```text
 * {"export":1,"check":"<8 hex>","pond_id":"<32 hex>","version":<n>,
 *  "definition":{"glob","partition_by":[…],"time","where","format","pages"?},
 *  "sources":[{"path","sha256","files":[<file>, …]}, …],
 *  "gone":[<file>, …]}
 *
 * <file>  {"path","sha256","size","rows","changed":<ms>|null,"was":"<64 hex>"|null}
 * ```
 *
 * It is written before files get their names, and after: so a file on the disk is
 * the one that is named here, or the one that it `was` (not there, where that is
 * `null`), or somebody else's. Without `was`, it is the one that is named. `gone` are
 * files that are no more, and may not be deleted yet. `check` begins the SHA-256 of
 * everything else.
 *
 * @module
 */
import { encodeUtf8, sha256Hex, tryDecodeUtf8 } from "../bytes.ts";
import { IntegrityError, PondError } from "../errors.ts";
import { EXPORT_FORMATS } from "./formats.ts";
import type { ExportDefinition } from "./types.ts";

/** The version of the format. */
const EXPORT_FORMAT = 1;

/** A file that was written. */
export interface WrittenFile {
  /** Its path in the directory. */
  readonly path: string;
  /** The SHA-256 of its content. */
  readonly sha256: string;
  /** Its length in bytes. */
  readonly sizeBytes: number;
  /** Rows in it. */
  readonly rows: number;
  /** When the system saw it change; `undefined` where that isn't known. */
  readonly changedMs: number | undefined;
  /**
   * The SHA-256 of what may still be there in its place, or `null` for nothing;
   * `undefined`: it has its name.
   */
  readonly was?: string | null;
}

/** A file of the pond, and what was written of it. */
export interface SourceEntry {
  /** Its path in the pond. */
  readonly path: string;
  /** The SHA-256 of its content as it was exported, or what stands for it. */
  readonly sha256: string;
  /** What was written. */
  readonly files: readonly WrittenFile[];
}

/** Everything that an export has written. */
export interface Manifest {
  /** The pond. */
  readonly pondId: string;
  /** Its version, the last time. */
  readonly version: number;
  /** What is exported. */
  readonly definition: ExportDefinition;
  /** The sources, by their paths. */
  readonly sources: ReadonlyMap<string, SourceEntry>;
  /** What is no more, and may be there still. */
  readonly gone: readonly WrittenFile[];
}

/** Writes it. */
export async function formatManifest(manifest: Manifest): Promise<Uint8Array> {
  const { definition, gone, pondId, sources, version } = manifest;
  const { format, glob, pages, partitionBy, timeColumn, where } = definition;
  const body = {
    pond_id: pondId,
    version,
    definition: {
      glob,
      partition_by: partitionBy,
      time: timeColumn ?? null,
      where: where ?? null,
      format,
      ...(pages === undefined ? {} : { pages }),
    },
    sources: [...sources.values()].map(({ files, path, sha256 }) => ({
      path,
      sha256,
      files: files.map(fileRow),
    })),
    gone: gone.map(fileRow),
  };
  const check = await checkOf(body);
  return encodeUtf8(
    `${JSON.stringify({ export: EXPORT_FORMAT, check, ...body })}\n`,
  );
}

function fileRow(file: WrittenFile): object {
  const { changedMs = null, path, rows, sha256, sizeBytes, was } = file;
  const row = { path, sha256, size: sizeBytes, rows, changed: changedMs };
  return was === undefined ? row : { ...row, was };
}

/**
 * Reads it.
 *
 * @param source Its path, for errors.
 * @throws {PondError} `FORMAT_TOO_NEW`, `INTEGRITY`.
 */
export async function parseManifest(
  bytes: Uint8Array,
  source: string,
): Promise<Manifest> {
  const { export: format, check, ...body } = objectOf(bytes, source);
  if (typeof format === "number" && format > EXPORT_FORMAT) {
    throw new PondError(
      "FORMAT_TOO_NEW",
      `Cannot export: the format of ${source} is ${format}, and this pond reads up to ${EXPORT_FORMAT}`,
      { path: source, hint: "install a newer version of pond" },
    );
  }
  if (format !== EXPORT_FORMAT || check !== await checkOf(body)) {
    throw damaged(source);
  }
  const reader = new Fields(body, source);
  const definition = reader.object("definition");
  return {
    pondId: reader.text("pond_id"),
    version: reader.number("version"),
    definition: {
      glob: definition.text("glob"),
      partitionBy: definition.texts("partition_by"),
      timeColumn: definition.textOrNull("time") ?? undefined,
      where: definition.textOrNull("where") ?? undefined,
      format: formatIn(definition.text("format"), source),
      ...(definition.has("pages") ? { pages: definition.text("pages") } : {}),
    },
    sources: new Map(
      reader.objects("sources").map((entry) => {
        const path = entry.text("path");
        const files = entry.objects("files").map((fields) =>
          fileIn(fields, source)
        );
        return [path, { path, sha256: entry.text("sha256"), files }];
      }),
    ),
    gone: reader.objects("gone").map((fields) => fileIn(fields, source)),
  };
}

function fileIn(fields: Fields, source: string): WrittenFile {
  const was = fields.has("was") ? fields.textOrNull("was") : undefined;
  const path = fields.text("path");
  // The directory may be anybody's: nothing outside of it is ever removed.
  const leadsOut = ["", ".", ".."].some((it) => path.split("/").includes(it));
  if (leadsOut) throw damaged(source);
  return {
    path,
    sha256: fields.text("sha256"),
    sizeBytes: fields.number("size"),
    rows: fields.number("rows"),
    changedMs: fields.numberOrNull("changed") ?? undefined,
    ...(was === undefined ? {} : { was }),
  };
}

function formatIn(
  text: string,
  source: string,
): ExportDefinition["format"] {
  const format = EXPORT_FORMATS.find((name) => name === text);
  if (format === undefined) throw damaged(source);
  return format;
}

async function checkOf(body: object): Promise<string> {
  return (await sha256Hex(encodeUtf8(JSON.stringify(body)))).slice(0, 8);
}

function objectOf(
  bytes: Uint8Array,
  source: string,
): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(tryDecodeUtf8(bytes) ?? "");
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  if (!isObject(value)) throw damaged(source);
  return value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function damaged(source: string): PondError {
  return new IntegrityError(source, "it is not what an export has written", {
    hint: "export into another directory, or write over what is there: --force",
  });
}

/** The members of an object that has its check. */
class Fields {
  readonly #value: Readonly<Record<string, unknown>>;
  readonly #source: string;

  constructor(value: Readonly<Record<string, unknown>>, source: string) {
    this.#value = value;
    this.#source = source;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#value, name);
  }

  text(name: string): string {
    return this.textOrNull(name) ?? this.#fail();
  }

  textOrNull(name: string): string | null {
    const value = this.#value[name];
    return typeof value === "string" || value === null ? value : this.#fail();
  }

  number(name: string): number {
    return this.numberOrNull(name) ?? this.#fail();
  }

  numberOrNull(name: string): number | null {
    const value = this.#value[name];
    return typeof value === "number" || value === null ? value : this.#fail();
  }

  texts(name: string): readonly string[] {
    return this.#list(name).map((value) =>
      typeof value === "string" ? value : this.#fail()
    );
  }

  object(name: string): Fields {
    const value = this.#value[name];
    return isObject(value) ? new Fields(value, this.#source) : this.#fail();
  }

  objects(name: string): Fields[] {
    return this.#list(name).map((value) =>
      isObject(value) ? new Fields(value, this.#source) : this.#fail()
    );
  }

  #list(name: string): readonly unknown[] {
    const value = this.#value[name];
    return Array.isArray(value) ? value : this.#fail();
  }

  #fail(): never {
    throw damaged(this.#source);
  }
}
