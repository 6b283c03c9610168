/**
 * The schema of a table, from its `metaData` action.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#schema-serialization-format}
 * @module
 */
import { IntegrityError, PondError } from "../../errors.ts";
import type {
  DataField,
  DataType,
  DecimalType,
  PrimitiveName,
} from "../data_type.ts";
import { isObject } from "./actions.ts";

/** How the columns of data files are named. */
export type ColumnMappingMode = "none" | "name" | "id";

const PRIMITIVES: ReadonlySet<string> = new Set<PrimitiveName>([
  "boolean",
  "byte",
  "short",
  "integer",
  "long",
  "float",
  "double",
  "date",
  "timestamp",
  "timestamp_ntz",
  "string",
  "binary",
  "void",
]);

/** Types by the names that some writers give them. */
const SYNONYMS: Readonly<Record<string, PrimitiveName>> = { null: "void" };

const PHYSICAL_NAME = "delta.columnMapping.physicalName";
const FIELD_ID = "delta.columnMapping.id";
const TYPE_CHANGES = "delta.typeChanges";
/** What Spark says of a text that was declared as another type. */
const DECLARED_TYPE = "__CHAR_VARCHAR_TYPE_STRING";

/** Deeper than any table that is meant seriously. */
const MAX_DEPTH = 100;
const MAX_DIGITS = 38;

/**
 * Reads a schema.
 *
 * @param text The JSON.
 * @param mode How columns are mapped.
 * @param source Where it is from, for errors.
 * @throws {IntegrityError} When it is no schema.
 * @throws {PondError} `UNSUPPORTED`, naming the type.
 */
export function parseSchema(
  text: string,
  mode: ColumnMappingMode,
  source: string,
): readonly DataField[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new IntegrityError(source, "its schema is no valid JSON", { cause });
  }
  const reader = new SchemaReader(mode, source);
  const type = reader.type(value, "", 0);
  if (type.kind === "struct") return type.fields;
  throw new IntegrityError(source, "its schema is no struct");
}

class SchemaReader {
  readonly #mode: ColumnMappingMode;
  readonly #source: string;

  constructor(mode: ColumnMappingMode, source: string) {
    this.#mode = mode;
    this.#source = source;
  }

  /** @param path The names down to it, for errors. */
  type(value: unknown, path: string, depth: number): DataType {
    if (typeof value === "string") return this.#named(value, path);
    if (!isObject(value)) throw this.#refuse(`${path} has no type`);
    if (depth > MAX_DEPTH) {
      throw this.#refuse(`its types are more than ${MAX_DEPTH} deep`);
    }
    switch (value.type) {
      case "struct":
        return { kind: "struct", fields: this.#fields(value, path, depth) };
      case "array":
        return {
          kind: "array",
          element: this.type(value.elementType, `${path}.element`, depth + 1),
        };
      case "map":
        return {
          kind: "map",
          key: this.type(value.keyType, `${path}.key`, depth + 1),
          value: this.type(value.valueType, `${path}.value`, depth + 1),
        };
      default:
        throw unsupportedType(String(value.type), path, this.#source);
    }
  }

  #named(name: string, path: string): DataType {
    if (PRIMITIVES.has(name)) return { kind: name as PrimitiveName };
    const decimal = /^decimal\(\s*(\d+)\s*,\s*(-?\d+)\s*\)$/.exec(name);
    if (decimal) {
      return this.#decimal(Number(decimal[1]), Number(decimal[2]), path);
    }
    // Without a count of digits, it is the one of Spark.
    if (name === "decimal") return this.#decimal(10, 0, path);
    if (/^(var)?char\(\d+\)$/.test(name)) return { kind: "string" };
    const synonym = Object.hasOwn(SYNONYMS, name) ? SYNONYMS[name] : undefined;
    if (synonym !== undefined) return { kind: synonym };
    throw unsupportedType(name, path, this.#source);
  }

  #decimal(precision: number, scale: number, path: string): DecimalType {
    const sound = precision > 0 && precision <= MAX_DIGITS && scale >= 0 &&
      scale <= precision;
    if (sound) return { kind: "decimal", precision, scale };
    throw this.#refuse(`${path} is a decimal(${precision},${scale})`);
  }

  #fields(
    struct: { readonly [name: string]: unknown },
    path: string,
    depth: number,
  ): DataField[] {
    if (!Array.isArray(struct.fields)) {
      throw this.#refuse(`${path || "the struct"} has no fields`);
    }
    const names = new Set<string>();
    return struct.fields.map((value: unknown) => {
      const field = this.#field(value, path, depth);
      const folded = field.name.toLowerCase();
      if (names.has(folded)) {
        throw this.#refuse(`two columns are named ${field.name}`);
      }
      names.add(folded);
      return field;
    });
  }

