/**
 * What is lost with a part of a log, and what to do: pure.
 *
 * @module
 */
import {
  BY_REPAIR,
  type Fault,
  type Finding,
  FROM_BACKUP,
  remedyFor,
} from "./finding.ts";
import type { Witness } from "./hint_check.ts";

/** What is lost, and what helps. */
export type Loss = Pick<Finding, "lost" | "remedy" | "repair">;

/**
 * Of a damaged commit at the end. The witness is written after the
 * acknowledgement, if at all.
 */
export function lossOfTorn(
  version: number,
  { head }: Witness,
): Loss {
  const seen = typeof head === "object" ? head.version : undefined;
  const known = seen === undefined
    ? "no witness tells whether it was acknowledged"
    : seen >= version
    ? "it was acknowledged"
    : `it may have been acknowledged: the witness has seen version ${seen}`;
  return {
    lost: `version ${version}; ${known}`,
    remedy: seen !== undefined && seen >= version
      ? `${FROM_BACKUP}; or go on without it: ${BY_REPAIR}`
      : BY_REPAIR,
    repair: "move away",
  };
}

/**
 * Of any other commit.
 *
 * @param isCovered Whether a sound checkpoint stands for it.
 */
export function lossOf(
  version: number,
  isCovered: boolean,
  fault: Fault,
): Loss {
  return isCovered ? { lost: "", remedy: BY_REPAIR, repair: "move away" } : {
    lost: `version ${version}, and the way to those after it`,
    remedy: remedyFor(fault),
  };
}

/** Of a table without a log. */
export function noLog(path: string): Finding {
  return {
    severity: "damage",
    kind: "log",
    path,
    problem: "there is no log",
    lost: "which files make the table",
    remedy: FROM_BACKUP,
  };
}

/** Of a log whose beginning is gone, and no checkpoint there in its place. */
export function noBeginning(path: string, version: number): Finding {
  return {
    severity: "damage",
    kind: "log",
    path,
    version,
    problem:
      `it begins with version ${version}, and no sound checkpoint stands for what was before`,
    lost: `what was committed before version ${version}`,
    remedy: FROM_BACKUP,
  };
}
