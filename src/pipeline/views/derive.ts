/**
 * `Derive`: files by SQL over other files.
 *
 * `/Derive/<resource>/<collection>/<name>` for each file that matches, which has
 * the same name. Its content are the rows of the query, in their order.
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import type { ViewInput } from "../../tinylogfs/mod.ts";
import type { DeriveSpec } from "../kinds/views.ts";
import { namesOthers, patternOf, withPath } from "./sql_path.ts";
import type { ViewFile, ViewKind, ViewSide } from "./view_kind.ts";

type Collection = DeriveSpec["collections"][number];

/** Lists what `Derive` makes. */
export const derive: ViewKind<"Derive"> = async ({ spec }, side) => {
  const files: ViewFile[] = [];
  for (const collection of spec.collections) {
    files.push(...await filesOf(collection, side));
  }
  return files;
};

async function filesOf(
  collection: Collection,
  side: ViewSide,
): Promise<readonly ViewFile[]> {
  const { name, pattern, query } = collection;
  const matches = await side.glob(pattern);
  const byName = new Map<string, ViewInput>();
  for (const match of matches) {
    const base = match.path.slice(match.path.lastIndexOf("/") + 1);
    const other = byName.get(base);
    if (other !== undefined) throw sameName(collection, other, match);
    byName.set(base, match);
  }
  const files: ViewFile[] = [];
  for (const [base, match] of byName) {
    const sql = withPath(query, patternOf(match.path));
    files.push({
      path: `${name}/${base}`,
      collection: name,
      format: "parquet",
      inputs: [match, ...await othersIn(query, match, side)],
      recipe: { query },
      write: async ({ hostPath, signal, source, tables }) =>
        await tables.write(source, sql, hostPath, { signal }),
    });
  }
  return files;
}

/** Files that the query names beside its match. */
async function othersIn(
  query: string,
  match: ViewInput,
  side: ViewSide,
): Promise<readonly ViewInput[]> {
  if (!namesOthers(query)) return [];
  const others: ViewInput[] = [];
  const own = patternOf(match.path);
  for (const name of await side.pathsIn(withPath(query, own))) {
    if (name !== own) others.push(...await side.glob(name));
  }
  return others;
}

function sameName(
  { name, pattern }: Collection,
  a: ViewInput,
  b: ViewInput,
): PondError {
  return new PondError(
    "ALREADY_EXISTS",
    `Cannot list the collection ${name}: ${a.path} and ${b.path} have the same name`,
    {
      path: b.path,
      hint:
        `divide ${pattern} into collections in which each name is there once`,
    },
  );
}
