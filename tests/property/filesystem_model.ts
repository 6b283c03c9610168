/**
 * Random histories of operations, held against a reference: one suite for every
 * kind of filesystem.
 *
 * After each operation both have given the same answer, or refused it with the
 * same code; in the end, and after each reopening, both hold the same tree.
 *
 * @module
 */
import { assertEquals, assertGreater } from "@std/assert";
import fc from "fast-check";
import { decodeUtf8 } from "../../src/bytes.ts";
import { PondError } from "../../src/errors.ts";
import type { Node, WorkingDir } from "../../src/tinyfs/mod.ts";
import { ReferenceFilesystem, Refusal } from "./reference_filesystem.ts";

/** What a filesystem must be able to do. */
export interface Subject extends AsyncDisposable {
  /** Its root. */
  readonly root: WorkingDir;
  /** Keeps what was done, closes, and opens again; where it can be kept. */
  reopen?(): Promise<void>;
}

/** How much is tried. */
export interface HistoryOptions {
  /** So many histories. */
  readonly histories: number;
  /** Of so many operations each; 50 when left out. */
  readonly steps?: number;
  /** Whether some files are larger than 64 KiB. */
  readonly large?: boolean;
  /** Whether a file may have several names. */
  readonly links?: boolean;
}

/**
 * Declares the test.
 *
 * @param name Of the filesystem.
 * @param open Makes an empty one.
 */
export function filesystemModel(
  name: string,
  open: () => Promise<Subject>,
  { histories, steps = 50, large, links }: HistoryOptions,
): void {
  Deno.test(`${name}: ${histories} random histories of ${steps} operations agree with the reference`, async () => {
    const history = stepsOf(steps, { large, links });
    let done = 0;
    const property = fc.asyncProperty(history, async (list) => {
      await using subject = await open();
      const reference = new ReferenceFilesystem();
      for (const [i, it] of list.entries()) {
        const said = `${i}: ${JSON.stringify(it)}`;
        if (await run(it, subject, reference, said)) done++;
      }
      if (subject.reopen) await subject.reopen();
      assertEquals(await dumpOf(subject.root), reference.dump());
    });
    await fc.assert(property, { numRuns: histories });
    // Histories of refusals alone would show nothing.
    assertGreater(done, histories * steps / 8);
  });
}

// === Operations ===

const KINDS = [
  "createFile",
  "writeFile",
  "writeFile",
  "updateFile",
  "createDirectory",
  "createDirectory",
  "createDirectories",
  "createDirectories",
  "createSymlink",
  "remove",
  "removeAll",
  "rename",
  "rename",
  "readFile",
  "readLink",
  "list",
  "reopen",
] as const;

/** One operation; each kind uses what it needs of the rest. */
export interface Step {
  readonly kind: (typeof KINDS)[number] | "link";
  readonly path: string;
  readonly other: string;
  readonly text: string;
}

const NAMES = ["a", "b", "c"];
const BELOW = NAMES.flatMap((a) => NAMES.map((b) => `${a}/${b}`));

/** Those that are near the root several times: more of them are there. */
const PATHS = [
  ...[...NAMES, ...NAMES, ...NAMES, ...BELOW].map((path) => `/${path}`),
  ...BELOW.map((path) => `/${path}/a`),
  "/a/../b",
  "/b/..",
  "/a/b/../../c/a",
  "/",
];

const TARGETS = [
  ...NAMES,
  ...PATHS,
  "..",
  "../a",
  "../../b",
  "a/b",
  "../c/a",
  "a/..",
];

/** Histories of so many operations. */
export function stepsOf(
  count: number,
  options: StepOptions = {},
): fc.Arbitrary<Step[]> {
  return fc.array(step(options), { minLength: count, maxLength: count });
}

type StepOptions = {
  readonly [K in "large" | "links"]?: boolean | undefined;
};

