/**
 * What every {@linkcode FileStore} promises, as tests.
 *
 * @module
 */
import type { FileStore } from "../../src/host/host.ts";
import {
  createContract,
  inPlaceContract,
  readContract,
  statContract,
  streamContract,
} from "./file_store_content.ts";
import {
  directoryContract,
  linkContract,
  lockContract,
  removeContract,
  renameContract,
  symlinkContract,
} from "./file_store_names.ts";
import type { Register } from "./file_store_support.ts";

/** A store with an empty directory, for one test. */
export interface FileStoreScratch extends AsyncDisposable {
  /** The store. */
  readonly files: FileStore;
  /** The directory's absolute path. */
  readonly directory: string;
}

/**
 * Registers the tests for one store.
 *
 * @param name What the store is called in the names of the tests.
 * @param open Makes a store for each test.
 */
export function fileStoreContract(
  name: string,
  open: () => Promise<FileStoreScratch>,
): void {
  const test: Register = (title, run) =>
    Deno.test(`${name}: ${title}`, async () => {
      await using scratch = await open();
      await run(scratch.files, (name) => `${scratch.directory}/${name}`);
    });
  readContract(test);
  streamContract(test);
  statContract(test);
  createContract(test);
  inPlaceContract(test);
  linkContract(test);
  renameContract(test);
  removeContract(test);
  directoryContract(test);
  symlinkContract(test);
  lockContract(test);
}
