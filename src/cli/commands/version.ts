/**
 * `pond version`
 *
 * @module
 */
import type { VersionCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { VERSION } from "../../version.ts";

/** Shows the version. */
export async function runVersion(
  _command: VersionCommand,
  context: Context,
): Promise<ExitCode> {
  const { globals, host, out } = context;
  if (!globals.json) {
    await out.line(`pond ${VERSION}`);
    return ExitCode.done;
  }
  const { POND_FORMAT } = await import("../../tinylogfs/mod.ts");
  const versions = {
    version: VERSION,
    format: POND_FORMAT,
    delta_reader_version: 1,
    delta_writer_version: 2,
    ...host.terminal.platform().runtime,
    duckdb: await duckdbVersion(),
    os: host.terminal.platform().os,
    arch: host.terminal.platform().arch,
  };
  await out.line(JSON.stringify(versions));
  return ExitCode.done;
}

/** Null where the engine can't be loaded: `pond doctor` says why. */
async function duckdbVersion(): Promise<string | null> {
  try {
    const { engineVersion } = await import("../../query/mod.ts");
    return await engineVersion();
  } catch {
    return null;
  }
}
