/**
 * The content of files on its way to standard output.
 *
 * @module
 */
import type { ReadOptions } from "../tinyfs/mod.ts";
import type { DirEntry, TinyLogFS } from "../tinylogfs/mod.ts";
import type { Context } from "./context.ts";
import { Tally } from "./each.ts";
import type { ExitCode } from "./exit_codes.ts";
import { atPath, isPattern } from "./session.ts";

/** What is done with a file; the title is how it was written. */
export type FileWork = (
  fs: TinyLogFS,
  path: string,
  title: string,
) => Promise<void>;

/** The length of a file in bytes; it is computed where that isn't known. */
export async function sizeOf(
  fs: TinyLogFS,
  { path, sizeBytes }: DirEntry,
): Promise<number> {
  return sizeBytes ?? (await fs.getMetadata(path)).size;
}

/**
 * Does the same with every file that paths and patterns stand for. What fails
 * is told, and the rest is done.
 */
export async function eachFile(
  context: Context,
  fs: TinyLogFS,
  paths: readonly string[],
  work: FileWork,
): Promise<ExitCode> {
  const tally = new Tally(context, fs);
  for (const text of paths) {
    await tally.attempt(() =>
      atPath(fs, text, async (view, path) => {
        if (!isPattern(path)) return await work(view, path, text);
        const { expanded } = await import("./expand.ts");
        for (const one of await expanded(view, path, context.signal)) {
          await work(view, one, one === path ? text : one);
        }
      })
    );
  }
  return tally.exitCode;
}

/** The content of a series of several parts, which has as many versions. */
async function seriesOf(fs: TinyLogFS, path: string, signal: AbortSignal) {
  if ((await fs.entry(path)).version === 1) return undefined;
  const { seriesContent } = await import("./series_content.ts");
  return await seriesContent(fs, path, signal);
}

/** Writes bytes as they are to a pipe, and what they show to a terminal. */
export async function writeContent(
  context: Context,
  fs: TinyLogFS,
  path: string,
  part: Pick<ReadOptions, "offset" | "length"> = {},
): Promise<void> {
  const { out, signal } = context;
  const series = part.offset === undefined && part.length === undefined
    ? await seriesOf(fs, path, signal)
    : undefined;
  const content = series ?? await fs.streamFile(path, { ...part, signal });
  if (out.isTerminal) {
    const { displayed } = await import("./display.ts");
    for await (const text of displayed(content)) await out.text(text);
    return;
  }
  for await (const chunk of content) await out.bytes(chunk);
}
