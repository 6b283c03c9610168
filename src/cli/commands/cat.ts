/**
 * `pond cat`
 *
 * @module
 */
import type { TinyLogFS } from "../../tinylogfs/mod.ts";
import type { CatCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { Tally } from "../each.ts";
import type { ExitCode } from "../exit_codes.ts";
import { atPath, viewPond } from "../session.ts";

/** Writes the content of files. */
export async function runCat(
  command: CatCommand,
  context: Context,
): Promise<ExitCode> {
  return await viewPond(context, command, async (fs) => {
    const tally = new Tally(context, fs);
    for (const path of command.paths) {
      await tally.attempt(() =>
        atPath(fs, path, (view, path) => writeFile(context, view, path))
      );
    }
    return tally.exitCode;
  });
}

async function writeFile(
  context: Context,
  fs: TinyLogFS,
  path: string,
): Promise<void> {
  const { out, signal } = context;
  const content = await fs.streamFile(path, { signal });
  if (out.isTerminal) {
    const { displayed } = await import("../display.ts");
    for await (const text of displayed(content)) await out.text(text);
    return;
  }
  for await (const chunk of content) await out.bytes(chunk);
}
