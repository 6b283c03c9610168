/**
 * The exported names, pinned: a change of the public interface shows as a
 * change of `tests/golden/api.txt`.
 *
 * ```text
 * deno task test tests/api_test.ts -- --update     writes the file anew
 * ```
 */
import { assertEquals } from "@std/assert";
import {
  importMapArgs,
  PROJECT_ROOT,
  runDeno,
} from "./support/deno_process.ts";

const GOLDEN = `${PROJECT_ROOT}/tests/golden/api.txt`;

/** One declaration of a symbol in `deno doc --json`. */
interface Declaration {
  readonly kind: string;
  readonly declarationKind: string;
}

/** What `deno doc --json` prints on Deno 2.6. */
interface DocOf26 {
  readonly version: 1;
  readonly nodes: readonly (Declaration & { readonly name: string })[];
}

/** What it prints on Deno 2.9. */
interface DocOf29 {
  readonly version: 2;
  readonly nodes: Readonly<
    Record<string, {
      readonly symbols: readonly {
        readonly name: string;
        readonly declarations: readonly Declaration[];
      }[];
    }>
  >;
}

Deno.test("the exports of deno.json are those of tests/golden/api.txt", async () => {
  const config = JSON.parse(
    await Deno.readTextFile(`${PROJECT_ROOT}/deno.json`),
  );
  const exports = Object.entries<string>(config.exports);
  const parts = await Promise.all(exports.map(async ([name, file]) => {
    const names = await exportedNames(`${PROJECT_ROOT}/${file}`);
    return [`# ${name}`, ...names, ""].join("\n");
  }));
  const actual = parts.join("\n");
  if (Deno.args.includes("--update")) {
    await Deno.mkdir(`${PROJECT_ROOT}/tests/golden`, { recursive: true });
    await Deno.writeTextFile(GOLDEN, actual);
  }
  assertEquals(actual, await Deno.readTextFile(GOLDEN));
});

/** Lines such as `class FS`, sorted. */
async function exportedNames(file: string): Promise<string[]> {
  const args = ["doc", "--json", ...importMapArgs(), file];
  const result = await runDeno(args, { cwd: PROJECT_ROOT });
  assertEquals(result.code, 0, result.stderr);
  const doc: DocOf26 | DocOf29 = JSON.parse(result.stdout);
  const lines = declarationsOf(doc)
    .filter(({ declarationKind }) => declarationKind === "export")
    // Deno 2.6 doesn't list what another module has exported already.
    .filter(({ kind }) => kind !== "moduleDoc" && kind !== "reference")
    .map(({ kind, name }) => `${kind} ${name}`);
  return [...new Set(lines)].sort();
}

function declarationsOf(
  doc: DocOf26 | DocOf29,
): readonly (Declaration & { readonly name: string })[] {
  if (doc.version === 1) return doc.nodes;
  return Object.values(doc.nodes).flatMap(({ symbols }) =>
    symbols.flatMap(({ name, declarations }) =>
      declarations.map((declaration) => ({ ...declaration, name }))
    )
  );
}
