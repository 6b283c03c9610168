/**
 * Where in a pond the entries of an old one go.
 *
 * ```text
 * /Kind/<uuid>/…           /Kind/<name>/…, where what the resource makes is now
 * /Kind/<name> → <uuid>    /Kind/<uuid> → <name>
 * /Pond, /Kind/Kind        /.pond/migrated/…: registries, unless they hold secrets
 * definitions              /.pond/migrated/…, and as YAML beside
 * /Derive, /Combine, …     /.pond/migrated/…: what they were computed from
 * /.pond                   /.pond/migrated/.pond: nobody else's rules
 * anything else            where it was
 * ```
 *
 * @module
 */
import type { Kind } from "../pipeline/mod.ts";
import { isKind } from "../pipeline/mod.ts";
import type { OldResource, Registries } from "./registries.ts";
import {
  childPath,
  isFile,
  nameProblem,
  type SourceDirectory,
  type SourceEntry,
  type SourceFile,
} from "./source.ts";

/** Where what has no other place is kept. */
export const MIGRATED = "/.pond/migrated";

/** Kinds whose directories are computed. */
const VIEWS: ReadonlySet<Kind> = new Set<Kind>([
  "Combine",
  "Derive",
  "Reduce",
  "Template",
]);

/** A directory, a symlink or a file, and its place. */
export type Placed =
  | {
    readonly type: "directory";
    readonly from: string;
    readonly path: string;
  }
  | {
    readonly type: "symlink";
    readonly from: string;
    readonly path: string;
    readonly target: string;
  }
  | {
    readonly type: "file";
    readonly from: string;
    readonly path: string;
    readonly file: SourceFile;
  };

/** Where everything goes. */
export interface Layout {
  /** What goes into the pond, directories before what is in them. */
  readonly placed: readonly Placed[];
  /** Paths of entries that are left out: they hold secrets. */
  readonly leftOut: readonly string[];
}

/** Finds a place for each entry. */
export function layOut(
  root: SourceDirectory,
  registries: Registries,
): Layout {
  const placed: Placed[] = [];
  const leftOut: string[] = [];

  const visit = (
    from: string,
    path: string,
    entry: SourceEntry,
    names: Names,
  ) => {
    if (isFile(entry)) {
      const isOld = isRegistry(from) || entry.kind === "definition";
      if (registries.withSecrets.has(from)) {
        leftOut.push(from);
      } else {
        const at = isOld ? keptPath(path) : path;
        placed.push({ type: "file", from, path: at, file: entry });
      }
    } else if (entry.kind === "symlink") {
      // Of the two ways between a name and an identity, one is there.
      if (names.isReversed(entry.target, from)) return;
      const { target } = entry;
      placed.push({ type: "symlink", from, path, target });
    } else {
      if (path !== "/") placed.push({ type: "directory", from, path });
      const own = new Names(from, entry, registries.resources);
      for (const [name, child] of entry.entries) {
        const at = childPath(from, name);
        const place = childPath(path, own.nameOf(name));
        visit(at, isOwn(at) ? keptPath(place) : place, child, own);
        if (own.nameOf(name) !== name) {
          placed.push({
            type: "symlink",
            from: at,
            path: childPath(path, name),
            target: own.nameOf(name),
          });
        }
      }
    }
  };

  visit("/", "/", root, new Names("/", root, []));
  return { placed, leftOut };
}

function isRegistry(from: string): boolean {
  const [, kind, name, ...others] = from.split("/");
  return from === "/Pond" || (kind === name && others.length === 0);
}

/** Whether a directory of the root has no place there. */
function isOwn(from: string): boolean {
  const name = from.slice(1);
  return name === ".pond" || (isKind(name) && VIEWS.has(name));
}

function keptPath(path: string): string {
  return path.startsWith(`${MIGRATED}/`) ? path : `${MIGRATED}${path}`;
}

/** What the entries of a directory are called. */
class Names {
  readonly #names = new Map<string, string>();
  readonly #directory: string;

  constructor(
    directory: string,
    { entries }: SourceDirectory,
    resources: readonly OldResource[],
  ) {
    this.#directory = directory;
    const taken = new Set<string>();
    const rename = (uuid: string, name: string) => {
      if (entries.get(uuid)?.kind !== "tree" || this.#names.has(uuid)) return;
      if (taken.has(name) || nameProblem(name) !== undefined) return;
      const there = entries.get(name);
      const isFree = there === undefined ||
        (there.kind === "symlink" && there.target === uuid);
      if (!isFree) return;
      taken.add(name);
      this.#names.set(uuid, name);
    };
    const [, kind = "", ...below] = directory.split("/");
    if (kind === "" || below.length > 0) return;
    for (const it of resources) if (it.kind === kind) rename(it.uuid, it.name);
    // A registry that is damaged leaves these.
    if (!isKind(kind)) return;
    for (const [name, entry] of entries) {
      if (entry.kind === "symlink") rename(entry.target, name);
    }
  }

  /** What an entry is called in the pond. */
  nameOf(name: string): string {
    return this.#names.get(name) ?? name;
  }

  /** Whether a symlink leads to a directory that has its name now. */
  isReversed(target: string, from: string): boolean {
    const name = this.#names.get(target);
    return name !== undefined && childPath(this.#directory, name) === from;
  }
}
