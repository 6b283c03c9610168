/**
 * What the source files import, read from their text.
 *
 * @module
 */

/** One import or re-export in a file. */
export interface Import {
  /** The file that imports, from the root, such as `src/oplog/mod.ts`. */
  readonly from: string;
  /** The file from the root, or the bare name of a package. */
  readonly to: string;
  /** Whether only types are imported. */
  readonly typesOnly: boolean;
  /** Whether it is loaded when it is needed, and not before. */
  readonly dynamic: boolean;
}

const STATEMENT =
  /\b(?:import|export)\s+(?<type>type\s)?(?:[\w*{][^;"']*?\sfrom\s*)?["'](?<name>[^"']+)["']/g;
const DYNAMIC = /\bimport\(\s*["'](?<name>[^"']+)["']/g;
/** Comments hold examples, which import what they like. */
const COMMENT = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;

/**
 * Finds the imports of a module, static and dynamic.
 *
 * @param from The module's path from the root.
 * @param source Its text.
 */
export function importsOf(from: string, source: string): Import[] {
  const code = source.replace(COMMENT, "");
  const found = (pattern: RegExp, dynamic: boolean) =>
    [...code.matchAll(pattern)].map(({ groups }) => ({
      from,
      to: resolved(from, groups?.["name"] ?? ""),
      typesOnly: groups?.["type"] !== undefined,
      dynamic,
    }));
  return [...found(STATEMENT, false), ...found(DYNAMIC, true)];
}

/** Finds the imports of all modules under a directory of the checkout. */
export async function importsUnder(
  root: string,
  directory: string,
): Promise<Import[]> {
  const found: Import[] = [];
  for await (const path of modulesUnder(root, directory)) {
    found.push(...importsOf(path, await Deno.readTextFile(`${root}/${path}`)));
  }
  return found;
}

/**
 * Finds a cycle in which files import each other.
 *
 * @returns The files of the first cycle, beginning and ending with the same
 * one, or `undefined`.
 */
export function findCycle(imports: readonly Import[]): string[] | undefined {
  const targets = new Map<string, string[]>();
  for (const { from, to } of imports) {
    targets.set(from, [...targets.get(from) ?? [], to]);
  }
  const done = new Set<string>();
  const visit = (file: string, path: string[]): string[] | undefined => {
    const start = path.indexOf(file);
    if (start !== -1) return [...path.slice(start), file];
    if (done.has(file)) return undefined;
    for (const target of targets.get(file) ?? []) {
      const cycle = visit(target, [...path, file]);
      if (cycle !== undefined) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of targets.keys()) {
    const cycle = visit(file, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

function resolved(from: string, name: string): string {
  if (!name.startsWith(".")) return name;
  return new URL(name, `file:///${from}`).pathname.slice(1);
}

async function* modulesUnder(
  root: string,
  directory: string,
): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(`${root}/${directory}`)) {
    const path = `${directory}/${entry.name}`;
    if (entry.isDirectory) yield* modulesUnder(root, path);
    if (entry.isFile && path.endsWith(".ts")) yield path;
  }
}
