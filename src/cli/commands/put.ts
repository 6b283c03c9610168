/**
 * `pond put`
 *
 * @module
 */
import { hasCode, PondError } from "../../errors.ts";
import type { TinyLogFS } from "../../tinylogfs/mod.ts";
import type { PutCommand } from "../command.ts";
import { type Context, warn } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { hostPath } from "../locate.ts";
import { printable } from "../output.ts";
import {
  baseName,
  changePond,
  destinations,
  pondPath,
  withPond,
} from "../session.ts";
import { standardInput } from "../stdin.ts";
import { planPut, type Step } from "../transfer.ts";

/** Copies from the host into the pond. */
export async function runPut(
  command: PutCommand,
  context: Context,
): Promise<ExitCode> {
  const to = pondPath(command.destination);
  if (command.sources.includes("-")) requireName(command.sources, to);
  const { signal } = context;
  if (command.dryRun) return await tryPut(command, context, to);
  return await changePond(
    context,
    command,
    (fs) =>
      putAll(fs, command, context, to, async (target, content) => {
        await fs.writeFile(target, await content(), { signal });
      }),
  );
}

/** Content that is opened when it is needed. */
type Content = () => Promise<AsyncIterable<Uint8Array>>;

/** Shows what a put would do; the content of large files is stored at once. */
async function tryPut(
  command: PutCommand,
  context: Context,
  to: string,
): Promise<ExitCode> {
  const sizes = new Map<string, number>();
  const options = { staged: command.noSync, commitThresholdBytes: Infinity };
  return await withPond(context, options, async (fs) => {
    const before = fs.pendingOperations().length;
    const measure = async (target: string, content: Content) => {
      await fs.writeFile(target, "");
      let size = 0;
      for await (const chunk of await content()) size += chunk.length;
      sizes.set(target, size);
    };
    const code = await putAll(fs, command, context, to, measure);
    const made = fs.pendingOperations().slice(before).map((operation) => ({
      ...operation,
      sizeBytes: sizes.get(operation.path) ?? operation.sizeBytes,
    }));
    const { showOperations } = await import("../operations.ts");
    const format = context.globals.json ? "json" : undefined;
    await showOperations(format, context, made);
    return code;
  });
}

async function putAll(
  fs: TinyLogFS,
  { sources }: PutCommand,
  context: Context,
  to: string,
  write: (target: string, content: Content) => Promise<void>,
): Promise<ExitCode> {
  if (sources.includes("-")) {
    await write(to, () => Promise.resolve(standardInput(context)));
    return ExitCode.done;
  }
  const paths = await Promise.all(
    sources.map((path) => hostPath(context, path)),
  );
  let skipped = 0;
  for (const [source, target] of await destinations(fs, paths, to)) {
    refuseOwnPond(fs, source);
    for await (const step of planPut(context.host.files, source, target)) {
      context.signal.throwIfAborted();
      if (!await put(fs, step, context, write)) skipped++;
    }
  }
  return skipped > 0 ? ExitCode.partly : ExitCode.done;
}

/** What comes from standard input has no name of its own. */
function requireName(sources: readonly string[], to: string): void {
  if (sources.length === 1 && baseName(to) !== "" && !to.endsWith("/")) return;
  throw new PondError(
    "INVALID_ARGUMENT",
    "Cannot put standard input without a name, or beside other sources",
    { path: to, hint: "pond put - /NAME" },
  );
}

/** A pond that swallows itself would never be done. */
function refuseOwnPond(fs: TinyLogFS, source: string): void {
  if (!`${fs.path}/`.startsWith(source === "/" ? "/" : `${source}/`)) return;
  throw new PondError(
    "INVALID_ARGUMENT",
    `Cannot put ${source}: the pond itself lies in it`,
    { path: source, hint: "put what lies beside the pond, one by one" },
  );
}

/** Carries out one step; false when it is nothing for a pond. */
async function put(
  fs: TinyLogFS,
  { type, source, target }: Step,
  context: Context,
  write: (target: string, content: Content) => Promise<void>,
): Promise<boolean> {
  const { files } = context.host;
  const { signal } = context;
  switch (type) {
    case "directory":
      await fs.createDirectory(target, { recursive: true });
      return true;
    case "symlink":
      await putLink(fs, target, await files.readLink(source));
      return true;
    case "file":
      await write(target, () => files.stream(source, { signal }));
      return true;
    case "other":
      await warn(
        context,
        `skipped ${printable(source)}: it is no file, directory or symlink`,
      );
      return false;
  }
}

/** Makes a symlink, in the place of one that points elsewhere. */
async function putLink(
  fs: TinyLogFS,
  path: string,
  target: string,
): Promise<void> {
  try {
    if (await fs.readLink(path) === target) return;
    await fs.delete(path);
  } catch (error) {
    if (!hasCode(error, "NOT_FOUND")) throw error;
  }
  await fs.createSymlink(path, target);
}
