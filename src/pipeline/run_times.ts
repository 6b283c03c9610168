/**
 * When resources were last run.
 *
 * ```text
 * cache/runs.json   {"main HydroVu/noyo": {"atUs": …, "outcome": "done"}}
 * ```
 *
 * A hint that may be lost: a run which finds nothing new is no commit, and leaves no
 * other trace. Whoever finds none takes a resource for one that was never run, so
 * it is run once more.
 *
 * @module
 */
import { decodeUtf8, encodeUtf8 } from "../bytes.ts";
import { hasCode } from "../errors.ts";
import type { FileStore } from "../host/host.ts";
import type { TinyLogFS } from "../tinylogfs/mod.ts";
import { isObject } from "./json_schema.ts";
import { labelOf, type Resource } from "./resource.ts";

/** The last run of a resource. */
export interface LastRun {
  /** When it began, microseconds since the epoch, UTC. */
  readonly atUs: number;
  /** How it ended: `failed` where anything of it has. */
  readonly outcome: "done" | "failed";
}

/** The last runs of a pond's resources. */
export class RunTimes {
  readonly #files: FileStore;
  readonly #fs: TinyLogFS;

  /** @param files The host's. */
  constructor(fs: TinyLogFS, files: FileStore) {
    this.#fs = fs;
    this.#files = files;
  }

  /** Reads them, by the labels of the resources. */
  async read(): Promise<ReadonlyMap<string, LastRun>> {
    const prefix = `${this.#fs.branch} `;
    const runs = Object.entries(await this.#all());
    return new Map(
      runs.flatMap(([key, run]) =>
        key.startsWith(prefix) && isLastRun(run)
          ? [[key.slice(prefix.length), run]]
          : []
      ),
    );
  }

  /** Notes a run. */
  async note(resource: Resource, run: LastRun): Promise<void> {
    const key = `${this.#fs.branch} ${labelOf(resource)}`;
    const text = JSON.stringify({ ...await this.#all(), [key]: run });
    await this.#fs.cacheDirectory();
    await this.#files.replace(this.#path, encodeUtf8(text));
  }

  get #path(): string {
    return `${this.#fs.path}/cache/runs.json`;
  }

  /** All branches'; nothing where there is no such file, or a damaged one. */
  async #all(): Promise<Readonly<Record<string, unknown>>> {
    try {
      const value: unknown = JSON.parse(
        decodeUtf8(await this.#files.read(this.#path)),
      );
      return isObject(value) ? value : {};
    } catch (error) {
      const isLost = hasCode(error, "NOT_FOUND") ||
        error instanceof SyntaxError || error instanceof TypeError;
      if (isLost) return {};
      throw error;
    }
  }
}

function isLastRun(value: unknown): value is LastRun {
  return isObject(value) && typeof value.atUs === "number" &&
    (value.outcome === "done" || value.outcome === "failed");
}
