/**
 * Puts the layers together: a pond with SQL, on a given platform.
 *
 * Every command starts here, and each module costs it a fifth of a millisecond:
 * so on the way from here to a directory's entries, modules are imported by
 * their own names, and what only some calls need when it is needed.
 *
 * @module
 */
import { denoHost } from "./host/deno_host.ts";
import type { Host } from "./host/host.ts";
import { lazyQueryRunner } from "./query/lazy_runner.ts";
import type { CheckOptions, CheckReport } from "./tinylogfs/check_types.ts";
import { TinyLogFS } from "./tinylogfs/tinylogfs.ts";
import type { OpenOptions } from "./tinylogfs/open_options.ts";
import type { InitOptions } from "./tinylogfs/types.ts";
import type { ViewProvider } from "./tinylogfs/view.ts";

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

/**
 * Finds out whether a pond can be made; nothing is changed.
 *
 * @param host The platform.
 * @param path The pond's directory, absolute.
 * @throws {PondError} `ALREADY_EXISTS`, `NOT_FOUND`.
 */
export async function tryInitPond(host: Host, path: string): Promise<void> {
  const { requireRoom } = await import("./tinylogfs/init.ts");
  await requireRoom(host.files, path);
}

/** What the layers above give to the filesystem, loaded when it is needed. */
function withSql<O extends OpenOptions>(host: Host, options: O): O {
  let views: Promise<ViewProvider> | undefined;
  const viewProvider: ViewProvider = async (request) => {
    views ??= import("./pipeline/views/provider.ts")
      .then(({ createViewProvider }) => createViewProvider(host));
    return await (await views)(request);
  };
  return { queryRunner: lazyQueryRunner(host), viewProvider, ...options };
}

/** A pond, opened on this machine. */
export type Pond = TinyLogFS;

/** Opens, makes and checks ponds on this machine. */
export const Pond: PondOpener = {
  open: async (path, options) =>
    await openPond(denoHost(), await absolute(path), options),
  init: async (path, options) =>
    await initPond(denoHost(), await absolute(path), options),
  check: async (path, options) =>
    await TinyLogFS.check(denoHost(), await absolute(path), options),
};

/** What {@linkcode Pond} can do. */
export interface PondOpener {
  /**
   * Opens a pond at its newest version.
   *
   * @param path The pond's directory: a path, which may be relative to the
   *   current directory, or a `file:` URL.
   * @throws {PondError} `NO_POND`, `FORMAT_TOO_NEW`, `INTEGRITY`.
   * @throws {TypeError} For an empty path, or another kind of URL.
   */
  open(path: string | URL, options?: OpenOptions): Promise<Pond>;
  /**
   * Makes a pond with an empty root directory.
   *
   * @param path The pond's directory, as for {@linkcode PondOpener.open}; made
   *   when missing, but not its parent.
   * @throws {PondError} `ALREADY_EXISTS` when anything is there.
   * @throws {TypeError} For an empty path, or another kind of URL.
   */
  init(
    path: string | URL,
    options?: InitOptions & OpenOptions,
  ): Promise<Pond>;
  /**
   * Checks a pond, one that can't be opened as well, and repairs it if asked.
   *
   * @param path The pond's directory, as for {@linkcode PondOpener.open}.
   * @throws {PondError} `NO_POND`, `FORMAT_TOO_NEW`; damage is in the report.
   */
  check(path: string | URL, options?: CheckOptions): Promise<CheckReport>;
}

async function absolute(path: string | URL): Promise<string> {
  const { localPath } = await import("./host/local_path.ts");
  return localPath(path);
}
