/**
 * `pond get`
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import type { TinyLogFS } from "../../tinylogfs/mod.ts";
import type { GetCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { Tally } from "../each.ts";
import type { ExitCode } from "../exit_codes.ts";
import { hostPath } from "../locate.ts";
import { atPath, baseName, pathOf, viewPond } from "../session.ts";
import {
  followedStat,
  joined,
  planGet,
  type Step,
  writeHostDirectory,
  writeHostFile,
  writeHostLink,
} from "../transfer.ts";

/** Copies from the pond to the host. */
export async function runGet(
  command: GetCommand,
  context: Context,
): Promise<ExitCode> {
  const { sources } = command;
  return await viewPond(context, command, async (fs) => {
    const tally = new Tally(context, fs);
    if (command.destination === "-") {
      for (const source of sources) {
        await tally.attempt(() =>
          atPath(fs, source, (view, path) => writeOut(view, path, context))
        );
      }
      return tally.exitCode;
    }
    for (const [source, target] of await targetsOf(sources, command, context)) {
      try {
        await atPath(
          fs,
          source,
          (view, path) => getTree(view, path, target, command, context, tally),
        );
      } catch (error) {
        await tally.failed(error);
      }
    }
    return tally.exitCode;
  });
}

/** Where each source goes: into the destination, or under its name. */
async function targetsOf(
  sources: readonly string[],
  { destination }: GetCommand,
  context: Context,
): Promise<readonly (readonly [source: string, target: string])[]> {
  const to = await hostPath(context, destination);
  const into =
    (await followedStat(context.host.files, to))?.type === "directory";
  if (!into && (sources.length > 1 || destination.endsWith("/"))) {
    throw new PondError(
      "NOT_FOUND",
      `Cannot write into ${to}: there is no such directory`,
      { path: to, hint: `mkdir ${to}` },
    );
  }
  return await Promise.all(sources.map(async (source) => {
    const { path } = await pathOf(source);
    const name = baseName(path);
    return [source, into && name !== "" ? joined(to, name) : to] as const;
  }));
}

async function getTree(
  fs: TinyLogFS,
  source: string,
  target: string,
  command: GetCommand,
  context: Context,
  tally: Tally,
): Promise<void> {
  let missing: string | undefined;
  try {
    for await (const step of planGet(fs, source, target)) {
      if (missing !== undefined && step.target.startsWith(missing)) continue;
      context.signal.throwIfAborted();
      const done = await tally.attempt(() =>
        get(fs, step, command.force, context)
      );
      // Without its directory, nothing of it can be written.
      if (!done && step.type === "directory") missing = `${step.target}/`;
    }
  } catch (error) {
    await tally.failed(error);
  }
}

async function get(
  fs: TinyLogFS,
  { type, source, target }: Step,
  force: boolean,
  { host, signal }: Context,
): Promise<void> {
  if (type === "directory") {
    await writeHostDirectory(host.files, target);
  } else if (type === "symlink") {
    await writeHostLink(host.files, target, await fs.readLink(source), force);
  } else {
    await writeHostFile(
      host,
      target,
      await fs.streamFile(source, { signal }),
      force,
    );
  }
}

async function writeOut(
  fs: TinyLogFS,
  source: string,
  { out, signal }: Context,
): Promise<void> {
  for await (const chunk of await fs.streamFile(source, { signal })) {
    await out.bytes(chunk);
  }
}
