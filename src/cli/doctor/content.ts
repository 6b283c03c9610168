/**
 * What is in a pond: the quick part of a check, and what others do to it.
 *
 * @module
 */
import { hasCode } from "../../errors.ts";
import type { Host } from "../../host/mod.ts";
import type {
  CheckFinding,
  CheckReport,
  TinyLogFS,
} from "../../tinylogfs/mod.ts";
import { holderText, readHolder } from "../locks.ts";
import { counted } from "../session.ts";
import { localTime } from "../units.ts";
import type { Finding } from "./finding.ts";
import { quoted } from "./storage.ts";

/** Damaged places that are told one by one. */
const MAX_PLACES = 5;
/** How many of the newest transactions are looked at. */
const TRANSACTIONS = 1000;
/** How far ahead a commit may be: clocks of two machines are never the same. */
const MAX_AHEAD_US = 5_000_000;
/** What programs that run keep in `cache/` is younger. */
const OLD_MS = 24 * 3600 * 1000;

/** Whether the log and its files are whole. */
export function lookAtDamage(report: CheckReport): readonly Finding[] {
  const { branches, counts, findings, version } = report;
  const check = "consistency";
  const damage = findings.filter(({ severity }) => severity === "damage");
  if (damage.length === 0) {
    const says = [
      `no damage at a quick look: v${version}`,
      ...(branches.length === 0
        ? []
        : [`${branches.length} more branch${branches.length > 1 ? "es" : ""}`]),
      counted(counts.commits, "commit"),
      counted(counts.dataFiles, "data file"),
    ].join(", ");
    return [{ check, verdict: "ok", says }];
  }
  return damage.slice(0, MAX_PLACES).map((finding) => ({
    check,
    verdict: "fail",
    says: `${finding.path}: ${finding.problem}`,
    remedy: finding.repair === "possible"
      ? "pond check --repair"
      : "pond check",
  }));
}

/** What interrupted programs have left. */
export async function lookAtLeftovers(
  { clock, files }: Host,
  pond: string,
  { findings }: CheckReport,
): Promise<readonly Finding[]> {
  const check = "leftovers";
  const left = findings.filter(({ severity }) => severity === "leftover");
  const isOld = ({ repair }: CheckFinding) => repair === "possible";
  const old = left.filter(isOld).length;
  const young = left.length - old;
  const found: Finding[] = [];
  if (old > 0) {
    const says = `${counted(old, "file")} that nothing needs, of programs ` +
      "that were interrupted";
    const remedy = "pond maintain vacuum --yes";
    found.push({ check, verdict: "warn", says, remedy });
  }
  const cached: string[] = [];
  try {
    for await (const { name } of files.list(`${pond}/cache`)) {
      // It keeps to its bound by itself.
      if (name === "views") continue;
      const path = `${pond}/cache/${name}`;
      const { modifiedMs = Infinity } = await files.stat(path) ?? {};
      if (modifiedMs < clock.nowUs() / 1000 - OLD_MS) cached.push(path);
    }
  } catch (error) {
    if (!hasCode(error, "NOT_FOUND")) throw error;
  }
  if (cached.length > 0) {
    found.push({
      check,
      verdict: "warn",
      says: `${counted(cached.length, "temporary file")} older than a day`,
      remedy: `rm -r ${cached.map(quoted).join(" ")}`,
    });
  }
  if (found.length > 0) return found;
  const says = young === 0
    ? "nothing is left over"
    : `${counted(young, "file")} that nothing needs yet or any more, young`;
  return [{ check, verdict: "ok", says }];
}

/** Which locks others hold. */
export async function lookAtLocks(
  { files }: Host,
  pond: string,
  { branches }: CheckReport,
): Promise<readonly Finding[]> {
  const lines = [
    pond,
    ...branches.map(({ name }) => `${pond}/branches/${name}`),
  ];
  const paths = [
    ...lines.map((line) => `${line}/staging/lock`),
    `${pond}/recovered/lock`,
  ];
  const found: Finding[] = [];
  for (const path of paths) {
    if (await files.stat(path) === undefined) continue;
    const lock = await files.tryLock(path);
    if (lock !== undefined) await lock[Symbol.asyncDispose]();
    else {
      found.push({
        check: "locks",
        verdict: "warn",
        says: `${
          holderText(await readHolder(files, path))
        }, and others wait for it: ${path}`,
        remedy: `fuser -v ${quoted(path)}`,
      });
    }
  }
  if (found.length > 0) return found;
  return [{ check: "locks", verdict: "ok", says: "nobody holds one" }];
}

/** Whether time goes forward, and where it has come to. */
export async function lookAtClock(
  { clock }: Host,
  fs: TinyLogFS,
): Promise<readonly Finding[]> {
  const check = "clock";
  const remedy = "timedatectl set-ntp true";
  const nowUs = clock.nowUs();
  const found: Finding[] = [];
  let later:
    | { readonly timestampUs: number; readonly version: number }
    | undefined;
  for await (const row of fs.transactions({ limit: TRANSACTIONS })) {
    if (later === undefined && row.timestampUs > nowUs + MAX_AHEAD_US) {
      found.push({
        check,
        verdict: "warn",
        says: `v${row.version} is of ${localTime(row.timestampUs)}, ${
          seconds(row.timestampUs - nowUs)
        } ahead of this clock`,
        remedy,
      });
    }
    if (later !== undefined && later.timestampUs < row.timestampUs) {
      found.push({
        check,
        verdict: "warn",
        says: `v${later.version} is ${
          seconds(row.timestampUs - later.timestampUs)
        } before v${row.version}: a clock was set back`,
        remedy,
      });
    }
    later = row;
  }
  if (found.length > 0) return found.slice(0, MAX_PLACES);
  const says = `${localTime(nowUs)}, after all commits`;
  return [{ check, verdict: "ok", says }];
}

function seconds(us: number): string {
  return `${Math.round(us / 1e6)} s`;
}

/** What is staged, and whether it still fits. */
export function lookAtStage(fs: TinyLogFS): readonly Finding[] {
  const { conflict, pendingOperations } = fs.getStatus();
  const check = "stage";
  if (conflict !== undefined) {
    const path = conflict.path === undefined ? "" : ` ${quoted(conflict.path)}`;
    return [{
      check,
      verdict: "fail",
      says: `what is staged doesn't fit any more: ${conflict.message}`,
      remedy: `pond revert${path}`,
    }];
  }
  const says = pendingOperations === 0
    ? "nothing is staged"
    : `${counted(pendingOperations, "operation")} staged`;
  return [{ check, verdict: "ok", says }];
}
