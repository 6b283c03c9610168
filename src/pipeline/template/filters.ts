/**
 * The filters of templates, with Tera's names, arguments and results.
 *
 * @module
 */
import {
  attributeOf,
  type CallArguments,
  CallError,
  listIn,
  mapIn,
  numberIn,
  textIn,
  wrong,
} from "./call.ts";
import { formatTime, timeOf } from "./time_format.ts";
import {
  charactersOf,
  isEqual,
  isList,
  isMap,
  joined,
  jsonOf,
  textOf,
  type Value,
} from "./value.ts";

/** A filter, and the arguments that it takes. */
interface Filter {
  readonly takes: readonly string[];
  readonly apply: (value: Value, args: CallArguments) => Value;
}

/** A filter of texts, without arguments. */
function ofText(apply: (text: string) => Value): Filter {
  return { takes: [], apply: (value) => apply(textIn(value)) };
}

/** A filter with arguments. */
function taking(takes: readonly string[], apply: Filter["apply"]): Filter {
  return { takes, apply };
}

/** The filters. `default` gets what may not be there, and is no entry. */
export const FILTERS: Readonly<Record<string, Filter>> = {
  // Texts
  lower: ofText((text) => text.toLowerCase()),
  upper: ofText((text) => text.toUpperCase()),
  capitalize: ofText((text) => capitalized(text.toLowerCase())),
  title: ofText((text) =>
    text.replace(/\S+/g, (word) => capitalized(word.toLowerCase()))
  ),
  trim: ofText((text) => text.trim()),
  trim_start: ofText((text) => text.trimStart()),
  trim_end: ofText((text) => text.trimEnd()),
  trim_start_matches: taking(["pat"], (value, args) => {
    const text = textIn(value);
    const part = args.text("pat");
    let start = 0;
    while (part !== "" && text.startsWith(part, start)) start += part.length;
    return text.slice(start);
  }),
  trim_end_matches: taking(["pat"], (value, args) => {
    const text = textIn(value);
    const part = args.text("pat");
    let end = text.length;
    while (part !== "" && text.endsWith(part, end)) end -= part.length;
    return text.slice(0, end);
  }),
  wordcount: ofText((text) =>
    text.split(/\s+/).filter((it) => it !== "").length
  ),
  addslashes: ofText((text) => text.replaceAll(/[\\"']/g, "\\$&")),
  slugify: ofText((text) =>
    text.normalize("NFKD").replaceAll(/\P{ASCII}/gu, "").toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-|-$/g, "")
  ),
  linebreaksbr: ofText((text) => text.replaceAll(/\r?\n/g, "<br>")),
  escape: ofText((text) => text.replaceAll(/[&<>"'/]/g, escaped)),
  escape_xml: ofText((text) =>
    text.replaceAll(/[&<>"']/g, (it) => it === "'" ? "&apos;" : escaped(it))
  ),
  // Nothing is escaped by itself, so everything is.
  safe: taking([], (value) => value),
  urlencode: ofText((text) => percentEncoded(text).replaceAll("%2F", "/")),
  urlencode_strict: ofText((text) =>
    percentEncoded(text).replaceAll(
      /[-_.~]/g,
      (it) => `%${it.charCodeAt(0).toString(16).toUpperCase()}`,
    )
  ),
  replace: taking(["from", "to"], (value, args) => {
    const text = textIn(value);
    const [from, to] = [args.text("from"), args.text("to")];
    const count = from === "" ? text.length + 1 : text.length / from.length;
    args.budget.spend(1 + (text.length + count * to.length) / 8);
    return text.replaceAll(from, () => to);
  }),
  split: taking(["pat"], (value, args) => {
    const [text, part] = [textIn(value), args.text("pat")];
    return part === ""
      ? ["", ...charactersOf(text, args.budget), ""]
      : text.split(part);
  }),
  truncate: taking(["length", "end"], (value, args) => {
    const characters = charactersOf(textIn(value), args.budget);
    const length = args.integer("length", 255);
    return characters.length <= length
      ? textIn(value)
      : characters.slice(0, Math.max(0, length)).join("") +
        args.text("end", "…");
  }),
  date: taking(
    ["format"],
    (value, args) => formatTime(timeOf(value), args.text("format", "%Y-%m-%d")),
  ),

  // Lists
  first: taking([], (value) => listIn(value)[0] ?? ""),
  last: taking([], (value) => listIn(value).at(-1) ?? ""),
  nth: taking(["n"], (value, args) => {
    const n = args.integer("n");
    return n < 0 ? "" : listIn(value)[n] ?? "";
  }),
  join: taking(["sep"], (value, args) => {
    const texts = listIn(value).map((it) => textOf(it, args.budget));
    return joined(texts, args.text("sep", ""), args.budget);
  }),
  length: taking([], (value) => lengthOf(value)),
  reverse: taking(
    [],
    (value, { budget }) =>
      isList(value)
        ? value.toReversed()
        : charactersOf(textIn(value, "it (no list)"), budget).reverse().join(
          "",
        ),
  ),
  sort: taking(["attribute"], sorted),
  unique: taking(["attribute", "case_sensitive"], unique),
  slice: taking(["start", "end"], (value, args) => {
    const list = listIn(value);
    return list.slice(
      args.integer("start", 0),
      args.integer("end", list.length),
    );
  }),
  concat: taking(["with"], (value, args) => {
    const more = args.get("with");
    return [...listIn(value), ...(isList(more) ? more : [more])];
  }),
  group_by: taking(["attribute"], groupBy),
  filter: taking(["attribute", "value"], (value, args) => {
    const path = args.text("attribute");
    const wanted = args.find("value");
    return listIn(value).filter((element) => {
      const own = attributeOf(element, path) ?? null;
      return own !== null &&
        (wanted === undefined || isEqual(own, wanted, args.budget));
    });
  }),
  map: taking(["attribute"], (value, args) => {
    const path = args.text("attribute");
    return listIn(value).flatMap((element) => {
      const own = attributeOf(element, path);
      return own === undefined || own === null ? [] : [own];
    });
  }),

  // Maps
  get: taking(["key", "default"], (value, args) => {
    const key = args.text("key");
    const found = mapIn(value).get(key) ?? args.find("default");
    if (found !== undefined) return found;
    throw new CallError(`it has no ${key}`);
  }),

  // Numbers
  abs: taking([], (value) => Math.abs(numberIn(value))),
  round: taking(["method", "precision"], rounded),
  int: taking(["default", "base"], integer),
  float: taking(["default"], (value, args) => {
    const number = typeof value === "string" && value.trim() !== ""
      ? Number(value)
      : value;
    if (typeof number === "number" && Number.isFinite(number)) return number;
    return args.find("default") ?? 0;
  }),
  pluralize: taking(
    ["singular", "plural"],
    (value, args) =>
      Math.abs(numberIn(value)) === 1
        ? args.text("singular", "")
        : args.text("plural", "s"),
  ),
  filesizeformat: taking([], (value) => fileSize(numberIn(value))),

  // Any
  json_encode: taking(
    ["pretty"],
    (value, args) =>
      jsonOf(value, args.budget, args.find("pretty") === true ? "" : undefined),
  ),
  as_str: taking([], (value, { budget }) => textOf(value, budget)),
};

/** Their names. */
export const FILTER_NAMES: readonly string[] = [
  "default",
  ...Object.keys(FILTERS),
];

function capitalized(word: string): string {
  const [first = "", ...rest] = word;
  return first.toUpperCase() + rest.join("");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#x27;",
  "/": "&#x2F;",
};

function escaped(character: string): string {
  return ENTITIES[character] ?? character;
}

/** As a part of an address: all but letters, digits and `-_.~`. */
function percentEncoded(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll(
    /[!'()*]/g,
    (it) => `%${it.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function lengthOf(value: Value): number {
  if (isList(value)) return value.length;
  if (isMap(value)) return value.size;
  const text = textIn(value, "it (no list or map)");
  // Characters outside of the first plane take two units.
  return text.length - (text.match(/[\u{10000}-\u{10ffff}]/gu)?.length ?? 0);
}

/** Sorts numbers, texts, booleans, or lists by their lengths. */
function sorted(value: Value, args: CallArguments): Value {
  const path = args.find("attribute") === undefined
    ? ""
    : args.text("attribute");
  const keyed = listIn(value).map((element) => {
    const own = path === "" ? element : attributeOf(element, path);
    if (own === undefined) throw new CallError(`an element has no ${path}`);
    return { element, key: isList(own) ? own.length : own };
  });
  args.budget.spend(1 + keyed.length * Math.ceil(Math.log2(keyed.length + 1)));
  const [first] = keyed;
  for (const { key } of keyed) {
    if (key === null || isMap(key) || typeof key !== typeof first?.key) {
      throw wrong("what is sorted", "all numbers, or all texts", key);
    }
  }
  return keyed.sort((a, b) => compare(a.key, b.key)).map(({ element }) =>
    element
  );
}

/** Which of two of the same type comes first. */
function compare(a: Value, b: Value): number {
  return a === b ? 0 : a !== null && b !== null && a < b ? -1 : 1;
}

function unique(value: Value, args: CallArguments): Value {
  const path = args.find("attribute") === undefined
    ? ""
    : args.text("attribute");
  const isExact = args.find("case_sensitive") === true;
  const seen = new Set<string>();
  return listIn(value).filter((element) => {
    const own = path === "" ? element : attributeOf(element, path);
    if (own === undefined) return false;
    const key = typeof own === "string" && !isExact ? own.toLowerCase() : own;
    const text = jsonOf(key, args.budget);
    const isNew = !seen.has(text);
    seen.add(text);
    return isNew;
  });
}

function groupBy(value: Value, args: CallArguments): Value {
  const path = args.text("attribute");
  const groups = new Map<string, Value[]>();
  for (const element of listIn(value)) {
    const own = attributeOf(element, path) ?? null;
    if (own === null) continue;
    const name = textOf(own, args.budget);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [element]);
    else group.push(element);
  }
  return groups;
}

const ROUNDING: Readonly<Record<string, (number: number) => number>> = {
  common: (number) => Math.sign(number) * Math.round(Math.abs(number)),
  ceil: Math.ceil,
  floor: Math.floor,
};

function rounded(value: Value, args: CallArguments): Value {
  const method = args.text("method", "common");
  const round = Object.hasOwn(ROUNDING, method) ? ROUNDING[method] : undefined;
  if (round === undefined) {
    throw new CallError(`the argument method must be common, ceil or floor`);
  }
  const precision = args.integer("precision", 0);
  const power = 10 ** Math.max(0, Math.min(precision, 15));
  return round(numberIn(value) * power) / power;
}

function integer(value: Value, args: CallArguments): Value {
  const base = args.integer("base", 10);
  if (base < 2 || base > 36) {
    throw new CallError("the argument base must be 2 to 36");
  }
  if (typeof value === "number") return Math.trunc(value);
  const text = typeof value === "string" ? value.trim().toLowerCase() : "";
  const prefix = new Map([[2, "0b"], [8, "0o"], [16, "0x"]]).get(base);
  const digits = prefix !== undefined && text.startsWith(prefix)
    ? text.slice(2)
    : text;
  const number = base === 10
    ? Math.trunc(Number(digits || "none"))
    : parseInt(digits, base);
  const isWhole = base === 10 ||
    number.toString(base) === digits.replace(/^0+(?=.)/, "");
  return Number.isSafeInteger(number) && isWhole
    ? number
    : args.find("default") ?? 0;
}

const SIZES = ["B", "KB", "MB", "GB", "TB", "PB"];

function fileSize(bytes: number): string {
  let size = bytes;
  let unit = 0;
  for (; size >= 1000 && unit < SIZES.length - 1; unit++) size /= 1000;
  return `${unit === 0 ? size : Number(size.toFixed(2))} ${SIZES[unit]}`;
}
