/**
 * `bundle.json`: what a bundle is of.
 *
 * ```text
 * {"bundle":1,"pond_id":"<32 hex>","made_by":"<version of pond>","branch":"<name>",
 *  "branches":[{"name":"main","version":<n>,"content_root":"<64 hex>",
 *               "history_root":"<64 hex>"}, …]}
 * ```
 *
 * @module
 */
import { tryDecodeUtf8 } from "../bytes.ts";
import { PondError } from "../errors.ts";
import { BUNDLE_FORMAT } from "./names.ts";
import type { BundledBranch, BundleHeader } from "./types.ts";

/** Writes it. */
export function formatHeader(
  { branch, branches, madeBy, pondId }: BundleHeader,
): string {
  const value = {
    bundle: BUNDLE_FORMAT,
    pond_id: pondId,
    made_by: madeBy,
    branch,
    branches: branches.map((it) => ({
      name: it.name,
      version: it.version,
      content_root: it.contentRoot,
      history_root: it.historyRoot,
    })),
  };
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/**
 * Reads it.
 *
 * @param source What the bundle is called in errors.
 * @throws {PondError} `FORMAT_TOO_NEW`; `INTEGRITY` for anything else.
 */
export function parseHeader(bytes: Uint8Array, source: string): BundleHeader {
  const value = objectOf(bytes);
  const { bundle, branch, branches, made_by: madeBy, pond_id: pondId } = value;
  if (typeof bundle === "number" && bundle > BUNDLE_FORMAT) {
    throw new PondError(
      "FORMAT_TOO_NEW",
      `Cannot unbundle ${source}: its format is ${bundle}, and this pond reads up to ${BUNDLE_FORMAT}`,
      { path: source, hint: "install a newer version of pond" },
    );
  }
  const read = Array.isArray(branches) ? branches.map(branchOf) : [];
  if (
    bundle !== BUNDLE_FORMAT || typeof branch !== "string" ||
    typeof madeBy !== "string" || typeof pondId !== "string" ||
    read[0]?.name !== "main"
  ) throw damaged(source);
  return {
    branch,
    madeBy,
    pondId,
    branches: read.map((it) => {
      if (it === undefined) throw damaged(source);
      return it;
    }),
  };
}

function objectOf(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  const text = tryDecodeUtf8(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text ?? "");
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value))
    : {};
}

function branchOf(value: unknown): BundledBranch | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const {
    content_root: contentRoot,
    history_root: historyRoot,
    name,
    version,
  }: Readonly<Record<string, unknown>> = Object.fromEntries(
    Object.entries(value),
  );
  return typeof name === "string" && typeof version === "number" &&
      typeof contentRoot === "string" && typeof historyRoot === "string"
    ? { name, version, contentRoot, historyRoot }
    : undefined;
}

function damaged(source: string): PondError {
  return new PondError(
    "INTEGRITY",
    `Cannot unbundle ${source}: its bundle.json is no description of a pond`,
    { path: source, hint: "copy it again, or bundle the pond again" },
  );
}
