/**
 * Four processes that make transactions at the same time
 * (`transaction_loop.ts`), and what must be so afterwards.
 *
 * @module
 */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { decodeUtf8 } from "../../src/bytes.ts";
import { denoHost } from "../../src/host/deno_host.ts";
import { type Layout, TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { denoArgs, PROJECT_ROOT, runProgram } from "./deno_process.ts";

const SCRIPT = `${PROJECT_ROOT}/tests/support/transaction_loop.ts`;
const WRITERS = ["a", "b", "c", "d"] as const;

/** Where the writers write: one directory, their own, or the same file. */
export const PLACES = ["shared", "own", "same"] as const;

/** One of them. */
export type Place = typeof PLACES[number];

/**
 * Runs four writers; every transaction that was acknowledged is there as a
 * whole, and of one that was refused there is nothing.
 *
 * @param pond Where the pond is made.
 * @param count How many transactions each of them makes.
 */
export async function checkFourWriters(
  pond: string,
  layout: Layout,
  place: Place,
  count: number,
): Promise<void> {
  {
    await using fs = await TinyLogFS.initEmpty(denoHost(), pond, { layout });
    await fs.createDirectory("/d");
    for (const name of WRITERS) await fs.createDirectory(`/d-${name}`);
    await fs.writeFile("/counter", "0");
    await fs.commit();
  }
  const outcomes = await Promise.all(
    WRITERS.map((name) => outcomesOf(pond, name, place, count)),
  );
  const made = outcomes.flatMap(({ made }) => made).sort();
  const refused = outcomes.flatMap(({ refused }) => refused);
  assertEquals(made.length + refused.length, WRITERS.length * count);
  if (place === "same") assertGreater(made.length, 0);
  else assertEquals(refused, []);
  await using fs = await TinyLogFS.open(denoHost(), pond);
  assertEquals((await namesIn(fs, place)).sort(), made);
  const counted = Number(await textOf(fs, "/counter"));
  assertEquals(counted, place === "same" ? made.length : 0);
  // Those of the pond itself and of what the writers begin with, too.
  const transactions = await Array.fromAsync(fs.transactions());
  assertEquals(transactions.length, 2 + made.length);
  const { findings, isSound } = await fs.check();
  assert(isSound, JSON.stringify(findings));
}

interface Outcomes {
  readonly made: readonly string[];
  readonly refused: readonly string[];
}

async function outcomesOf(
  pond: string,
  name: string,
  place: Place,
  count: number,
): Promise<Outcomes> {
  const { code, stdout, stderr } = await runProgram(Deno.execPath(), [
    "run",
    "-A",
    ...denoArgs(),
    SCRIPT,
    pond,
    name,
    place,
    String(count),
  ]);
  assertEquals([code, stderr], [0, ""]);
  const said = (what: string) =>
    stdout.split("\n").filter((line) => line.startsWith(`${what} `))
      .map((line) => `${name}-${line.slice(what.length + 1)}`);
  return { made: said("made"), refused: said("refused") };
}

async function namesIn(fs: TinyLogFS, place: Place): Promise<string[]> {
  const names: string[] = [];
  const directories = place === "own"
    ? WRITERS.map((name) => `/d-${name}`)
    : ["/d"];
  for (const directory of directories) {
    for await (const { name } of fs.listDirectory(directory)) {
      assertEquals(await textOf(fs, `${directory}/${name}`), name);
      names.push(name);
    }
  }
  return names;
}

async function textOf(fs: TinyLogFS, path: string): Promise<string> {
  return decodeUtf8(await fs.readFile(path));
}
