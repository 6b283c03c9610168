/**
 * Where the secrets of an encrypted backup come from: files and the environment,
 * never the command line, which everybody on the machine can read.
 *
 * @module
 */
import type { BackupSecrets } from "../backup/mod.ts";
import { decodeUtf8 } from "../bytes.ts";
import { hasCode, PondError } from "../errors.ts";
import type { SecretOptions } from "./backup_command.ts";
import type { Context } from "./context.ts";
import { hostPath } from "./locate.ts";

/** What opens an encrypted backup; nothing is read before it is asked for. */
export function secretsOf(
  { identity, passwordFile }: SecretOptions,
  context: Context,
): BackupSecrets {
  const { terminal } = context.host;
  const named = (option: string | undefined, variable: string) =>
    option ?? (terminal.env(variable) || undefined);
  return {
    passphrase: async () => {
      const own = passwordFile === undefined &&
        terminal.env("POND_BACKUP_PASSWORD");
      if (own) return own;
      const path = named(passwordFile, "POND_BACKUP_PASSWORD_FILE");
      if (path === undefined) return undefined;
      const [line = ""] = (await textOf(context, path)).split(/\r?\n/);
      return line;
    },
    identities: async () => {
      const path = named(identity, "POND_BACKUP_IDENTITY");
      if (path === undefined) return [];
      return (await textOf(context, path)).split(/\r?\n/)
        .map((line) => line.trim())
        .filter((line) => line !== "" && !line.startsWith("#"));
    },
  };
}

async function textOf(context: Context, file: string): Promise<string> {
  const path = await hostPath(context, file);
  try {
    return decodeUtf8(await context.host.files.read(path));
  } catch (cause) {
    if (!hasCode(cause, "NOT_FOUND")) throw cause;
    throw new PondError("NOT_FOUND", `Cannot read the secret in ${path}`, {
      path,
      cause,
      hint: "does the file exist?",
    });
  }
}
