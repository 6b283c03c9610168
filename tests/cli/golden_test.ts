/**
 * What every command says, in a pipe, on terminals of 80 and of 200 columns,
 * and with `NO_COLOR`: kept in `tests/golden/cli/`, a file a command.
 *
 * ```text
 * deno task test tests/cli/golden_test.ts -- --update     writes them anew
 * ```
 *
 * The cases are in `tests/cli/golden/cases/`, and what they have in common in
 * `tests/cli/golden/common.ts`: how a command is told that its options are
 * wrong, that there is no pond, that it is damaged.
 */
import { assert, assertEquals } from "@std/assert";
import { COMMAND_NAMES, findCommand } from "../../src/cli/commands.ts";
import { errorsOf, exitsOf } from "../../src/cli/exit_codes.ts";
import type { TableEntry } from "../../src/cli/command.ts";
import { SCHEMAS, type Shape } from "../../src/cli/schemas.ts";
import { PROJECT_ROOT } from "../support/deno_process.ts";
import type { Case, CommandCases } from "./golden/case.ts";
import { commonCases } from "./golden/common.ts";
import { assertShaped } from "./golden/shape.ts";
import { textOf } from "./golden/text.ts";
import { exitOf, runCase } from "./golden/ways.ts";
import { makeWorld } from "./golden/world.ts";

const CASES = `${PROJECT_ROOT}/tests/cli/golden/cases`;
const GOLDEN = `${PROJECT_ROOT}/tests/golden/cli`;
const HELP = "deno task test tests/cli/golden_test.ts -- --update";

// What people see on a terminal is in the zone of the process.
Deno.env.set("TZ", "UTC");
const SHAPES: Readonly<Record<string, readonly Shape[]>> = SCHEMAS;

const world = await makeWorld();

for (const entry of await entries()) {
  const { name } = entry;
  goldenTest(name, async () => {
    const file = await casesOf(name);
    const cases = [...file.cases, ...commonCases(entry, file.cases)];
    assertErrors(entry, cases);
    assertExits(entry, cases);
    return { ...file, cases };
  });
}

goldenTest("pond", () => casesOf("pond"));

Deno.test("every file of cases, and every golden file, belongs to a command", async () => {
  const names = (await entries()).map(({ name }) => name);
  const expected = [...names, "pond"].sort();
  assertEquals(await fileNames(CASES, ".ts"), expected);
  assertEquals(await fileNames(GOLDEN, ".txt"), expected);
});

/** Compares what the cases of a command say with its golden file. */
function goldenTest(name: string, load: () => Promise<CommandCases>): void {
  const title = name === "pond" ? "pond alone" : `pond ${name}`;
  Deno.test(`${title} says what tests/golden/cli/${name}.txt has`, async () => {
    const { onHost = false, cases } = await load();
    const parts = [`# ${title}: written by ${HELP}\n`];
    for (const case_ of cases) {
      const said = await runCase(world, case_, onHost);
      parts.push(textOf(case_, said));
      const isForPrograms = / --json\b/.test(case_.line);
      if (!isForPrograms || case_.error !== undefined) continue;
      const shapes = SHAPES[name] ?? [];
      assertShaped(said[0]?.ran.stdout ?? "", shapes, case_.line);
    }
    const actual = parts.join("\n");
    const path = `${GOLDEN}/${name}.txt`;
    if (Deno.args.includes("--update")) {
      await Deno.mkdir(GOLDEN, { recursive: true });
      await Deno.writeTextFile(path, actual);
    }
    assertEquals(actual, await Deno.readTextFile(path), `see ${HELP}`);
  });
}

/** Every command of the table once, hidden ones too. */
async function entries(): Promise<readonly TableEntry[]> {
  const found = new Map<string, TableEntry>();
  for (const name of COMMAND_NAMES) {
    const entry = await findCommand(name);
    if (entry !== undefined) found.set(entry.name, entry);
  }
  return [...found.values()];
}

async function casesOf(name: string): Promise<CommandCases> {
  const path = `${CASES}/${name}.ts`;
  const isThere = await Deno.stat(path).then(() => true, () => false);
  assert(
    isThere,
    `pond ${name} has no cases: write tests/cli/golden/cases/${name}.ts (like ls.ts there), run ${HELP}, and read what it has written`,
  );
  const { CASES: cases } = await import(path);
  return cases;
}

/** Each error that the table tells of has a case, and no case has another. */
function assertErrors(entry: TableEntry, cases: readonly Case[]): void {
  const tried = new Set(cases.flatMap(({ error }) => error ?? []));
  const expected = errorsOf(entry);
  const missing = expected.filter((code) => !tried.has(code));
  assertEquals(
    missing,
    [],
    `no case of pond ${entry.name} ends with these: add them to tests/cli/golden/cases/${entry.name}.ts`,
  );
  const untold = [...tried].filter((code) => !expected.includes(code));
  assertEquals(
    untold,
    [],
    `pond ${entry.name} ends with these, and its entry in src/cli/table has them not in "errors"`,
  );
}

/** Each exit code that the table tells of has a case, and no case another. */
function assertExits(entry: TableEntry, cases: readonly Case[]): void {
  const tried = new Set(cases.map(exitOf));
  assertEquals(
    [...tried].sort((a, b) => a - b),
    exitsOf(entry),
    `the exit codes in the cases of pond ${entry.name}, and those of its entry in src/cli/table ("errors" and "exits")`,
  );
}

async function fileNames(directory: string, ending: string) {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(directory)) {
    if (name.endsWith(ending)) names.push(name.slice(0, -ending.length));
  }
  return names.sort();
}
