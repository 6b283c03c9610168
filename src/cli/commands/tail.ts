/**
 * `pond tail`
 *
 * @module
 */
import { equalBytes } from "../../bytes.ts";
import { hasCode } from "../../errors.ts";
import type { TinyLogFS } from "../../tinylogfs/mod.ts";
import type { TailCommand } from "../command.ts";
import { type Context, warn } from "../context.ts";
import type { ExitCode } from "../exit_codes.ts";
import { eachFile, sizeOf, writeContent } from "../file_content.ts";
import { offsetAfterLines, offsetOfLastLines, Titles } from "../file_lines.ts";
import { printable } from "../output.ts";
import { isPattern, viewPond } from "../session.ts";

/** How often a file that is followed is looked at. */
const INTERVAL_MS = 500;

/**
 * How many bytes before the end of what was written have to be the same for a
 * new version to be the old one with something added.
 */
const OVERLAP_BYTES = 4096;

/** A file whose end is waited for. */
interface Followed {
  readonly path: string;
  readonly title: string;
  /** Which node in which version; `undefined` while there is none. */
  state: string | undefined;
  sizeBytes: number;
  overlap: Uint8Array;
}

/** Writes the end of files. */
export async function runTail(
  command: TailCommand,
  context: Context,
): Promise<ExitCode> {
  const { paths } = command;
  const titles = paths.length > 1 || paths.some(isPattern)
    ? new Titles(context)
    : undefined;
  return await viewPond(context, command, async (fs) => {
    const followed: Followed[] = [];
    const work = async (view: TinyLogFS, path: string, title: string) => {
      const sizeBytes = await sizeOf(view, await view.entry(path));
      const offset = await startOf(command, context, view, path, sizeBytes);
      await titles?.write(title);
      await writeContent(context, view, path, { offset });
      // What was named with a revision never changes.
      if (view === fs) followed.push(await stateOf(view, path, title));
    };
    const code = await eachFile(context, fs, paths, work);
    if (!command.follow || followed.length === 0) return code;
    await follow(context, fs, followed, titles);
    return code;
  });
}

async function startOf(
  { count, fromStart, unit }: TailCommand,
  { signal }: Context,
  fs: TinyLogFS,
  path: string,
  sizeBytes: number,
): Promise<number> {
  const before = Math.max(0, count - 1);
  if (unit === "bytes") {
    return fromStart ? before : Math.max(0, sizeBytes - count);
  }
  return fromStart
    ? await offsetAfterLines(fs, path, before, signal)
    : await offsetOfLastLines(fs, path, sizeBytes, count, signal);
}

async function stateOf(
  fs: TinyLogFS,
  path: string,
  title: string,
): Promise<Followed> {
  const entry = await fs.entry(path);
  const { nodeId, version } = entry;
  const sizeBytes = await sizeOf(fs, entry);
  return {
    path,
    title,
    state: `${nodeId} ${version}`,
    sizeBytes,
    overlap: await overlapOf(fs, path, sizeBytes),
  };
}

async function overlapOf(
  fs: TinyLogFS,
  path: string,
  sizeBytes: number,
): Promise<Uint8Array> {
  const offset = Math.max(0, sizeBytes - OVERLAP_BYTES);
  return await fs.readFile(path, { offset, length: sizeBytes - offset });
}

/** Writes what comes, until the command is ended. */
async function follow(
  context: Context,
  fs: TinyLogFS,
  followed: readonly Followed[],
  titles: Titles | undefined,
): Promise<never> {
  for (;;) {
    await context.out.flush();
    await context.host.clock.sleep(INTERVAL_MS, context.signal);
    await fs.refresh();
    for (const file of followed) await writeAdded(context, fs, file, titles);
  }
}

async function writeAdded(
  context: Context,
  fs: TinyLogFS,
  file: Followed,
  titles: Titles | undefined,
): Promise<void> {
  const now = await nowOf(fs, file);
  if (now?.state === file.state) return;
  if (now === undefined) {
    await warn(context, `${printable(file.title)} is gone; waiting for it`);
    Object.assign(file, { state: undefined, sizeBytes: 0 });
    file.overlap = new Uint8Array();
    return;
  }
  const before = await overlapOf(fs, file.path, file.sizeBytes);
  const isLonger = now.sizeBytes >= file.sizeBytes &&
    equalBytes(before, file.overlap);
  if (!isLonger) await warn(context, `${printable(file.title)} was replaced`);
  const offset = isLonger ? file.sizeBytes : 0;
  if (offset < now.sizeBytes) {
    await titles?.write(file.title);
    await writeContent(context, fs, file.path, { offset });
  }
  Object.assign(file, now);
}

async function nowOf(
  fs: TinyLogFS,
  { path, title }: Followed,
): Promise<Followed | undefined> {
  try {
    return await stateOf(fs, path, title);
  } catch (error) {
    if (hasCode(error, "NOT_FOUND", "IS_A_DIRECTORY")) return undefined;
    throw error;
  }
}
