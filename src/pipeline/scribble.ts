/**
 * Makes up the tree of a `Scribble` resource, once: the same one for the same
 * seed.
 *
 * A directory is the less likely the deeper it would be, and there is none below
 * the eighth level.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import { SeededRandom } from "../host/seeded_random.ts";
import { ParquetWriteStream } from "../oplog/mod.ts";
import type { ScribbleProbabilities, ScribbleSpec } from "./kinds/made_up.ts";
import { outputPath, type ResourceOf } from "./resource.ts";
import type { RunItem, RunSide } from "./runner.ts";

/** Directories are not nested deeper. */
const MAX_DEPTH = 8;

/** There are no more nodes. */
const MAX_NODES = 100_000;

const REGIONS = ["north", "east", "south", "west"] as const;

const WORDS =
  "tide harbor buoy creek estuary gauge marsh pier reef salmon sensor silt slough surf trout wave weir"
    .split(" ");

/** Makes the tree, unless it is there. */
export async function scribble(
  resource: ResourceOf<"Scribble">,
  side: RunSide,
): Promise<readonly RunItem[]> {
  const top = outputPath(resource);
  if (await side.tx.exists(top)) return [{ path: top, status: "unchanged" }];
  await side.tx.createDirectory(top, { recursive: true });
  const { spec } = resource;
  const tree = new Tree(spec, new SeededRandom(spec.seed ?? 1), side);
  await tree.fill(top, 0);
  return [{ path: top, status: "created", sizeBytes: tree.sizeBytes }];
}

class Tree {
  readonly #spec: ScribbleSpec;
  readonly #random: SeededRandom;
  readonly #side: RunSide;
  #nodes = 0;
  /** Bytes of all files. */
  sizeBytes = 0;

  constructor(spec: ScribbleSpec, random: SeededRandom, side: RunSide) {
    this.#spec = spec;
    this.#random = random;
    this.#side = side;
  }

  async fill(directory: string, depth: number): Promise<void> {
    const { signal, tx } = this.#side;
    const { count_max, count_min, probs } = this.#spec;
    const count = this.#between(count_min, count_max);
    for (let i = 0; i < count; i++) {
      signal?.throwIfAborted();
      const kind = this.#kind(probs, depth);
      if (kind === undefined) return;
      if (++this.#nodes > MAX_NODES) throw tooMany(directory);
      const path = `${directory}/${this.#word()}-${i}`;
      if (kind === "tree") {
        await tx.createDirectory(path);
        await this.fill(path, depth + 1);
      } else {
        const [name, content] = kind === "table"
          ? [`${path}.parquet`, await this.#table()]
          : [`${path}.txt`, this.#text()];
        await tx.createFile(name, content);
        this.sizeBytes += content.length;
      }
    }
  }

  /** By chance, in the proportions of the weights. */
  #kind(
    { data = 0, table = 0, tree = 0 }: ScribbleProbabilities,
    depth: number,
  ): keyof ScribbleProbabilities | undefined {
    const weights = [
      ["tree", depth >= MAX_DEPTH ? 0 : tree / (depth + 1)],
      ["table", table],
      ["data", data],
    ] as const;
    let at = this.#random.fraction() *
      weights.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [kind, weight] of weights) {
      if (at < weight) return kind;
      at -= weight;
    }
    return undefined;
  }

  async #table(): Promise<Uint8Array> {
    const rows = this.#between(1, 100);
    const file = await ParquetWriteStream.open([
      { name: "name", kind: { kind: "text" } },
      { name: "region", kind: { kind: "text" } },
      { name: "quota", kind: { kind: "integer", bits: 32 } },
    ]);
    const column = <T>(value: () => T) => Array.from({ length: rows }, value);
    const chunks = [
      file.append([
        column(() => this.#word()),
        column(() => REGIONS[this.#between(0, REGIONS.length - 1)] ?? null),
        column(() => this.#between(0, 10_000)),
      ]),
      file.finish(),
    ];
    return new Uint8Array(await new Blob(chunks).arrayBuffer());
  }

  #text(): Uint8Array {
    const words = Array.from(
      { length: this.#between(1, 200) },
      () => this.#word(),
    );
    return new TextEncoder().encode(`${words.join(" ")}\n`);
  }

  #word(): string {
    return WORDS[this.#between(0, WORDS.length - 1)] ?? "word";
  }

  /** A whole number, both ends included. */
  #between(min: number, max: number): number {
    return min + Math.floor(this.#random.fraction() * (max - min + 1));
  }
}

function tooMany(path: string): PondError {
  return new PondError(
    "INVALID_ARGUMENT",
    `Cannot make a tree up: it would have more than ${MAX_NODES} nodes`,
    { path, hint: "make directories less likely, or count_max smaller" },
  );
}
