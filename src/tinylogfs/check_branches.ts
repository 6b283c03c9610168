/**
 * Checks what is on the disk about branches, and finds the lines to look at.
 *
 * @module
 */
import { hasCode } from "../errors.ts";
import {
  attempt,
  BY_REPAIR,
  FROM_BACKUP,
  problemOf,
  remedyFor,
} from "../oplog/check.ts";
import { branchInTable, branchNames, readBranchFile } from "./branches.ts";
import type { CheckedLine, CheckedPond, PondFinding } from "./check_types.ts";
import { lineDirectory, MAIN_BRANCH, readBranch } from "./line.ts";

/**
 * Checks which branch is the current one, and what each of them says of itself.
 *
 * @returns The lines whose history is to be checked, `main` first.
 */
export async function checkBranches(
  { host, path }: CheckedPond,
  findings: PondFinding[],
): Promise<CheckedLine[]> {
  const { files } = host;
  const lines: CheckedLine[] = [{ branch: undefined, directory: path }];
  for (const branch of await branchNames(files, path)) {
    const directory = `${path}/branches/${branch}`;
    const read = await attempt(() => readBranchFile(files, path, branch));
    const isLine = read.isSound ||
      await files.stat(`${directory}/oplog`) !== undefined;
    if (isLine) lines.push({ branch, directory });
    if (read.isSound) continue;
    const found = {
      severity: "damage",
      kind: "branch",
      path: `${directory}/branch.json`,
      branch,
      problem: read.problem,
    } as const;
    const known = isLine && read.fault !== "unreadable" &&
      await attempt(() => branchInTable(host, directory));
    if (known && known.isSound && known.value !== undefined) {
      const lost = "nothing: the branch's table says the same";
      findings.push({ ...found, lost, remedy: BY_REPAIR, repair: "rewrite" });
      continue;
    }
    findings.push({
      ...found,
      lost: isLine
        ? "what the branch was made of, and how long it is kept"
        : "a branch, or nothing: no table is there",
      remedy: read.fault === "unreadable"
        ? remedyFor(read.fault)
        : isLine
        ? `${FROM_BACKUP}; what the branch holds is whole in ${directory}/oplog, which any engine for Delta tables reads`
        : `${FROM_BACKUP}; or remove ${directory}`,
    });
  }
  await checkCurrent(files, path, findings);
  return lines;
}

/** Checks that the current branch is one that is there. */
async function checkCurrent(
  files: CheckedPond["host"]["files"],
  pond: string,
  findings: PondFinding[],
): Promise<void> {
  const problem = await problemOfCurrent(files, pond);
  if (problem === undefined) return;
  findings.push({
    severity: "damage",
    kind: "branch",
    path: `${pond}/branch`,
    problem,
    lost: "which branch is the current one",
    remedy:
      `make the right one current: pond --branch main switch NAME; or go on with main: ${BY_REPAIR}`,
    repair: "move away",
  });
}

async function problemOfCurrent(
  files: CheckedPond["host"]["files"],
  pond: string,
): Promise<string | undefined> {
  try {
    const name = await readBranch(files, pond);
    if (name === MAIN_BRANCH) return undefined;
    const directory = lineDirectory(pond, name);
    if (await files.stat(directory) !== undefined) return undefined;
    return `it names the branch ${name}, which is not there`;
  } catch (error) {
    if (!hasCode(error, "INTEGRITY")) throw error;
    return problemOf(error);
  }
}
