/**
 * What was done with a tree: for people, and for programs.
 *
 * @module
 */
import { compareUtf8 } from "../../bytes.ts";
import type { PondError } from "../../errors.ts";
import { type Context, note, warn, type WarningFacts } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { ClosedPipeError, printable } from "../output.ts";
import { humanSize } from "../units.ts";
import type { Progress } from "../progress.ts";
import type { PendingOperation } from "../../tinylogfs/mod.ts";

/** What can become of a file, directory or symlink. */
export type Outcome = "new" | "changed" | "unchanged" | "deleted";

/** What a change is as an operation. */
const OPERATIONS = {
  new: "create",
  changed: "update",
  unchanged: "update",
  deleted: "delete",
} as const satisfies Record<Outcome, PendingOperation["operation"]>;

/** One thing that was done, or would be. */
export interface TreeChange {
  /** What. */
  readonly outcome: Outcome;
  /** The kind of node. */
  readonly fileType: "file" | "directory" | "symlink";
  /** Where it is now. */
  readonly path: string;
  /** Bytes of a file. */
  readonly sizeBytes: number;
  /** Whether only its mode or time was another, so that no bytes were copied. */
  readonly isContentSame?: boolean;
}

/** The facts, as a row. */
export interface TreeRow {
  /** What was not there before. */
  readonly new: number;
  /** What was another one before. */
  readonly changed: number;
  /** What was the same. */
  readonly unchanged: number;
  /** What was taken away. */
  readonly deleted: number;
  /** What is nothing to be copied. */
  readonly skipped: number;
  /** What couldn't be copied. */
  readonly failed: number;
  /** Bytes of what is new or changed. */
  readonly bytes: number;
}

/** Counts what is done with a tree, and tells what isn't. */
export class TreeReport {
  readonly #context: Context;
  readonly #progress: Progress;
  readonly #counts = { new: 0, changed: 0, unchanged: 0, deleted: 0 };
  readonly #failures: ExitCode[] = [];
  readonly #changes: TreeChange[] | undefined;
  #skipped = 0;
  #bytes = 0;

  /**
   * @param context Where failures are told.
   * @param progress Is told what is done.
   * @param options With `keepsChanges`, what is done is kept, to be listed.
   */
  constructor(
    context: Context,
    progress: Progress,
    { keepsChanges }: { readonly keepsChanges: boolean },
  ) {
    this.#context = context;
    this.#progress = progress;
    this.#changes = keepsChanges ? [] : undefined;
  }

  /** Counts what was done. */
  did(change: TreeChange): void {
    const { fileType, isContentSame = false, outcome, sizeBytes } = change;
    this.#counts[outcome]++;
    const isWritten = outcome === "new" || outcome === "changed";
    if (isWritten && !isContentSame) this.#bytes += sizeBytes;
    if (fileType === "file" && outcome !== "deleted") {
      this.#progress.advance(1, sizeBytes);
    }
    if (outcome !== "unchanged") this.#changes?.push(change);
  }

  /** Tells of something that is never copied. */
  async skipped(source: string, why: string): Promise<void> {
    this.#skipped++;
    const text = `skipped ${printable(source)}: ${why}`;
    await this.warn(text, { kind: "skipped", path: source });
  }

  /**
   * Whether `--delete` may delete what the source hasn't: only when all else was
   * done, since what couldn't be seen or copied may be what keeps it. As rsync
   * has it.
   *
   * @param count How much there is that could be deleted.
   */
  async mayDelete(count: number): Promise<boolean> {
    if (this.#failures.length === 0) return true;
    if (count > 0) await this.warn("nothing is deleted, because of the errors");
    return false;
  }

  /** Tells of something that was done, but not as one may think. */
  async warn(text: string, facts?: WarningFacts): Promise<void> {
    await this.#progress.clear();
    await warn(this.#context, text, facts);
  }

  /** Tells of what failed; the rest is done. What ends the command is thrown. */
  async failed(error: PondError): Promise<void> {
    if (this.#context.signal.aborted) throw error;
    if (error instanceof ClosedPipeError) throw error;
    await this.#progress.clear();
    await this.#context.out.flush();
    const { reportError } = await import("../report_error.ts");
    this.#failures.push(await reportError(error, this.#context));
  }

  /**
   * What was done, ordered by paths, since files are copied side by side; what was
   * unchanged is not in it.
   */
  get operations(): readonly PendingOperation[] {
    const changes = (this.#changes ?? []).toSorted((a, b) =>
      compareUtf8(a.path, b.path)
    );
    return changes.map(({ fileType, outcome, path, sizeBytes }) => ({
      operation: OPERATIONS[outcome],
      fileType,
      path,
      sizeBytes,
    }));
  }

  /** The facts. */
  get row(): TreeRow {
    return {
      ...this.#counts,
      skipped: this.#skipped,
      failed: this.#failures.length,
      bytes: this.#bytes,
    };
  }

  /** Says the facts to a person. */
  async say(): Promise<void> {
    const { bytes, ...counts } = this.row;
    const parts = Object.entries(counts).flatMap(([name, count]) =>
      count > 0 ? [`${count} ${name}`] : []
    );
    if (parts.length === 0) return;
    const size = bytes > 0 ? ` · ${humanSize(bytes)}` : "";
    await note(this.#context, `${parts.join(", ")}${size}`);
  }

  /** The exit code for all of it. */
  get exitCode(): ExitCode {
    const [first] = this.#failures;
    const { changed, deleted, new: made, unchanged } = this.#counts;
    if (first === undefined) {
      return this.#skipped > 0 ? ExitCode.partly : ExitCode.done;
    }
    if (this.#failures.includes(ExitCode.integrity)) return ExitCode.integrity;
    const hasDone = made + changed + unchanged + deleted > 0;
    return hasDone ? ExitCode.partly : first;
  }
}
