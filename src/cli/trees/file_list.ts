/**
 * What `--files-from` lists: paths in a source, as `find` and `git ls-files` write
 * them.
 *
 * @module
 */
import { concatBytes, tryDecodeUtf8 } from "../../bytes.ts";
import { PondError } from "../../errors.ts";
import type { Context } from "../context.ts";
import { hostPath } from "../locate.ts";
import { standardInput } from "../stdin.ts";
import type { TreeOptions } from "../tree_command.ts";
import { TreeFilter } from "../../trees/filter.ts";
import type { TreeReport } from "./tree_report.ts";

/**
 * What of a tree the options mean.
 *
 * @param sources What is copied: with a list, one directory.
 * @throws {PondError} `INVALID_ARGUMENT` for a pattern that is none, and for a list
 *   that can't be one.
 */
export async function filterOf(
  options: TreeOptions,
  sources: readonly string[],
  context: Context,
): Promise<TreeFilter> {
  const { filesFrom } = options;
  if (filesFrom === undefined) {
    if (!options.zero) return new TreeFilter(options);
    throw refused("--null belongs to --files-from");
  }
  if (sources.length !== 1 || sources[0] === "-") {
    throw refused("--files-from takes one directory as the source");
  }
  const text = await textOf(filesFrom, context);
  const listed = text.split(options.zero ? "\0" : "\n")
    .filter((line) => line !== "").map(pathOf);
  return new TreeFilter({ ...options, listed });
}

/** Tells of what is listed, and isn't there. */
export async function tellMissing(
  { missing }: TreeFilter,
  report: TreeReport,
): Promise<void> {
  for (const path of missing) {
    await report.failed(
      new PondError("NOT_FOUND", `Cannot find ${path} in the source`, {
        path,
        hint: "paths of --files-from begin in the source",
      }),
    );
  }
}

async function textOf(file: string, context: Context): Promise<string> {
  const { files } = context.host;
  const { signal } = context;
  const bytes = file === "-"
    ? concatBytes(await Array.fromAsync(standardInput(context)))
    : await files.read(await hostPath(context, file), { signal });
  const text = tryDecodeUtf8(bytes);
  if (text !== undefined) return text;
  throw refused(`Cannot read the list ${file}: it is not valid UTF-8`);
}

/** A path from the top: `./a//b/` is `/a/b`. */
function pathOf(line: string): string {
  const names = line.split("/").filter((name) => name !== "" && name !== ".");
  if (names.length === 0 || names.includes("..")) {
    throw refused(`Cannot take ${line}: it is not in the source`);
  }
  return `/${names.join("/")}`;
}

function refused(message: string): PondError {
  return new PondError("INVALID_ARGUMENT", message, {
    hint: "for example: find . -newer LAST | pond put --files-from - . /copy",
  });
}
