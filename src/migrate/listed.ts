/**
 * Rows of listings as entries: what they say twice, or can't mean, is damage.
 *
 * @module
 */
import {
  childPath,
  type Damage,
  FILE_KINDS,
  FTYPE,
  type ListedRow,
  nameProblem,
  type SourceBytes,
  type SourceFile,
  type SourceLink,
  type SourceVersion,
} from "./source.ts";
import { decodeUtf8 } from "../bytes.ts";

/** The rows of one name. */
export interface ListedName {
  readonly ftype: number;
  /** By their numbers. */
  readonly rows: Map<number, ListedRow>;
}

/** Whether a type is one that is known. */
function isKnown(ftype: number): boolean {
  return FILE_KINDS.has(ftype) || ftype === FTYPE.tree ||
    ftype === FTYPE.symlink;
}

/**
 * Puts the rows of a directory under their names. The first type that a name has
 * is its type.
 *
 * @param path The directory.
 * @param damage Gets what is wrong.
 */
export function byName(
  path: string,
  rows: Iterable<ListedRow>,
  damage: Damage[],
): Map<string, ListedName> {
  const names = new Map<string, ListedName>();
  for (const row of rows) {
    const { ftype, number, prefix } = row;
    const at = childPath(path, prefix);
    const told = (problem: string) =>
      damage.push({
        path: at,
        ...(number > 0 ? { version: number } : {}),
        problem,
      });
    const wrong = nameProblem(prefix);
    if (wrong !== undefined) {
      damage.push({
        path,
        problem: `an entry is called ${JSON.stringify(prefix)}: ${wrong}`,
      });
      continue;
    }
    if (!isKnown(ftype)) {
      told(`it is of the type ${ftype}, which there is not`);
      continue;
    }
    const name = names.get(prefix) ?? { ftype, rows: new Map() };
    names.set(prefix, name);
    const other = name.rows.get(number);
    if (name.ftype !== ftype) {
      told(`it is of the type ${ftype}, and earlier of ${name.ftype}`);
    } else if (other !== undefined && !isSame(other, row)) {
      told("it is listed twice, and not the same");
    } else name.rows.set(number, row);
  }
  return names;
}

function isSame(a: ListedRow, b: ListedRow): boolean {
  return a.sha256 === b.sha256 && a.sizeBytes === b.sizeBytes;
}

/**
 * The symlink that a name is.
 *
 * @returns `undefined` when it leads out of its directory, which is damage.
 */
export function linkOf(
  path: string,
  { rows }: ListedName,
  damage: Damage[],
): SourceLink | undefined {
  const [row] = [...rows.values()].sort((a, b) => b.number - a.number);
  const target = decodeUtf8(row?.contents ?? new Uint8Array());
  const wrong = nameProblem(target);
  if (wrong === undefined) return { kind: "symlink", target };
  const problem = `it is a symlink to ${JSON.stringify(target)}: ${wrong}`;
  damage.push({ path, problem });
  return undefined;
}

/**
 * The file that a name is.
 *
 * @param locate Says where the bytes of a version are.
 */
export function fileOf(
  path: string,
  { ftype, rows }: ListedName,
  locate: (row: ListedRow) => SourceBytes | undefined,
  damage: Damage[],
): SourceFile | undefined {
  const kind = FILE_KINDS.get(ftype);
  if (kind === undefined) return undefined;
  const versions: SourceVersion[] = [];
  let expected = 1;
  const listed = [...rows.values()].sort((a, b) => a.number - b.number);
  for (const row of listed) {
    const { earlierSha256, number, sha256, sizeBytes } = row;
    if (number < 1) {
      damage.push({ path, problem: `it has a version ${number}` });
      continue;
    }
    if (number > expected) {
      const last = number - 1;
      const problem = last === expected
        ? "it is listed nowhere"
        : `it is listed nowhere, and so are those up to ${last}`;
      damage.push({ path, version: expected, problem });
    }
    expected = number + 1;
    const bytes = locate(row);
    if (bytes === undefined) {
      damage.push({ path, version: number, problem: "its file is missing" });
      continue;
    }
    versions.push({
      number,
      sizeBytes,
      sha256,
      bytes,
      ...(earlierSha256 === undefined ? {} : { earlierSha256 }),
    });
  }
  return { kind, versions };
}
