/**
 * Secrets: a resource only says where one is, `${env:NAME}` or `file:PATH`.
 *
 * The value is looked up when it is used, and given to nothing but the request
 * that needs it: it has no text, no JSON and no form for a debugger.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { Host } from "../host/host.ts";
import type { JsonSchema } from "./json_schema.ts";

/** The schema of a field that holds a secret. */
export const SECRET: JsonSchema = {
  type: "string",
  // An absolute path: nobody knows from which directory a scheduler starts.
  pattern: "^(\\$\\{env:[A-Za-z_][A-Za-z0-9_]*\\}|file:/.+)$",
  patternErrorMessage:
    "must say where the secret is, ${env:NAME} or file:/PATH, and not the secret itself",
  writeOnly: true,
  examples: ["${env:HYDRO_KEY_ID}", "file:/etc/pond/key"],
};

/** Longest content of a file with a secret. */
const MAX_BYTES = 64 * 1024;

const SHOWN = "[secret]";

/** A secret that was looked up. */
export class Secret {
  readonly #value: string;

  /** @param value The secret itself. */
  constructor(value: string) {
    this.#value = value;
  }

  /** The secret itself, for the request that needs it. */
  reveal(): string {
    return this.#value;
  }

  /** Never the secret. */
  toString(): string {
    return SHOWN;
  }

  /** Never the secret. */
  toJSON(): string {
    return SHOWN;
  }

  /** Never the secret. */
  [Symbol.for("Deno.customInspect")](): string {
    return SHOWN;
  }

  /** Never the secret. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return SHOWN;
  }
}

/**
 * Looks up a secret.
 *
 * @param reference Where it is, as {@linkcode SECRET} has it.
 * @param usedBy What needs it, for the errors.
 * @throws {PondError} `NOT_FOUND` when it isn't there, `INVALID_ARGUMENT` when it
 *   is empty. No error has anything of its value.
 */
export async function resolveSecret(
  { files, terminal }: Pick<Host, "files" | "terminal">,
  reference: string,
  usedBy: string,
): Promise<Secret> {
  const [, variable] = /^\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}$/.exec(reference) ??
    [];
  if (variable !== undefined) {
    const value = terminal.env(variable);
    if (value) return new Secret(value);
    throw new PondError(
      "NOT_FOUND",
      `Cannot use ${usedBy}: the environment variable ${variable} isn't set`,
      { hint: `set it where pond runs: export ${variable}=…` },
    );
  }
  if (!reference.startsWith("file:/")) {
    // It may be the secret: it is not shown.
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot use ${usedBy}: it doesn't say where the secret is`,
      { hint: "write ${env:NAME} or file:/PATH, and apply it again" },
    );
  }
  return await secretOfFile(files, reference.slice("file:".length), usedBy);
}

async function secretOfFile(
  files: Host["files"],
  path: string,
  usedBy: string,
): Promise<Secret> {
  const stat = await files.stat(path);
  if (stat === undefined) {
    throw new PondError(
      "NOT_FOUND",
      `Cannot use ${usedBy}: there is no file ${path}`,
      { path },
    );
  }
  const bytes = await files.read(path, { length: MAX_BYTES });
  const value = new TextDecoder().decode(bytes).replace(/\r?\n$/, "");
  if (value !== "") return new Secret(value);
  throw new PondError(
    "INVALID_ARGUMENT",
    `Cannot use ${usedBy}: the file ${path} is empty`,
    { path, hint: "put the secret into it, and nothing else" },
  );
}
