/**
 * `pond edit`
 *
 * @module
 */
import { type Bytes, equalBytes } from "../../bytes.ts";
import { hasCode, PondError } from "../../errors.ts";
import type { TinyLogFS } from "../../tinylogfs/mod.ts";
import type { EditCommand } from "../command.ts";
import type { Context } from "../context.ts";
import type { ExitCode } from "../exit_codes.ts";
import { printable } from "../output.ts";
import { baseName, changePond, pondPath } from "../session.ts";

/** Changes a file in an editor. */
export async function runEdit(
  command: EditCommand,
  context: Context,
): Promise<ExitCode> {
  const path = pondPath(command.path);
  const { files } = context.host;
  let copy: string | undefined;
  let isWritten = false;
  try {
    return await changePond(context, command, async (fs) => {
      const before = await contentOf(fs, path);
      copy = await makeCopy(fs, path, context, before);
      await openEditor(copy, context);
      const after = await files.read(copy);
      if (equalBytes(before ?? new Uint8Array(), after)) return;
      isWritten = true;
      await fs.writeFile(path, after);
    });
  } catch (error) {
    if (copy === undefined || !isWritten) throw error;
    const kept = copy;
    copy = undefined;
    throw withKept(error, kept);
  } finally {
    if (copy !== undefined) await files.remove(copy);
  }
}

/** The content of a file; `undefined` when there is none yet. */
async function contentOf(
  fs: TinyLogFS,
  path: string,
): Promise<Bytes | undefined> {
  try {
    return await fs.readFile(path);
  } catch (error) {
    if (hasCode(error, "NOT_FOUND")) return undefined;
    throw error;
  }
}

/** Beside the pond's own files, so that whoever may read those may read it. */
async function makeCopy(
  fs: TinyLogFS,
  path: string,
  { host }: Context,
  content: Bytes = new Uint8Array(),
): Promise<string> {
  const directory = await fs.cacheDirectory();
  // Editors tell by the end of the name what a file holds.
  const [extension = ""] = /\.\w{1,20}$/.exec(baseName(path)) ?? [];
  const copy = `${directory}/edit-${host.random.uuidHex()}${extension}`;
  await using file = await host.files.create(copy);
  await file.write(content);
  return copy;
}

async function openEditor(copy: string, context: Context): Promise<void> {
  const { host: { terminal }, settings } = context;
  const editor = settings.get("editor") || terminal.env("VISUAL") ||
    terminal.env("EDITOR") || "vi";
  // The variables may hold arguments, too, as other programs take them.
  const code = await terminal.run(["sh", "-c", `${editor} "$1"`, "pond", copy]);
  context.signal.throwIfAborted();
  if (code === 0) return;
  throw new PondError(
    "IO",
    `The editor ${printable(editor)} ended with ${code}: nothing was changed`,
    { hint: "choose another one: VISUAL=nano pond edit PATH" },
  );
}

function withKept(error: unknown, kept: string): unknown {
  if (!(error instanceof PondError)) return error;
  const { cause, code, message, path } = error;
  return new PondError(code, message, {
    cause,
    ...(path === undefined ? {} : { path }),
    hint: `what you wrote is kept in ${kept}`,
  });
}
