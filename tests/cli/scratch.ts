/**
 * A pond and some host files in a directory that lasts as long as a test.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { denoHost } from "../../src/host/deno_host.ts";
import type { Host } from "../../src/host/mod.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { type Ran, run, type RunOptions, words } from "./support.ts";

/** A pond to try commands on. */
export interface Scratch extends AsyncDisposable {
  /** The current directory of the commands, on the host. */
  readonly home: string;
  /** The pond's directory. */
  readonly pond: string;
  /** Runs a command line; a string is split at its spaces. */
  run(argv: string | readonly string[], options?: RunOptions): Promise<Ran>;
  /** Runs a command line that must succeed; resolves to its standard output. */
  ok(argv: string | readonly string[], options?: RunOptions): Promise<string>;
}

/** Makes a directory without a pond. */
export async function scratchDirectory(
  host: Host = denoHost(),
): Promise<Scratch> {
  const temp = await tempDirectory();
  const home = temp.join("home");
  const pond = temp.join("pond");
  await Deno.mkdir(home);
  const runLine: Scratch["run"] = (argv, options = {}) =>
    run(host, typeof argv === "string" ? words(argv) : argv, {
      cwd: home,
      ...options,
      env: { POND: pond, ...options.env },
    });
  return {
    home,
    pond,
    run: runLine,
    ok: async (argv, options) => {
      const ran = await runLine(argv, options);
      assertEquals([ran.code, ran.stderr], [0, ""], String(argv));
      return ran.stdout;
    },
    [Symbol.asyncDispose]: () => temp[Symbol.asyncDispose](),
  };
}

/** Makes a pond whose version 1 is `/sensors/a.csv` and `/sensors/.hidden`. */
export async function scratchPond(
  layout: string = "clustered",
): Promise<Scratch> {
  const scratch = await scratchDirectory();
  await scratch.ok(["init", `--layout=${layout}`]);
  await Deno.mkdir(`${scratch.home}/station/sub`, { recursive: true });
  await Deno.writeTextFile(`${scratch.home}/readings.csv`, "t,v\n1,20\n2,21\n");
  await Deno.writeTextFile(`${scratch.home}/station/sub/b.txt`, "b\n");
  await Deno.symlink("sub/b.txt", `${scratch.home}/station/link`);
  await Deno.mkdir(`${scratch.home}/sensors`);
  await Deno.writeTextFile(`${scratch.home}/sensors/a.csv`, "t,v\n1,10\n");
  await Deno.writeTextFile(`${scratch.home}/sensors/.hidden`, "h\n");
  await scratch.ok("put -m first sensors /sensors");
  await Deno.remove(`${scratch.home}/sensors`, { recursive: true });
  return scratch;
}
