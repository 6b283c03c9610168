/**
 * docs/requirements.md says for each requirement where it is and what shows it;
 * this says whether that is so.
 *
 * ```text
 * | requirement | `Name` in `src/file.ts` | `tests/file_test.ts` "name"; DESIGN 5.2 |
 * ```
 */
import { assertEquals, assertGreater } from "@std/assert";
import { PROJECT_ROOT } from "./support/deno_process.ts";

const DOCUMENT = "docs/requirements.md";
const HEADER = "| requirement | where | shown by |";

/** The text of a file of the checkout; `undefined` when there is none. */
type Reader = (path: string) => string | undefined;

/** A file, and the tests in it that are named after it. */
interface Reference {
  readonly path: string;
  readonly tests: readonly string[];
}

const CODE = /`([^`]+)`/g;
const PATH =
  /^(?:src|tests|bench|examples|docs)\/[\w./-]+$|^[\w.]+\.(?:ts|md)$/;
const NAME = /^[A-Za-z]\w*(?:\.\w+)*$/;
const REFERENCE = /`([^`]+)`|"((?:[^"\\]|\\.)+)"/g;
const DECISION = /\bdecision (\d{4})\b/g;
const SETTLED = /\bDESIGN \d|\bdecision \d{4}\b|\bplanned: \S/;

/** What is wrong with a document. */
function problemsOf(document: string, read: Reader): string[] {
  return document.split("\n").flatMap((line, index) => {
    if (!line.startsWith("|") || /^\|(?:-+\|)+$/.test(line)) return [];
    if (line === HEADER) return [];
    return problemsOfRow(line, read).map((it) => `line ${index + 1}: ${it}`);
  });
}

function problemsOfRow(line: string, read: Reader): string[] {
  const cells = line.split(/(?<!\\)\|/).slice(1, -1).map((it) => it.trim());
  if (cells.length !== 3) return [`it has ${cells.length} cells`];
  const [requirement = "", where = "", shown = ""] = cells;
  if (requirement === "") return ["it names no requirement"];
  const references = referencesIn(shown);
  const isShown = references.some(({ tests }) => tests.length > 0);
  const problems = isShown || SETTLED.test(shown)
    ? []
    : ["nothing shows it: name a test, a decision or a plan"];
  return [
    ...problems,
    ...references.flatMap((reference) => problemsOfTests(reference, read)),
    ...problemsOfPlace(where, read),
    ...problemsOfDecisions(`${where} ${shown}`, read),
  ];
}

/** Files in a cell, each with the quoted names that follow it. */
function referencesIn(cell: string): Reference[] {
  const found: { path: string; tests: string[] }[] = [];
  for (const [, code, quoted] of cell.matchAll(REFERENCE)) {
    if (code !== undefined && PATH.test(code)) {
      found.push({ path: code, tests: [] });
    } else if (quoted !== undefined) {
      found.at(-1)?.tests.push(quoted.replace(/\\(.)/g, "$1"));
    }
  }
  return found;
}

function problemsOfTests({ path, tests }: Reference, read: Reader): string[] {
  const text = read(path);
  if (text === undefined) return [`there is no file ${path}`];
  const known = new Set(textsIn(text));
  return tests.filter((name) => !known.has(name))
    .map((name) => `${path} has no test "${name}"`);
}

/** Texts of a source file in quotes or backticks; "…" for what varies. */
function* textsIn(source: string): Generator<string> {
  const text = /"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\\n]|\\.)*)`/g;
  for (const [, quoted, template] of source.matchAll(text)) {
    yield quoted ?? (template ?? "").replace(/\$\{[^}]*\}/g, "…");
  }
}

/** Every name of a cell is in one of the files of the cell. */
function problemsOfPlace(where: string, read: Reader): string[] {
  const codes = [...where.matchAll(CODE)].map(([, code = ""]) => code);
  const paths = codes.filter((code) => PATH.test(code));
  const missing = paths.filter((path) => read(path) === undefined);
  if (missing.length > 0) return [`there is no file ${missing.join(", ")}`];
  const words = new Set(
    paths.flatMap((path) => read(path)?.match(/\w+/g) ?? []),
  );
  return codes.filter((code) => NAME.test(code) && !PATH.test(code))
    .filter((code) => paths.length > 0 && !words.has(lastPart(code)))
    .map((code) => `${code} is not in ${paths.join(", ")}`);
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

function problemsOfDecisions(text: string, read: Reader): string[] {
  return [...text.matchAll(DECISION)].map(([, number = ""]) => number)
    .filter((number) => read(`docs/decisions/${number}`) === undefined)
    .map((number) => `there is no decision ${number}`);
}

/** Reads files of the checkout; a decision also by its number alone. */
function readCheckout(path: string): string | undefined {
  const decision = /^docs\/decisions\/(\d{4})$/.exec(path)?.[1];
  if (decision !== undefined) {
    for (const { name } of Deno.readDirSync(`${PROJECT_ROOT}/docs/decisions`)) {
      if (name.startsWith(`${decision}-`)) return name;
    }
    return undefined;
  }
  try {
    return Deno.readTextFileSync(`${PROJECT_ROOT}/${path}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function readOnce(): Reader {
  const texts = new Map<string, string | undefined>();
  return (path) => {
    if (!texts.has(path)) texts.set(path, readCheckout(path));
    return texts.get(path);
  };
}

Deno.test("docs/requirements.md names files, exports, tests and decisions that there are, and each row shows something", async () => {
  const document = await Deno.readTextFile(`${PROJECT_ROOT}/${DOCUMENT}`);
  assertEquals(problemsOf(document, readOnce()), []);
  assertGreater(document.split("\n| ").length, 200);
});

Deno.test("the rules for docs/requirements.md find what they are for", () => {
  const files: Record<string, string> = {
    "src/a.ts": "export function here(): void {}",
    "tests/a_test.ts":
      'Deno.test("one", f);\nDeno.test(`two (${layout}): ${b}`, f);',
    "docs/decisions/0001": "0001-a.md",
  };
  const problems = (where: string, shown: string) =>
    problemsOf(`| it | ${where} | ${shown} |`, (path) => files[path]);
  const test = '`tests/a_test.ts` "one"';
  assertEquals(problems("`A.here` in `src/a.ts`", test), []);
  assertEquals(problems("", '`tests/a_test.ts` "two (…): …"'), []);
  assertEquals(problems("", "DESIGN 5.2"), []);
  assertEquals(problems("", "decision 0001"), []);
  assertEquals(problems("", "planned: mirror"), []);
  const found = [
    problems("", ""),
    problems("", "`tests/a_test.ts`"),
    problems("", "planned:"),
    problems("", '`tests/a_test.ts` "on"'),
    problems("", '`tests/a_test.ts` "one", "three"'),
    problems("", '`tests/b_test.ts` "one"'),
    problems("", "decision 0002"),
    problems("`src/b.ts`", test),
    problems("`A.there` in `src/a.ts`", test),
    problems("", `${test} | more`),
  ];
  assertEquals(found.map((list) => list.length), found.map(() => 1));
});
