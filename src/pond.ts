/**
 * Puts the layers together: a pond with SQL, on a given platform.
 *
 * @module
 */
import { denoHost, type Host } from "./host/mod.ts";
import { lazyQueryRunner } from "./query/mod.ts";
import {
  type InitOptions,
  type OpenOptions,
  TinyLogFS,
} from "./tinylogfs/mod.ts";

/**
 * Opens a pond at its newest version.
 *
 * @param host The platform.
 * @param path The pond's directory, absolute.
 * @throws {PondError} `NO_POND`, `FORMAT_TOO_NEW`, `INTEGRITY`.
 */
export async function openPond(
  host: Host,
  path: string,
  options: OpenOptions = {},
): Promise<TinyLogFS> {
  return await TinyLogFS.open(host, path, withSql(host, options));
}

/**
 * Makes a pond.
 *
 * @param host The platform.
 * @param path The pond's directory, absolute; made when missing.
 * @throws {PondError} `ALREADY_EXISTS`.
 */
export async function initPond(
  host: Host,
  path: string,
  options: InitOptions & OpenOptions = {},
): Promise<TinyLogFS> {
  return await TinyLogFS.initEmpty(host, path, withSql(host, options));
}

function withSql<O extends OpenOptions>(host: Host, options: O): O {
  return { queryRunner: lazyQueryRunner(host), ...options };
}

/** A pond, opened on this machine. */
export type Pond = TinyLogFS;

/** Opens and makes ponds on this machine. */
export const Pond: PondOpener = {
  open: async (path, options) =>
    await openPond(denoHost(), absolute(path), options),
  init: async (path, options) =>
    await initPond(denoHost(), absolute(path), options),
};

/** What {@linkcode Pond} can do. */
export interface PondOpener {
  /**
   * Opens a pond at its newest version.
   *
   * @param path The pond's directory.
   * @throws {PondError} `NO_POND`, `FORMAT_TOO_NEW`, `INTEGRITY`.
   */
  open(path: string, options?: OpenOptions): Promise<Pond>;
  /**
   * Makes a pond with an empty root directory.
   *
   * @param path The pond's directory; made when missing, but not its parent.
   * @throws {PondError} `ALREADY_EXISTS` when anything is there.
   */
  init(path: string, options?: InitOptions & OpenOptions): Promise<Pond>;
}

function absolute(path: string): string {
  if (path.startsWith("/")) return path;
  return `${denoHost().terminal.cwd()}/${path}`;
}
