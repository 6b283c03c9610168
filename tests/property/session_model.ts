/**
 * Whole sessions of several processes with one pond, held against a model of it
 * in memory: transactions, failing and killed ones, the stage, branches,
 * restores, undos, upkeep, lost power.
 *
 * The processes are objects of their own over one disk, with nothing else in
 * common. A transaction is a list of operations, done again when others were
 * faster; so the model does them on the newest state, whatever version the
 * process had seen. After each step the process that took it, and another one
 * that opens the pond only then, see the model's tree; in the end each version
 * of each branch is what it was, and a check finds nothing.
 *
 * @module
 */
import { assertEquals, assertGreater } from "@std/assert";
import fc from "fast-check";
import { PondError } from "../../src/errors.ts";
import { type MemoryHost, memoryHost } from "../../src/host/memory.ts";
import type { WorkingDir } from "../../src/tinyfs/mod.ts";
import { type Layout, TinyLogFS } from "../../src/tinylogfs/mod.ts";
import {
  asyncOutcomeOf,
  dumpOf,
  onReference,
  onSubject,
  type Outcome,
  outcomeOf,
  type Step,
  stepsOf,
} from "./filesystem_model.ts";
import { ReferenceFilesystem } from "./reference_filesystem.ts";

const POND = "/pond";
const PROCESSES = 3;
const BRANCHES = ["main", "b1", "b2"] as const;

type Branch = typeof BRANCHES[number];

/** What a process does next. */
type Act =
  | { readonly do: "transaction" | "stage"; readonly steps: readonly Step[] }
  | { readonly do: "thrown"; readonly steps: readonly Step[] }
  | {
    readonly do: "failing";
    readonly steps: readonly Step[];
    /** The operation on the disk that fails. */
    readonly at: number;
    readonly sticky: boolean;
  }
  | { readonly do: "restore" | "look"; readonly back: number }
  | { readonly do: "branch" | "switch"; readonly name: Branch }
  | { readonly do: "commit" | "revert" | "undo" | "reopen" }
  | { readonly do: "power" | "optimize" | "checkpoint" };

/** A step of a session: which process, and what. */
type SessionStep = readonly [process: number, act: Act];

/** How much is tried. */
export interface SessionOptions {
  /** So many sessions. */
  readonly sessions: number;
  /** Of so many steps each. */
  readonly steps: number;
  /** Where the choices begin; another one each time when left out. */
  readonly seed?: number;
}

/** Declares the test. */
export function sessionModel(
  layout: Layout,
  { sessions, steps, seed }: SessionOptions,
): void {
  Deno.test(`${sessions} random sessions (${layout}) of up to ${steps} steps of ${PROCESSES} processes agree with the model`, async () => {
    const list = fc.array(sessionStep(), {
      minLength: 1,
      maxLength: steps,
      size: "max",
    });
    let made = 0;
    const property = fc.asyncProperty(list, async (list) => {
      const session = await Session.begin(layout);
      for (const [i, [process, act]] of list.entries()) {
        await session.take(process, act, `${i}: ${JSON.stringify(act)}`);
      }
      made += await session.end();
    });
    const chosen = seed ?? Math.floor(Math.random() * 2 ** 31);
    await Deno.stdout.write(new TextEncoder().encode(`seed ${chosen}\n`));
    await fc.assert(property, { numRuns: sessions, seed: chosen });
    // Sessions of refusals alone would show nothing.
    assertGreater(made, sessions * steps / 10);
  });
}

function sessionStep(): fc.Arbitrary<SessionStep> {
  const steps = fc.integer({ min: 1, max: 5 }).chain((n) => stepsOf(n));
  const back = fc.nat({ max: 6 });
  const name = fc.constantFrom(...BRANCHES);
  const act: fc.Arbitrary<Act> = fc.oneof(
    {
      weight: 10,
      arbitrary: fc.record({ do: fc.constant("transaction" as const), steps }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constantFrom("stage" as const, "thrown" as const),
        steps,
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant("failing" as const),
        steps,
        at: fc.integer({ min: 1, max: 25 }),
        sticky: fc.boolean(),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constantFrom("restore" as const, "look" as const),
        back,
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constantFrom("branch" as const, "switch" as const),
        name,
      }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constantFrom(
          ...["commit", "revert", "undo", "reopen", "power"] as const,
          ...["optimize", "checkpoint"] as const,
        ),
      }),
    },
  );
  return fc.tuple(fc.nat({ max: PROCESSES - 1 }), act);
}

