/**
 * A tree of files as people have them, the same each time: small tables and
 * texts, larger ones, and binary files, some of which compress.
 *
 * ```text
 * 200 directories, in 10 others; in each 50 files:
 *   28  1 to 8 KiB      CSV and text
 *   14  12 to 36 KiB    CSV; every third one binary
 *    8  64 to 88 KiB    every second one binary; one of them 200 KiB
 * ```
 *
 * @module
 */

const DIRECTORIES = 200;
const FILES_EACH = 50;
const KIB = 1024;

/** What a tree holds. */
export interface TreeSize {
  readonly files: number;
  readonly directories: number;
  readonly bytes: number;
}

/** Makes the tree, and says what it holds. */
export async function makeTree(path: string): Promise<TreeSize> {
  const random = new Xorshift(20_260_101);
  let bytes = 0;
  for (let d = 0; d < DIRECTORIES; d++) {
    const directory = `${path}/site-${d % 10}/day-${d}`;
    await Deno.mkdir(directory, { recursive: true });
    for (let f = 0; f < FILES_EACH; f++) {
      const { name, content } = fileOf(f, random);
      await Deno.writeFile(`${directory}/${name}`, content);
      bytes += content.length;
    }
  }
  return { files: DIRECTORIES * FILES_EACH, directories: DIRECTORIES, bytes };
}

function fileOf(
  f: number,
  random: Xorshift,
): { name: string; content: Uint8Array } {
  if (f < 28) {
    const size = random.between(KIB, 8 * KIB);
    return f % 4 === 3
      ? { name: `note-${f}.txt`, content: textOf(size, random) }
      : { name: `sensor-${f}.csv`, content: tableOf(size, random) };
  }
  if (f < 42) {
    const size = random.between(12 * KIB, 36 * KIB);
    return f % 3 === 0
      ? { name: `raw-${f}.bin`, content: noiseOf(size, random) }
      : { name: `sensor-${f}.csv`, content: tableOf(size, random) };
  }
  const size = f === 49 ? 200 * KIB : random.between(64 * KIB, 88 * KIB);
  return f % 2 === 0
    ? { name: `image-${f}.bin`, content: noiseOf(size, random) }
    : { name: `series-${f}.csv`, content: tableOf(size, random) };
}

function tableOf(size: number, random: Xorshift): Uint8Array {
  let text = "time,depth,temperature\n";
  for (let t = random.between(0, 1e9); text.length < size; t += 60) {
    const depth = (random.between(0, 20_000) / 100).toFixed(2);
    const temperature = (random.between(0, 3000) / 100).toFixed(2);
    text += `${1_700_000_000 + t},${depth},${temperature}\n`;
  }
  return new TextEncoder().encode(text.slice(0, size));
}

const WORDS = "the pump at the north shore was checked and is sound again "
  .split(" ");

function textOf(size: number, random: Xorshift): Uint8Array {
  let text = "";
  while (text.length < size) {
    text += `${WORDS[random.between(0, WORDS.length - 1)]} `;
  }
  return new TextEncoder().encode(text.slice(0, size));
}

function noiseOf(size: number, random: Xorshift): Uint8Array {
  const words = new Uint32Array(Math.ceil(size / 4));
  for (let i = 0; i < words.length; i++) words[i] = random.next();
  return new Uint8Array(words.buffer, 0, size);
}

/** Marsaglia's xorshift32: fast, and the same everywhere. */
class Xorshift {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  next(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return this.#state >>> 0;
  }

  between(least: number, most: number): number {
    return least + this.next() % (most - least + 1);
  }
}
