/**
 * What belongs to a mirror: what the patterns of the call, and `.pondignore` of
 * both sides, don't leave out.
 *
 * @module
 */
import { type Candidate, TreeFilter } from "../trees/filter.ts";
import type { IgnoreRules } from "../trees/ignore_file.ts";
import { isDraft, isReserved } from "./names.ts";
import { parentOf } from "./reconcile.ts";
import type { MirrorFilter } from "./types.ts";

/** The name of the files with rules. */
export const IGNORE_FILE = ".pondignore";

/** Knows the patterns of a call, and the mirror's own names. */
export class MirrorTreeFilter extends TreeFilter {
  readonly #drafts: string[] = [];

  /** @param filter The patterns. */
  constructor({ exclude = [], include = [] }: MirrorFilter) {
    super({ exclude, include });
  }

  /** The paths of unfinished files that were asked for. */
  get drafts(): readonly string[] {
    return this.#drafts;
  }

  override takes(candidate: Candidate): boolean {
    const name = candidate.path.slice(candidate.path.lastIndexOf("/") + 1);
    if (isDraft(name) && !candidate.isDirectory) {
      this.#drafts.push(candidate.path);
    }
    return !isReserved(name) && super.takes(candidate);
  }
}

/** Says what is left out, from the directory of a path on. */
export type LeavesOut = (candidate: Candidate) => boolean;

/** Rules by directories; those of the nearest one above hold. */
export class Rules {
  readonly #of = new Map<string, LeavesOut>();

  /** Sets what holds in a directory and below it. */
  set(directory: string, leavesOut: LeavesOut): void {
    this.#of.set(directory, leavesOut);
  }

  /** Sets the rules of a file, if there are any. */
  setFile(directory: string, rules: IgnoreRules | undefined): void {
    if (rules) this.set(directory, (candidate) => rules.ignores(candidate));
  }

  /** Whether something is left out, if its directory is not. */
  leavesOut(candidate: Candidate): boolean {
    let above = parentOf(candidate.path);
    while (above !== "" && !this.#of.has(above)) above = parentOf(above);
    return this.#of.get(above || "/")?.(candidate) ?? false;
  }
}