/** A branch, as the model has it. */
interface Line {
  /** The state of each version; merges of files are versions without one. */
  readonly versions: Map<number, ReferenceFilesystem>;
  /** The newest version, if it may be gone when the power is. */
  unsure?: number | undefined;
  /** What is staged: done on the newest state, which it must still be. */
  staged:
    | { readonly state: ReferenceFilesystem; readonly at: number }
    | undefined;
}

/** A session, and the model of what it has come to. */
class Session {
  readonly #host: MemoryHost;
  readonly #lines = new Map<Branch, Line>();
  readonly #processes: { branch: Branch; fs: TinyLogFS }[] = [];

  private constructor(host: MemoryHost) {
    this.#host = host;
  }

  static async begin(layout: Layout): Promise<Session> {
    const host = memoryHost();
    const session = new Session(host);
    {
      await using fs = await TinyLogFS.initEmpty(host, POND, { layout });
      const versions = new Map([[fs.version, new ReferenceFilesystem()]]);
      session.#lines.set("main", { versions, staged: undefined });
    }
    for (let i = 0; i < PROCESSES; i++) {
      const fs = await session.#open("main");
      session.#processes.push({ branch: "main", fs });
    }
    return session;
  }

  /** One process does something; then all must see what the model has. */
  async take(process: number, act: Act, said: string): Promise<void> {
    await this.#act(process, act, said);
    const { branch, fs } = this.#process(process);
    await fs.refresh();
    const expected = this.#newest(branch).dump();
    assertEquals(await dumpOf(fs.workingDirectory()), expected, said);
    await using cold = await this.#open(branch);
    assertEquals(await dumpOf(cold.workingDirectory()), expected, said);
    assertEquals(cold.version, newestOf(this.#line(branch)), said);
  }

  /**
   * Every version is what it was.
   *
   * @returns How many there are.
   */
  async end(): Promise<number> {
    let count = 0;
    for (const [branch, { versions }] of this.#lines) {
      await using fs = await this.#open(branch);
      for (const [version, state] of versions) {
        const then = await fs.at(`v${version}`);
        const said = `${branch} v${version}`;
        assertEquals(await dumpOf(then.workingDirectory()), state.dump(), said);
        count++;
      }
    }
    const { findings } = await TinyLogFS.check(this.#host, POND);
    const damage = findings.filter(({ severity }) => severity === "damage");
    assertEquals(damage, []);
    return count;
  }

  async #act(process: number, act: Act, said: string): Promise<void> {
    const { branch, fs } = this.#process(process);
    const line = this.#line(branch);
    switch (act.do) {
      case "transaction":
        return await this.#transaction(process, act.steps, said);
      case "thrown":
        return await this.#thrown(fs, act.steps, said);
      case "failing":
        return await this.#failing(process, act, said);
      case "stage":
        return await this.#stage(branch, act.steps, said);
      case "commit":
        return await this.#commit(branch, said);
      case "revert": {
        await using staged = await this.#open(branch, true);
        await staged.revert();
        line.staged = undefined;
        return;
      }
      case "restore":
      case "look":
        return await this.#goBack(process, act.do, act.back, said);
      case "undo":
        return await this.#undo(process);
      case "branch":
        return await this.#branch(process, act.name, said);
      case "switch":
        if (!this.#lines.has(act.name)) return;
        return await this.#reopen(process, act.name);
      case "reopen":
        return await this.#reopen(process, branch);
      case "power":
        this.#host.files.crash("nothing survives");
        await this.#forget();
        for (const [i, { branch }] of this.#processes.entries()) {
          await this.#reopen(i, branch);
        }
        return;
      case "optimize":
        return void await fs.optimize();
      case "checkpoint":
        return void await fs.checkpoint();
      default:
        return act satisfies never;
    }
  }

  async #transaction(
    process: number,
    steps: readonly Step[],
    said: string,
  ): Promise<void> {
    const { branch, fs } = this.#process(process);
    const after = this.#newest(branch).clone();
    const expected = replay(after, steps);
    const { value, commit } = await fs.transaction((tx) =>
      outcomesOf(tx.workingDirectory(), steps)
    );
    assertEquals(value, expected, said);
    if (commit.operationsCommitted > 0) {
      this.#made(branch, commit.version, after);
    }
  }

  /** A function that throws in the end has done nothing. */
  async #thrown(
    fs: TinyLogFS,
    steps: readonly Step[],
    said: string,
  ): Promise<void> {
    const reason = new RangeError("thrown");
    const outcome = await fs.transaction(async (tx) => {
      await outcomesOf(tx.workingDirectory(), steps);
      throw reason;
    }).catch((error: unknown) => error);
    assertEquals(outcome, reason, said);
  }

  /** The disk fails on the way: all of it is there, or nothing. */
  async #failing(
    process: number,
    { steps, at, sticky }: {
      steps: readonly Step[];
      at: number;
      sticky: boolean;
    },
    said: string,
  ): Promise<void> {
    const { branch, fs } = this.#process(process);
    const after = this.#newest(branch).clone();
    replay(after, steps);
    this.#host.files.inject({ at, kind: "NO_SPACE", sticky });
    let error: unknown;
    try {
      await fs.transaction(async (tx) => {
        const outcomes = await outcomesOf(tx.workingDirectory(), steps);
        // What the disk has refused is no part of what was to be done.
        if (outcomes.some(isFull)) throw new PondError("NO_SPACE", "Cannot");
      });
    } catch (thrown) {
      error = thrown;
    } finally {
      this.#host.files.inject(undefined);
    }
    if (error !== undefined && !(error instanceof PondError)) throw error;
    await this.#reopen(process, branch);
    const { version } = this.#process(process).fs;
    const newest = newestOf(this.#line(branch));
    if (version > newest) {
      this.#made(branch, version, after);
      // It said that nobody knows: it is there, as long as the power is.
      if (error !== undefined) this.#line(branch).unsure = version;
    } else assertEquals(version, newest, said);
  }

  /** Operations of a process that ends, for any other one to commit. */
  async #stage(
    branch: Branch,
    steps: readonly Step[],
    said: string,
  ): Promise<void> {
    const line = this.#line(branch);
    const isOld = line.staged !== undefined &&
      line.staged.at !== newestOf(line);
    // What was staged before others committed may no longer fit, and is
    // tests/tinylogfs/conflicts_test.ts'.
    if (isOld) return;
    const state = (line.staged?.state ?? this.#newest(branch)).clone();
    const expected = replay(state, steps);
    await using staged = await this.#open(branch, true);
    const outcomes = await outcomesOf(staged.workingDirectory(), steps);
    assertEquals(outcomes, expected, said);
    await staged.stage();
    line.staged = { state, at: newestOf(line) };
  }

  async #commit(branch: Branch, said: string): Promise<void> {
    const line = this.#line(branch);
    const { staged } = line;
    await using fs = await this.#open(branch, true);
    if (staged !== undefined && staged.at !== newestOf(line)) {
      await fs.revert();
      line.staged = undefined;
      return;
    }
    const expected = (staged?.state ?? this.#newest(branch)).dump();
    assertEquals(await dumpOf(fs.workingDirectory()), expected, said);
    const { operationsCommitted, version } = await fs.commit();
    if (staged && operationsCommitted > 0) {
      this.#made(branch, version, staged.state);
    }
    line.staged = undefined;
  }

  async #goBack(
    process: number,
    what: "restore" | "look",
    back: number,
    said: string,
  ): Promise<void> {
    const { branch, fs } = this.#process(process);
    const versions = [...this.#line(branch).versions].slice(-1 - back);
    const [[version, state] = [0, new ReferenceFilesystem()]] = versions;
    await fs.refresh();
    if (what === "look") {
      const then = await fs.at(`v${version}`);
      assertEquals(await dumpOf(then.workingDirectory()), state.dump(), said);
      return;
    }
    const { commit } = await fs.restore(`v${version}`);
    if (commit.operationsCommitted > 0) {
      this.#made(branch, commit.version, state);
    } else assertEquals(this.#newest(branch).dump(), state.dump(), said);
  }

  /** The newest transaction is taken back: what was before is there again. */
  async #undo(process: number): Promise<void> {
    const { branch, fs } = this.#process(process);
    const [before, newest] = [...this.#line(branch).versions].slice(-2);
    // Nobody takes back that there is a pond.
    if (before === undefined || newest === undefined) return;
    await fs.refresh();
    const { commit } = await fs.undo(`v${newest[0]}`);
    if (commit.operationsCommitted > 0) {
      this.#made(branch, commit.version, before[1]);
    } else assertEquals(newest[1].dump(), before[1].dump());
  }

  async #branch(process: number, name: Branch, said: string): Promise<void> {
    const { branch, fs } = this.#process(process);
    await fs.refresh();
    const isThere = this.#lines.has(name);
    const outcome = await asyncOutcomeOf(async () => {
      await fs.createBranch(name);
    });
    const expected: Outcome = isThere
      ? { code: "ALREADY_EXISTS" }
      : { answer: undefined };
    assertEquals(outcome, expected, said);
    if (isThere) return;
    const versions = new Map(this.#line(branch).versions);
    this.#lines.set(name, { versions, staged: undefined });
  }

  async #reopen(process: number, branch: Branch): Promise<void> {
    // Like a process that is killed: nothing is closed.
    this.#processes[process] = { branch, fs: await this.#open(branch) };
  }

  async #open(branch: Branch, staged: boolean = false): Promise<TinyLogFS> {
    return await TinyLogFS.open(this.#host, POND, { branch, staged });
  }

  /** A commit that was never said to be made may be gone with the power. */
  async #forget(): Promise<void> {
    for (const [branch, line] of this.#lines) {
      const { unsure } = line;
      if (unsure === undefined) continue;
      await using fs = await this.#open(branch);
      if (fs.version < unsure) {
        line.versions.delete(unsure);
        // Its number is another commit's next: what is staged is behind none.
        if (line.staged) line.staged = { ...line.staged, at: -1 };
      }
      line.unsure = undefined;
    }
  }