function step({ large, links }: StepOptions): fc.Arbitrary<Step> {
  const kinds = links ? [...KINDS, "link" as const] : KINDS;
  return fc.record({
    kind: fc.constantFrom(...kinds),
    path: fc.constantFrom(...PATHS),
    other: fc.constantFrom(...TARGETS),
    text: fc.nat({ max: 99 }).map((n) =>
      large && n < 3 ? `${n}`.repeat(70_000) : `${n}`
    ),
  });
}

/** Does one operation with both; tells whether it was not refused. */
async function run(
  step: Step,
  subject: Subject,
  reference: ReferenceFilesystem,
  said: string,
): Promise<boolean> {
  if (step.kind === "reopen") {
    if (!subject.reopen) return true;
    await subject.reopen();
    assertEquals(await dumpOf(subject.root), reference.dump(), said);
    return true;
  }
  const expected = outcomeOf(() => onReference(step, reference));
  const actual = await asyncOutcomeOf(() => onSubject(step, subject.root));
  assertEquals(actual, expected, said);
  return "answer" in expected;
}

/** Does an operation with the reference. */
export function onReference(
  { kind, path, other, text }: Step,
  reference: ReferenceFilesystem,
): unknown {
  switch (kind) {
    case "createSymlink":
      return reference.createSymlink(path, other);
    case "rename":
      return reference.rename(path, other);
    case "link":
      return reference.link(path, other);
    case "remove":
    case "removeAll":
      return reference.remove(path, kind === "removeAll");
    case "createFile":
    case "writeFile":
    case "updateFile":
      return reference[kind](path, text);
    case "reopen":
      return undefined;
    default:
      return reference[kind](path);
  }
}

/** Does an operation. */
export async function onSubject(
  { kind, path, other, text }: Step,
  root: WorkingDir,
): Promise<unknown> {
  switch (kind) {
    case "createSymlink":
      return void await root.createSymlink(path, other);
    case "rename":
      return await root.rename(path, other);
    case "link": {
      const file = (await root.resolve(other)).asFile();
      return void await root.insert(path, file);
    }
    case "remove":
    case "removeAll":
      return await root.remove(path, { recursive: kind === "removeAll" });
    case "createFile":
    case "writeFile":
    case "updateFile":
      return void await root[kind](path, text);
    case "createDirectory":
      return void await root.createDirectory(path);
    case "createDirectories":
      return void await root.createDirectory(path, { recursive: true });
    case "readFile":
      return decodeUtf8(await root.readFile(path));
    case "readLink":
      return await root.readLink(path);
    case "list":
      return await Array.fromAsync(root.entries(path), ({ name }) => name);
    case "reopen":
      return undefined;
    default:
      return kind satisfies never;
  }
}

/** An answer, or the code of a refusal. */
export type Outcome = { readonly answer: unknown } | { readonly code: string };

/** What comes of an operation with the reference. */
export function outcomeOf(work: () => unknown): Outcome {
  try {
    return { answer: work() };
  } catch (error) {
    if (error instanceof Refusal) return { code: error.code };
    throw error;
  }
}

/** What comes of an operation; what is no refusal is thrown. */
export async function asyncOutcomeOf(
  work: () => Promise<unknown>,
): Promise<Outcome> {
  try {
    return { answer: await work() };
  } catch (error) {
    if (error instanceof PondError) return { code: error.code };
    throw error;
  }
}

/** As the reference dumps itself. */
export async function dumpOf(root: WorkingDir): Promise<string[]> {
  const lines: string[] = [];
  const add = async (path: string, node: Node): Promise<void> => {
    if (node.type === "file") {
      lines.push(`${path} ${decodeUtf8(await node.read())}`);
    } else if (node.type === "symlink") {
      lines.push(`${path} -> ${await node.target()}`);
    } else {
      lines.push(`${path}/`);
      for await (const child of node.entries()) {
        await add(`${path}/${child.name}`, child.node);
      }
    }
  };
  await add("", root.node);
  return lines.sort();
}