  #field(value: unknown, path: string, depth: number): DataField {
    if (!isObject(value) || typeof value.name !== "string") {
      throw this.#refuse(`a field of ${path || "it"} has no name`);
    }
    const { name } = value;
    const at = path === "" ? name : `${path}.${name}`;
    const metadata = isObject(value.metadata) ? value.metadata : {};
    this.#requireKnownChanges(metadata[TYPE_CHANGES], at);
    const base = {
      name,
      type: this.type(value.type, at, depth + 1),
      nullable: value.nullable !== false,
      ...paddingOf(metadata[DECLARED_TYPE]),
    };
    if (this.#mode === "none") return { ...base, physicalName: name };
    const physicalName = metadata[PHYSICAL_NAME];
    if (typeof physicalName !== "string") {
      throw this.#refuse(`the column ${at} has no ${PHYSICAL_NAME}`);
    }
    if (this.#mode === "name") return { ...base, physicalName };
    const fieldId = metadata[FIELD_ID];
    if (typeof fieldId === "number") return { ...base, physicalName, fieldId };
    throw this.#refuse(`the column ${at} has no ${FIELD_ID}`);
  }

  /** A change that isn't known may be one that values would not survive. */
  #requireKnownChanges(changes: unknown, path: string): void {
    if (!Array.isArray(changes)) return;
    for (const change of changes) {
      const { fromType, toType } = isObject(change) ? change : {};
      if (isWidening(String(fromType), String(toType))) continue;
      throw new PondError(
        "UNSUPPORTED",
        `Cannot read the Delta table of ${this.#source}: it requires typeWidening of ${path} from ${fromType} to ${toType}`,
        { path: this.#source, hint: HINT },
      );
    }
  }

  #refuse(problem: string): IntegrityError {
    return new IntegrityError(this.#source, `in its schema, ${problem}`);
  }
}

/** A `char(n)` has n characters when it is read, whatever was stored. */
function paddingOf(declared: unknown): Pick<DataField, "padTo"> {
  const match = /^char\((\d+)\)$/.exec(String(declared));
  return match ? { padTo: Number(match[1]) } : {};
}

const HINT = "read it with Spark, or rewrite the column there";

/** The digits of a byte, short, integer, long. */
const INTEGER_DIGITS = [3, 5, 10, 19];

/**
 * Every widening of the protocol, and from small integers to fewer digits than
 * it asks for, as the preview of the feature had it.
 */
function isWidening(from: string, to: string): boolean {
  const integers = ["byte", "short", "integer", "long"];
  const at = integers.indexOf(from);
  if (at >= 0 && integers.indexOf(to) >= at) return true;
  if (at >= 0 && at < 3 && to === "double") return true;
  const [precision, scale] = digitsOf(to);
  if (at >= 0 && precision > 0) {
    return precision - scale >= (INTEGER_DIGITS[at] ?? MAX_DIGITS);
  }
  if (from === "float" && to === "double") return true;
  if (from === "date" && to === "timestamp_ntz") return true;
  const [fromPrecision, fromScale] = digitsOf(from);
  return fromPrecision > 0 && scale >= fromScale &&
    precision - scale >= fromPrecision - fromScale;
}

function digitsOf(type: string): [precision: number, scale: number] {
  const match = /^decimal\(\s*(\d+)\s*,\s*(\d+)\s*\)$/.exec(type);
  return match ? [Number(match[1]), Number(match[2])] : [0, 0];
}

function unsupportedType(
  type: string,
  path: string,
  source: string,
): PondError {
  const feature = type === "variant" ? "variantType" : `the type ${type}`;
  return new PondError(
    "UNSUPPORTED",
    `Cannot read the Delta table of ${source}: its column ${path} requires ${feature}`,
    { path: source, hint: HINT },
  );
}
