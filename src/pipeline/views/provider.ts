/**
 * What shows the views of a pond: from the resource to its files.
 *
 * @module
 */
import { decodeUtf8 } from "../../bytes.ts";
import { hasCode, PondError } from "../../errors.ts";
import type { Host } from "../../host/mod.ts";
import { TableWriter } from "../../query/table_writer.ts";
import { splitRevision } from "../../tinylogfs/revision.ts";
import type {
  ViewInput,
  ViewProvider,
  ViewRequest,
} from "../../tinylogfs/mod.ts";
import { labelOf, readResources } from "../resource.ts";
import { ViewCache } from "./cache.ts";
import { CachedFile, type ViewDefinition } from "./computed.ts";
import { filesOf } from "./kinds.ts";

/** Makes what shows views. */
export function createViewProvider(host: Host): ViewProvider {
  const cache = new ViewCache(host);
  const tables = new TableWriter(host);
  return async (request) => {
    const { path, source } = request;
    const definition = await definitionOf(request);
    const files = await filesOf(definition.resource, {
      glob: (pattern) => inputsOf(request, pattern),
      pathsIn: async (sql) => await tables.paths(source, sql),
    });
    if (files === undefined) throw noView(path, definition);
    const side = { source, tables, cache, files: host.files };
    return files.map((file) => new CachedFile(side, definition, file));
  };
}

/** Reads the resource that defines a view. */
async function definitionOf(
  { inquiry, mark, path, source }: ViewRequest,
): Promise<ViewDefinition> {
  const file = mark.resource;
  if (!await source.exists(file)) {
    throw new PondError(
      "NOT_FOUND",
      `Cannot look into ${path}: ${file}, which defines it, is not there`,
      { path, hint: `apply the resource again, or: pond rm -r ${path}` },
    );
  }
  const text = decodeUtf8(await source.readFile(file));
  const [resource] = readResources([{ file, text }]);
  const [input] = await Array.fromAsync(source.viewInputs(file, inquiry));
  if (resource !== undefined && input !== undefined) {
    return { resource, file: input };
  }
  throw new PondError(
    "INVALID_ARGUMENT",
    `Cannot look into ${path}: there is no resource in ${file}`,
    { path, hint: `see when it was changed: pond log ${file}` },
  );
}

/** Files that match a pattern; a path at which nothing is means none. */
async function inputsOf(
  { inquiry, source }: ViewRequest,
  pattern: string,
): Promise<readonly ViewInput[]> {
  const { path, revision } = splitRevision(pattern);
  if (revision !== undefined) throw noRevision(pattern);
  const absolute = path.startsWith("/") ? path : `/${path}`;
  try {
    return await Array.fromAsync(source.viewInputs(absolute, inquiry));
  } catch (error) {
    if (hasCode(error, "NOT_FOUND", "NOT_A_DIRECTORY")) return [];
    throw error;
  }
}

function noRevision(pattern: string): PondError {
  return new PondError(
    "UNSUPPORTED",
    `Cannot make a view from ${pattern}: it is made from the state that it is in`,
    { path: pattern, hint: "name the path without @" },
  );
}

function noView(path: string, { resource }: ViewDefinition): PondError {
  return new PondError(
    "UNSUPPORTED",
    `Cannot look into ${path}: ${labelOf(resource)} computes no files`,
    { path },
  );
}
