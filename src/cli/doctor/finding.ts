/**
 * What the doctor says of one thing.
 *
 * @module
 */
import { PondError } from "../../errors.ts";

/** How bad it is. */
export type Verdict = "ok" | "warn" | "fail";

/** What was looked at, and what was found. */
export interface Finding {
  /** What was looked at, in a word. */
  readonly check: string;
  /** How bad it is. */
  readonly verdict: Verdict;
  /** What was found. */
  readonly says: string;
  /** The command line that repairs it. */
  readonly remedy?: string;
}

/** Looks at one thing. */
export type Examination = () => Promise<readonly Finding[]>;

/** Looks at it; that it can't be looked at is a finding, too. */
export async function examined(
  check: string,
  look: Examination,
  remedy?: string,
): Promise<readonly Finding[]> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof PondError) || error.code === "ABORTED") throw error;
    return [failure(check, error, remedy)];
  }
}

/** An error as a finding. */
export function failure(
  check: string,
  { hint, message }: PondError,
  remedy: string | undefined = hint,
): Finding {
  const finding = { check, verdict: "fail", says: message } as const;
  return remedy === undefined ? finding : { ...finding, remedy };
}
