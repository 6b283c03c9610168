/**
 * One of two writers of a pond: in this process, or in one of its own, which is
 * told by lines what to do.
 *
 * ```text
 * > {"do":["write /f 1"]}     takes in what is committed, does this, keeps it
 * < {}
 * > {"do":"commit"}
 * < {"version":3,"transactionId":"…"}, or {"conflict":{…}} and it is dropped
 * ```
 *
 * `deno run -A tests/support/conflict_side.ts POND` is such a process.
 *
 * @module
 */
import { batchLines } from "../../src/cli/batch_lines.ts";
import { workOf } from "../../src/cli/batch_work.ts";
import { loadCommands } from "../../src/cli/commands.ts";
import { ConflictError, type ConflictSides } from "../../src/errors.ts";
import { denoHost } from "../../src/host/deno_host.ts";
import { TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { denoArgs, PROJECT_ROOT } from "./deno_process.ts";

/** How a commit ended. */
export interface Outcome {
  /** The version that it made. */
  readonly version?: number;
  /** The transaction that it made. */
  readonly transactionId?: string;
  /** Why it made none. */
  readonly conflict?: ConflictSides & {
    readonly path?: string;
    readonly version?: number;
    readonly problem: string;
  };
}

/** A writer. */
export interface Side extends AsyncDisposable {
  /** Does the lines of a batch on the newest state, and keeps them pending. */
  take(lines: readonly string[]): Promise<void>;
  /** Commits them; after a conflict, they are dropped. */
  commit(): Promise<Outcome>;
}

/** A writer in this process. */
export function localSide(fs: TinyLogFS): Side {
  return {
    take: async (lines) => {
      await fs.refresh();
      for (const line of batchLines(lines.join("\n"), "batch")) {
        await workOf(line, await loadCommands())(fs);
      }
    },
    commit: async () => {
      try {
        const { transactionId, version } = await fs.commit();
        return { transactionId, version };
      } catch (error) {
        if (!(error instanceof ConflictError)) throw error;
        await fs.revert();
        const { ours, path, problem, theirs, version } = error;
        const sides = JSON.parse(JSON.stringify({ ours, theirs }));
        return { conflict: { ...sides, path, problem, version } };
      }
    },
    [Symbol.asyncDispose]: () => fs.close(),
  };
}

/** A writer in a process of its own. */
export function processSide(pond: string): Side {
  const script = `${PROJECT_ROOT}/tests/support/conflict_side.ts`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", ...denoArgs(), script, pond],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  const replies = linesOf(child.stdout);
  const ask = async (what: unknown): Promise<Outcome> => {
    const line = `${JSON.stringify({ do: what })}\n`;
    await writer.write(new TextEncoder().encode(line));
    const { value } = await replies.next();
    return JSON.parse(value ?? "");
  };
  return {
    take: async (lines) => void await ask(lines),
    commit: () => ask("commit"),
    [Symbol.asyncDispose]: async () => {
      await writer.close();
      await replies.return(undefined);
      await child.status;
    },
  };
}

async function* linesOf(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string, undefined> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  return undefined;
}

async function serve(pond: string): Promise<void> {
  await using side = localSide(await TinyLogFS.open(denoHost(), pond));
  for await (const line of linesOf(Deno.stdin.readable)) {
    const { do: what } = JSON.parse(line);
    const isCommit = what === "commit";
    if (!isCommit) await side.take(what);
    const reply = JSON.stringify(isCommit ? await side.commit() : {});
    await Deno.stdout.write(new TextEncoder().encode(`${reply}\n`));
  }
}

if (import.meta.main) await serve(Deno.args[0] ?? "");
