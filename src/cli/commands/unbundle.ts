/**
 * `pond unbundle`
 *
 * @module
 */
import { unbundle } from "../../bundle/mod.ts";
import { hasCode, PondError } from "../../errors.ts";
import { decompressed } from "../../host/packing.ts";
import type { UnbundleCommand } from "../archive_command.ts";
import { type Context, note } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { hostPath } from "../locate.ts";
import { Progress } from "../progress.ts";
import { counted } from "../session.ts";
import { standardInput } from "../stdin.ts";
import { humanSize } from "../units.ts";
import { headerRow } from "./bundle.ts";

/** Makes a pond of an archive. */
export async function runUnbundle(
  command: UnbundleCommand,
  context: Context,
): Promise<ExitCode> {
  const { dryRun, file } = command;
  const { host, signal } = context;
  const directory = await hostPath(context, command.directory);
  const name = file === "-" ? "standard input" : await hostPath(context, file);
  const bytes = decompressed(await bytesOf(file, name, context), name);
  await using progress = Progress.start(context, {
    verb: "unbundle",
    noun: "files",
  });
  const { files, header, sizeBytes } = await unbundle(
    host,
    { name, bytes },
    directory,
    {
      dryRun,
      signal,
      onMember: (sizeBytes) => progress.advance(1, sizeBytes),
    },
  );
  await progress.clear();
  if (context.globals.json) {
    await context.out.line(JSON.stringify({
      path: directory,
      ...headerRow(header),
      files,
      bytes: sizeBytes,
      done: !dryRun,
    }));
  }
  const what = `${counted(files, "file")} · ${humanSize(sizeBytes)}`;
  await note(
    context,
    dryRun ? `sound: ${what}` : `made a pond of ${what} · pond -C ${directory}`,
  );
  return ExitCode.done;
}

async function bytesOf(
  file: string,
  path: string,
  context: Context,
): Promise<AsyncIterable<Uint8Array>> {
  if (file === "-") return standardInput(context);
  const { host, signal } = context;
  try {
    return await host.files.stream(path, { signal });
  } catch (error) {
    if (!hasCode(error, "NOT_FOUND", "IS_A_DIRECTORY")) throw error;
    const why = error.code === "NOT_FOUND"
      ? "there is no such file"
      : "it is a directory";
    throw new PondError("NOT_FOUND", `Cannot unbundle ${path}: ${why}`, {
      path,
      cause: error,
      hint: `make one: pond bundle ${path}`,
    });
  }
}
