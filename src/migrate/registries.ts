/**
 * The registries of the proof of concept: which resources a pond has.
 *
 * ```text
 * /Pond         kind, apiVersion, name, desc, uuid, metadata
 * /Kind/Kind    the fields of the spec, and uuid
 * ```
 *
 * They hold secrets as they are. So they are read, and no more than what is said of
 * them here leaves this file: resources whose secrets are references, and which
 * files hold one.
 *
 * @module
 */
import { tryDecodeUtf8 } from "../bytes.ts";
import { IntegrityError } from "../errors.ts";
import type { Host } from "../host/mod.ts";
import type { DataStruct, DataType, DataValue } from "../oplog/data_type.ts";
import { isKind, KINDS } from "../pipeline/mod.ts";
import { readVersion } from "./content.ts";
import { problemOf } from "./problems.ts";
import {
  childPath,
  isFile,
  type SourceDirectory,
  type SourceFile,
  type SourceVersion,
} from "./source.ts";
import { bytesInMemory, readBatches } from "./table_rows.ts";

/** A registry of more is none. */
const MAX_BYTES = 64 * 1024 * 1024;

/** What a shorter text is, is nobody's secret: it is everywhere. */
const MIN_SECRET = 4;

/** The same of what only its name makes one, somewhere inside of a field. */
const MIN_DEEP_SECRET = 8;

/** Fields of kinds that nobody knows. */
const SECRET_NAME = /key|secret|token|passw|credential/i;

const REFERENCE = /^(\$\{env:[A-Za-z_][A-Za-z0-9_]*\}|file:\/.+)$/;

/** A value as YAML has it. */
export type Plain =
  | string
  | number
  | boolean
  | null
  | readonly Plain[]
  | { readonly [name: string]: Plain };

/** A resource of the old pond. */
export interface OldResource {
  readonly kind: string;
  readonly name: string;
  readonly uuid: string;
  /** Its document, with references in the place of secrets. */
  readonly document: Plain;
  /** Where each of its secrets has to be. */
  readonly secrets: readonly SecretPlace[];
}

/** A secret, and what it is called now. */
export interface SecretPlace {
  /** Such as `HydroVu/noyo spec.key`. */
  readonly field: string;
  /** The variable of the environment that has to hold it. */
  readonly variable: string;
}

/** What the registries say. */
export interface Registries {
  readonly resources: readonly OldResource[];
  /** What couldn't be understood, by the paths of registries. */
  readonly problems: readonly {
    readonly path: string;
    readonly problem: string;
  }[];
  /** Whether a text has one of the secrets in it. */
  readonly hasSecret: (text: string) => boolean;
  /** Paths of registries and definitions that hold secrets. */
  readonly withSecrets: ReadonlySet<string>;
}

/** Reads the registries of a source. */
export async function readRegistries(
  host: Host,
  root: SourceDirectory,
): Promise<Registries> {
  const problems: { path: string; problem: string }[] = [];
  const tables = new Map<string, readonly (readonly DataStruct[])[]>();
  for (const [path, file] of registryFiles(root)) {
    const versions: (readonly DataStruct[])[] = [];
    for (const version of file.versions) {
      try {
        versions.push(await rowsOf(host, version));
      } catch (error) {
        problems.push({ path, problem: problemOf(error) });
      }
    }
    tables.set(path, versions);
  }
  const literals = new Set<string>();
  const withSecrets = new Set(problems.map(({ path }) => path));
  for (const [path, versions] of tables) {
    const kind = path.slice(path.lastIndexOf("/") + 1);
    for (const row of kind === "Pond" ? [] : versions.flat()) {
      for (const field of secretFields(kind, row)) {
        const value = row[field];
        if (typeof value !== "string" || REFERENCE.test(value)) continue;
        withSecrets.add(path);
        if (value.length >= MIN_SECRET) literals.add(value);
      }
    }
    for (const row of versions.flat()) {
      for (const value of deepSecrets(row)) {
        if (value.length >= MIN_DEEP_SECRET) literals.add(value);
      }
    }
  }
  const hasSecret = (text: string) =>
    [...literals].some((literal) => text.includes(literal));
  for (const [path, versions] of tables) {
    if (hasSecret(textOf(versions))) withSecrets.add(path);
  }
  for (const [path, { versions }] of definitions(root)) {
    for (const version of versions) {
      const rows = await readable(host, version);
      // Of what can't be read, nobody can say that it has none.
      const isDoubtful = rows === undefined && literals.size > 0;
      if (isDoubtful || hasSecret(textOf(rows))) withSecrets.add(path);
    }
  }
  const resources = resourcesOf(tables, problems);
  return { resources, problems, hasSecret, withSecrets };
}

