/**
 * A file of a view: what it is made from says what it is, and the cache has it or
 * it is computed.
 *
 * @module
 */
import { encodeUtf8, sha256Hex } from "../../bytes.ts";
import type { FileStore } from "../../host/mod.ts";
import type { TableWriter } from "../../query/table_writer.ts";
import type {
  ComputedContent,
  ComputedFile,
  ComputedStatus,
  InputFacts,
  ViewInput,
  ViewSource,
} from "../../tinylogfs/mod.ts";
import type { Resource } from "../resource.ts";
import type { CachedContent, ViewCache } from "./cache.ts";
import type { ViewFile } from "./view_kind.ts";

/** Goes up when what is kept is something else than before. */
const KEY_VERSION = 1;

/** What files of views are computed with. */
export interface ComputeSide {
  readonly source: ViewSource;
  readonly tables: TableWriter;
  readonly cache: ViewCache;
  readonly files: FileStore;
}

/** A view, as it is defined. */
export interface ViewDefinition {
  readonly resource: Resource;
  /** The file that defines it. */
  readonly file: ViewInput;
}

/** An input, with what is known of it. */
export interface KnownInput {
  readonly input: ViewInput;
  readonly facts: InputFacts;
}

/** A file of a view. */
export class CachedFile implements ComputedFile {
  /** What it is. */
  readonly view: ViewFile;
  /** What defines it. */
  readonly definition: ViewDefinition;
  readonly #side: ComputeSide;
  #inputs: Promise<readonly KnownInput[]> | undefined;

  constructor(side: ComputeSide, definition: ViewDefinition, view: ViewFile) {
    this.#side = side;
    this.definition = definition;
    this.view = view;
  }

  get path(): string {
    return this.view.path;
  }

  get format(): ComputedFile["format"] {
    return this.view.format;
  }

  /** What it is made from. */
  async inputs(): Promise<readonly KnownInput[]> {
    return await (this.#inputs ??= Promise.all(
      this.view.inputs.map(async (input) => ({
        input,
        facts: await input.facts(),
      })),
    ));
  }

  async status(): Promise<ComputedStatus> {
    const identity = await this.#identity();
    const { modifiedUs } = await this.definition.file.facts();
    const times = (await this.inputs()).map(({ facts }) => facts.modifiedUs);
    const kept = await this.cached();
    return {
      identity,
      modifiedUs: times.reduce((a, b) => Math.max(a, b), modifiedUs),
      ...(kept && { sizeBytes: kept.sizeBytes, sha256: kept.sha256 }),
    };
  }

  /** What the cache has of it; its bytes aren't looked at. */
  async cached(): Promise<CachedContent | undefined> {
    const { cache, source } = this.#side;
    const directory = await source.cacheDirectory();
    return await cache.find(directory, await this.#identity());
  }

  async content(
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<ComputedContent> {
    const { cache, files, source, tables } = this.#side;
    const directory = await source.cacheDirectory();
    const key = await this.#identity();
    return await cache.get(
      directory,
      key,
      (hostPath) =>
        this.view.write({ hostPath, source, tables, files, signal }),
    );
  }

  async #identity(): Promise<string> {
    const { format, recipe } = this.view;
    const inputs = (await this.inputs()).map(({ facts, input }) => [
      input.path,
      input.captures,
      facts.identity,
    ]);
    const { kind } = this.definition.resource;
    return await sha256Hex(encodeUtf8(
      JSON.stringify([KEY_VERSION, kind, format, recipe, inputs]),
    ));
  }
}