  #made(branch: Branch, version: number, state: ReferenceFilesystem): void {
    const line = this.#line(branch);
    line.versions.set(version, state);
    // Whoever commits flushes what is before.
    line.unsure = undefined;
  }

  #newest(branch: Branch): ReferenceFilesystem {
    const newest = [...this.#line(branch).versions.values()].at(-1);
    if (newest === undefined) throw new RangeError(`no version of ${branch}`);
    return newest;
  }

  #line(branch: Branch): Line {
    const line = this.#lines.get(branch);
    if (line === undefined) throw new RangeError(`no branch ${branch}`);
    return line;
  }

  #process(process: number): { branch: Branch; fs: TinyLogFS } {
    const found = this.#processes[process];
    if (found === undefined) throw new RangeError(`no process ${process}`);
    return found;
  }
}

/** Does operations with a state of the model. */
function replay(
  state: ReferenceFilesystem,
  steps: readonly Step[],
): Outcome[] {
  return steps.map((step) => outcomeOf(() => onReference(step, state)));
}

async function outcomesOf(
  root: WorkingDir,
  steps: readonly Step[],
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const step of steps) {
    outcomes.push(await asyncOutcomeOf(() => onSubject(step, root)));
  }
  return outcomes;
}

function newestOf({ versions }: Line): number {
  return [...versions.keys()].at(-1) ?? -1;
}

function isFull(outcome: Outcome): boolean {
  return "code" in outcome && outcome.code === "NO_SPACE";
}