/** The one row of a definition, as it is written in YAML. */
export async function definitionOf(
  host: Host,
  version: SourceVersion,
): Promise<Plain | undefined> {
  const [row, ...others] = await rowsOf(host, version);
  return row === undefined || others.length > 0 ? undefined : plainStruct(row);
}

/**
 * `/Pond`, and `/Kind/Kind` of each kind. What was copied from another pond has
 * such tables, too, somewhere below.
 */
function* registryFiles(
  { entries }: SourceDirectory,
  path = "/",
): Generator<readonly [path: string, file: SourceFile]> {
  const own = path.slice(path.lastIndexOf("/") + 1);
  for (const [name, entry] of entries) {
    const at = childPath(path, name);
    if (entry.kind === "tree") yield* registryFiles(entry, at);
    const isOne = name === own || name === "Pond" || isKind(name);
    if (isOne && isFile(entry) && entry.kind === "table") yield [at, entry];
  }
}

/** What computed files were defined by: a copy of a part of a registry. */
function* definitions(
  { entries }: SourceDirectory,
  path = "/",
): Generator<readonly [path: string, file: SourceFile]> {
  for (const [name, entry] of entries) {
    const at = childPath(path, name);
    if (entry.kind === "tree") yield* definitions(entry, at);
    else if (entry.kind === "definition") yield [at, entry];
  }
}

/** The rows of what may be no table; `undefined` of what is none. */
async function readable(
  host: Host,
  version: SourceVersion,
): Promise<readonly DataStruct[] | undefined> {
  try {
    return await rowsOf(host, version);
  } catch (error) {
    problemOf(error);
    return undefined;
  }
}

async function rowsOf(
  host: Host,
  version: SourceVersion,
): Promise<readonly DataStruct[]> {
  const { bytes: { hostPath }, sizeBytes } = version;
  if (sizeBytes > MAX_BYTES) {
    throw new IntegrityError(hostPath, "it is too large for a registry");
  }
  const whole = new Uint8Array(sizeBytes);
  let at = 0;
  for await (const chunk of readVersion(host, version)) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  const rows: DataStruct[] = [];
  for await (
    const { fields, numRows, values } of readBatches(
      bytesInMemory(hostPath, whole),
    )
  ) {
    for (let i = 0; i < numRows; i++) {
      rows.push(Object.fromEntries(
        fields.map(({ name, type }, column) => [
          name,
          tidied(values[column]?.[i] ?? null, type),
        ]),
      ));
    }
  }
  return rows;
}

/** A single float is written with the digits that it has. */
function tidied(value: DataValue, type: DataType): DataValue {
  if (type.kind === "float" && typeof value === "number") {
    return Number(value.toPrecision(7));
  }
  if (type.kind === "map" && Array.isArray(value)) {
    return value.map((entry) =>
      Array.isArray(entry)
        ? [entry[0] ?? null, tidied(entry[1] ?? null, type.value)] as const
        : entry
    ) as DataValue;
  }
  return value;
}

function secretFields(kind: string, row: DataStruct): readonly string[] {
  const schema = isKind(kind) ? KINDS[kind].spec.properties ?? {} : undefined;
  return Object.keys(row).filter((field) =>
    schema === undefined || !Object.hasOwn(schema, field)
      ? SECRET_NAME.test(field)
      : schema[field]?.writeOnly === true
  );
}

/** Texts in structs and maps, by whose names they may be secrets. */
function* deepSecrets(
  value: DataValue | undefined,
  name = "",
): Generator<string> {
  if (typeof value === "string") {
    if (SECRET_NAME.test(name) && !REFERENCE.test(value)) yield value;
  } else if (Array.isArray(value)) {
    const [key, item, ...more] = value as readonly DataValue[];
    const isPair = typeof key === "string" && more.length === 0;
    if (isPair) yield* deepSecrets(item, key);
    else {
      for (const it of value as readonly DataValue[]) {
        yield* deepSecrets(it, name);
      }
    }
  } else if (
    value !== null && typeof value === "object" &&
    !(value instanceof Uint8Array)
  ) {
    for (const [key, item] of Object.entries(value)) {
      yield* deepSecrets(item as DataValue, key);
    }
  }
}

