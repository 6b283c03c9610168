/**
 * Files that configure: YAML, with keys that have dots in maps of maps.
 *
 * ```yaml
 * color: never
 * query:
 *   memory: 2GiB
 * ```
 *
 * @module
 */
import {
  isMap,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLMap,
} from "yaml";
import { PondError } from "../errors.ts";

/** What a file may hold; a larger one is none of ours. */
const MAX_LENGTH = 64 * 1024;

/** A key of a file, with its value. */
export interface ConfigEntry {
  /** Such as `query.memory`. */
  readonly key: string;
  /** Its value as text; `undefined` when it is more than one. */
  readonly value: string | undefined;
  /** The file, the line and the column. */
  readonly where: string;
}

/**
 * Reads the keys of a file, in their order.
 *
 * @param text The content.
 * @param name The file, for the errors.
 * @throws {PondError} `INVALID_ARGUMENT` for what is no YAML, or no map.
 */
export function readConfig(text: string, name: string): readonly ConfigEntry[] {
  const { contents, place } = parsed(text, name);
  const entries: ConfigEntry[] = [];
  const collect = (map: YAMLMap<unknown, unknown>, prefix: string) => {
    for (const { key, value } of map.items) {
      const where = place(isScalar(key) ? key : map);
      const path = `${prefix}${isScalar(key) ? key.value : "?"}`;
      if (isMap(value)) collect(value, `${path}.`);
      else {
        const isText = isScalar(value) && value.value !== null;
        entries.push({
          key: path,
          value: isText ? String(value.source ?? value.value) : undefined,
          where,
        });
      }
    }
  };
  if (contents !== undefined) collect(contents, "");
  return entries;
}

/**
 * Changes one key, and leaves everything else as it is, comments too.
 *
 * @param text The content.
 * @param name The file, for the errors.
 * @param key Such as `query.memory`.
 * @param value Its new value; without one, the key is taken out.
 * @throws {PondError} As {@linkcode readConfig}.
 */
export function changeConfig(
  text: string,
  name: string,
  key: string,
  value?: string,
): string {
  const { document } = parsed(text, name);
  const path = key.split(".");
  if (value !== undefined) document.setIn(path, scalarOf(value));
  else document.deleteIn(path);
  // What has become empty goes with it.
  while (value === undefined && path.length > 1) {
    path.pop();
    const map = document.getIn(path);
    if (isMap(map) && map.items.length === 0) document.deleteIn(path);
  }
  const left = document.contents;
  if (isMap(left) && left.items.length === 0) document.contents = null;
  return document.contents === null && !document.commentBefore &&
      !document.comment
    ? ""
    : document.toString({ nullStr: "" });
}

/** Numbers are written as such. */
function scalarOf(value: string): string | number {
  return /^\d{1,9}$/.test(value) && String(Number(value)) === value
    ? Number(value)
    : value;
}

function parsed(text: string, name: string) {
  if (text.length > MAX_LENGTH) {
    throw new PondError(
      "INVALID_ARGUMENT",
      `${name}: it is too long to configure anything`,
      { hint: "at most 64 KiB" },
    );
  }
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
  });
  const at = (offset: number) => {
    const { col, line } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const [error] = document.errors;
  if (error !== undefined) {
    throw new PondError(
      "INVALID_ARGUMENT",
      `${at(error.pos[0])}: it is no YAML: ${error.message}`,
      { hint: "correct it in an editor" },
    );
  }
  const { contents } = document;
  const place = (node: Node) => at(node.range?.[0] ?? 0);
  const isEmpty = contents === null ||
    (isScalar(contents) && contents.value === null);
  if (!isEmpty && !isMap(contents)) {
    throw new PondError(
      "INVALID_ARGUMENT",
      `${place(contents)}: there must be keys with values`,
      { hint: "such as color: never" },
    );
  }
  if (isEmpty) document.contents = null;
  return { document, place, contents: isMap(contents) ? contents : undefined };
}
