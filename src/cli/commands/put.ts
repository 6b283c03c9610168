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
import { baseName, changePond, destinations, pondPath } from "../session.ts";
import { standardInput } from "../stdin.ts";
import { planPut, type Step } from "../transfer.ts";

/** Copies from the host into the pond. */
export async function runPut(
  command: PutCommand,
  context: Context,
): Promise<ExitCode> {
  const to = pondPath(command.destination);
  const { sources } = command;
  if (sources.includes("-")) requireName(sources, to);
  return await changePond(context, command, async (fs) => {
    if (sources.includes("-")) {
      await putStandardInput(fs, to, context);
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
        if (!await put(fs, step, context)) skipped++;
      }
    }
    return skipped > 0 ? ExitCode.partly : ExitCode.done;
  });
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

async function putStandardInput(
  fs: TinyLogFS,
  to: string,
  context: Context,
): Promise<void> {
  const { signal } = context;
  await fs.writeFile(to, standardInput(context), { signal });
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
      await fs.writeFile(target, await files.stream(source, { signal }), {
        signal,
      });
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