type Tables = ReadonlyMap<string, readonly (readonly DataStruct[])[]>;

function resourcesOf(
  tables: Tables,
  problems: { path: string; problem: string }[],
): readonly OldResource[] {
  const newest = (path: string) => tables.get(path)?.at(-1) ?? [];
  const rows = newest("/Pond");
  const found: OldResource[] = [];
  for (const row of rows) {
    const { apiVersion, desc, kind, metadata, name, uuid } = row;
    if (
      typeof kind !== "string" || typeof name !== "string" ||
      typeof uuid !== "string"
    ) {
      problems.push({
        path: "/Pond",
        problem: "a row has no kind, name or uuid",
      });
      continue;
    }
    const path = `/${kind}/${kind}`;
    const spec = newest(path).find((spec) => spec.uuid === uuid);
    if (spec === undefined) {
      problems.push({ path, problem: `it lacks the resource ${name}` });
      continue;
    }
    const { uuid: _uuid, ...own } = spec;
    const fields: Record<string, DataValue> = { ...own };
    const secrets: SecretPlace[] = [];
    for (const field of secretFields(kind, fields)) {
      const value = fields[field];
      if (typeof value !== "string" || REFERENCE.test(value)) continue;
      const variable = variableOf(kind, name, field, newest(path));
      fields[field] = `\${env:${variable}}`;
      secrets.push({ field: `${kind}/${name} spec.${field}`, variable });
    }
    const document = {
      ...(typeof apiVersion === "string" ? { apiVersion } : {}),
      kind,
      name,
      ...(typeof desc === "string" ? { desc } : {}),
      ...(isNothing(metadata) ? {} : { metadata: plainMap(metadata) }),
      spec: specOf(kind, fields),
    };
    found.push({ kind, name, uuid, document, secrets });
  }
  return found;
}

function isNothing(value: DataValue | undefined): value is null | undefined {
  return value === null || value === undefined;
}

/** Maps are lists of pairs in Parquet, and empty ones nothing. */
function specOf(kind: string, fields: DataStruct): Plain {
  const { probs, ...rest } = fields;
  return {
    ...plainStruct(rest),
    ...(kind !== "Scribble" || isNothing(probs)
      ? {}
      : { probs: plainMap(probs) }),
  };
}

/**
 * The variable that holds a secret now. One pair of HydroVu's credentials has the
 * names that are usual; where there are several, they are told apart.
 */
function variableOf(
  kind: string,
  name: string,
  field: string,
  rows: readonly DataStruct[],
): string {
  const isOne = new Set(rows.map((row) => row[field])).size === 1;
  const usual = kind === "HydroVu"
    ? { key: "HYDRO_KEY_ID", secret: "HYDRO_KEY_VALUE" }[field]
    : undefined;
  const parts = usual === undefined ? [kind, name, field] : [usual, name];
  if (usual !== undefined && isOne) return usual;
  const text = parts.join("_").toUpperCase().replaceAll(/[^A-Z0-9]+/g, "_");
  return /^\d/.test(text) ? `_${text}` : text;
}

function plainStruct(struct: DataStruct): { readonly [name: string]: Plain } {
  return Object.fromEntries(
    Object.entries(struct).flatMap(([name, value]) =>
      // What is not there is not written.
      value === null ? [] : [[name, plain(value)]]
    ),
  );
}

function plainMap(value: DataValue): Plain {
  const entries = Array.isArray(value) ? value as readonly DataValue[] : [];
  return Object.fromEntries(entries.flatMap((entry) => {
    if (!Array.isArray(entry)) return [];
    const [key, item] = entry as readonly DataValue[];
    return [[String(key), plain(item ?? null)]];
  }));
}

function plain(value: DataValue): Plain {
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  if (value === null || typeof value !== "object") return value;
  if (value instanceof Uint8Array) {
    return tryDecodeUtf8(value) ?? value.toString();
  }
  if (Array.isArray(value)) {
    return (value as readonly DataValue[]).map(plain);
  }
  return plainStruct(value as DataStruct);
}

function textOf(value: unknown): string {
  const seen: string[] = [];
  JSON.stringify(value, (_, item) => {
    if (typeof item === "string") seen.push(item);
    return typeof item === "bigint" ? String(item) : item;
  });
  return seen.join("\n");
}
