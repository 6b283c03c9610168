/**
 * `pond doctor`
 *
 * @module
 */
import { hasCode, PondError } from "../../errors.ts";
import { TinyLogFS } from "../../tinylogfs/mod.ts";
import type { DoctorCommand } from "../command.ts";
import { readPondLayer } from "../config_layers.ts";
import type { Context, Settings } from "../context.ts";
import {
  lookAtClock,
  lookAtDamage,
  lookAtLeftovers,
  lookAtLocks,
  lookAtStage,
} from "../doctor/content.ts";
import {
  examined,
  failure,
  type Finding,
  type Verdict,
} from "../doctor/finding.ts";
import {
  lookAtRights,
  lookAtRoom,
  quoted,
  tryToWrite,
} from "../doctor/storage.ts";
import { lookAround, lookAtSettings } from "../doctor/surroundings.ts";
import { ExitCode } from "../exit_codes.ts";
import { locatePond } from "../locate.ts";
import { printable } from "../output.ts";
import type { Column } from "../rows.ts";
import { counted, POND_CONFIG, withPond } from "../session.ts";

/** Looks at everything around a pond, and at the pond. */
export async function runDoctor(
  { format }: DoctorCommand,
  context: Context,
): Promise<ExitCode> {
  const findings: Finding[] = [];
  for await (const finding of allFindings(context)) {
    context.signal.throwIfAborted();
    findings.push(finding);
    if (format === undefined) await writeText(context, finding);
  }
  const failures = countOf(findings, "fail");
  if (format === undefined) {
    await context.out.line(
      `${counted(failures, "failure")}, ${
        counted(countOf(findings, "warn"), "warning")
      }`,
    );
  } else {
    const { writeRows } = await import("../rows.ts");
    await writeRows(context, format, COLUMNS, findings);
  }
  return failures > 0 ? ExitCode.failed : ExitCode.done;
}

function countOf(findings: readonly Finding[], wanted: Verdict): number {
  return findings.filter(({ verdict }) => verdict === wanted).length;
}

const COLUMNS: readonly Column<Finding>[] = [
  { name: "status", type: "VARCHAR", value: ({ verdict }) => verdict },
  { name: "check", type: "VARCHAR", value: ({ check }) => check },
  { name: "says", type: "VARCHAR", value: ({ says }) => says },
  { name: "remedy", type: "VARCHAR", value: ({ remedy }) => remedy ?? null },
];

const COLORS = { ok: 32, warn: 33, fail: 31 } as const;

async function writeText(
  { out }: Context,
  { check, remedy, says, verdict }: Finding,
): Promise<void> {
  const word = verdict.padEnd(4);
  const mark = out.color ? `\x1b[${COLORS[verdict]}m${word}\x1b[0m` : word;
  await out.line(`${mark}  ${check.padEnd(11)}  ${printable(says)}`);
  if (remedy !== undefined) {
    await out.line(`${"".padEnd(19)}to do: ${printable(remedy)}`);
  }
  // Some of it takes its time.
  if (out.isTerminal) await out.flush();
}

async function* allFindings(context: Context): AsyncGenerator<Finding> {
  yield* await lookAround(context);
  const path = await pathOf(context);
  let { settings } = context;
  if (typeof path !== "string") yield path;
  else {
    const { host } = context;
    const written = await examined("write", () => tryToWrite(host, path));
    yield* await examined("rights", () => lookAtRights(host, path));
    for (
      const finding of await examined("disk", () => lookAtRoom(host, path))
    ) {
      yield afterThat(finding, written);
    }
    yield* written;
    for await (
      const finding of lookInside(context, path, (all) => settings = all)
    ) yield afterThat(finding, written);
  }
  yield* await lookAtSettings(context, settings);
}

/** Checks whose remedies write to the pond. */
const WRITING: readonly string[] = [
  "consistency",
  "disk",
  "leftovers",
  "stage",
];

/** Nothing is put right in a pond before it can be written to. */
function afterThat(finding: Finding, written: readonly Finding[]): Finding {
  const first = written.find(({ verdict }) => verdict !== "ok")?.remedy;
  const { check, remedy } = finding;
  if (first === undefined || remedy === undefined) return finding;
  if (!WRITING.includes(check) || remedy === first) return finding;
  return { ...finding, remedy: `${first} && ${remedy}` };
}

/** Where the pond is; where none is, what to say of that. */
async function pathOf(context: Context): Promise<string | Finding> {
  const { files } = context.host;
  try {
    const path = await locatePond(context);
    if (await files.stat(`${path}/pond.json`) !== undefined) return path;
    const error = new PondError("NO_POND", `There is no pond in ${path}`);
    return failure("pond", error, `pond init ${quoted(path)}`);
  } catch (error) {
    if (!hasCode(error, "NO_POND", "NOT_A_DIRECTORY", "PERMISSION_DENIED")) {
      throw error;
    }
    if (error.code !== "NO_POND") return failure("pond", error);
    return {
      check: "pond",
      verdict: "ok",
      says: "no pond here or above: only its surroundings were looked at",
    };
  }
}

async function* lookInside(
  context: Context,
  path: string,
  configure: (settings: Settings) => void,
): AsyncGenerator<Finding> {
  const { host, signal } = context;
  let report;
  try {
    report = await TinyLogFS.check(host, path, { depth: "quick", signal });
  } catch (error) {
    if (!(error instanceof PondError) || signal.aborted) throw error;
    yield failure("pond", error);
    return;
  }
  yield { check: "pond", verdict: "ok", says: path };
  const checked = report;
  yield* lookAtDamage(checked);
  yield* await examined(
    "leftovers",
    () => lookAtLeftovers(host, path, checked),
  );
  yield* await examined("locks", () => lookAtLocks(host, path, checked));
  // What is staged and doesn't fit hinders everything but its own status.
  yield* await examined("stage", () =>
    withPond(
      context,
      { staged: true },
      (fs) => Promise.resolve(lookAtStage(fs)),
    ));
  yield* await examined("clock", () =>
    withPond(context, {}, async (fs) => {
      configure(await settingsIn(fs, context));
      return await lookAtClock(host, fs);
    }));
}

async function settingsIn(
  fs: TinyLogFS,
  { settings }: Context,
): Promise<Settings> {
  if (!await fs.exists(POND_CONFIG)) return settings;
  const { layer, problems } = await readPondLayer(fs, POND_CONFIG);
  return settings.with("pond", layer, problems);
}
