/**
 * A process that appends numbered files to `/d`, one a commit, and reads what it
 * and others have appended; it is told to stop by the end of its input.
 *
 * ```text
 * deno run -A … tests/support/append_loop.ts POND NAME FROM COUNT
 *
 * /d/NAME-FROM, /d/NAME-FROM+1 …   until COUNT of them are there
 * said i                           number i is committed
 * found i                          it was there: a process before was killed
 *                                  before it could say so
 * ```
 *
 * @module
 */
import { equalBytes } from "../../src/bytes.ts";
import { SeededRandom } from "../../src/host/memory.ts";
import { denoHost } from "../../src/host/deno_host.ts";
import { TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { numberedContent } from "./fleet_content.ts";

const [pond = "", name = "", from = "0", count = "0"] = Deno.args;
const host = denoHost();
const random = new SeededRandom(Number(from) + name.charCodeAt(0));

/** What one view of the pond has shown: it must go on showing it. */
class Witness {
  readonly #seen = new Set<string>();
  #version = -1;

  /** Looks at everything, and reads one of the files. */
  async look(fs: TinyLogFS): Promise<void> {
    const names = new Set<string>();
    for await (const { name } of fs.listDirectory("/d")) names.add(name);
    const lost = [...this.#seen].filter((name) => !names.has(name));
    if (lost.length > 0) {
      throw new Error(`${lost.join(", ")} were there before`);
    }
    if (fs.version < this.#version) {
      throw new Error(`version ${fs.version} after ${this.#version}`);
    }
    this.#version = fs.version;
    for (const name of names) this.#seen.add(name);
    await readOne(fs, [...names]);
  }
}

async function readOne(fs: TinyLogFS, names: string[]): Promise<void> {
  const name = names[Math.floor(random.fraction() * names.length)];
  if (name === undefined) return;
  const bytes = await fs.readFile(`/d/${name}`);
  const isWhole = equalBytes(bytes, numberedContent(name));
  if (!isWhole) throw new Error(`${name} is not what was written`);
}

async function say(line: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
}

let isStopped = false;
const input = Deno.stdin.readable.pipeTo(
  new WritableStream({ close: () => void (isStopped = true) }),
);
const witness = new Witness();
{
  await using fs = await TinyLogFS.open(host, pond);
  for (let i = Number(from); i < Number(count) && !isStopped; i++) {
    const path = `/d/${name}-${i}`;
    if (await fs.exists(path)) {
      await say(`found ${i}`);
      continue;
    }
    await fs.createFile(path, numberedContent(`${name}-${i}`));
    await fs.commit();
    await say(`said ${i}`);
    await witness.look(fs);
    if (i % 4 === 0) {
      await fs.refresh();
      await witness.look(fs);
      // As a process that begins only now sees it.
      await using cold = await TinyLogFS.open(host, pond);
      await witness.look(cold);
    }
  }
}
await say("done");
await input.catch(() => {});
