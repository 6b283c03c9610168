/**
 * Output that is taller than the screen goes to a pager, all of it; what isn't
 * is written as if there were none.
 *
 * @module
 */
import { concatBytes } from "../bytes.ts";
import { hasCode } from "../errors.ts";
import type { PipedProgram, Terminal, TerminalOutput } from "../host/mod.ts";
import type { Settings } from "./context.ts";

/** Shows colours, leaves the text on the screen, and ends after a short one. */
const DEFAULT_PAGER = "less -FRX";

/** What pagers are told that are called without options, as git does it. */
const DEFAULTS = { LESS: "FRX", LV: "-c" } as const;

/** How a pager fails that isn't there. */
const NO_PAGER = ["NOT_FOUND", "PERMISSION_DENIED", "UNSUPPORTED"] as const;

/** What a shell has to look at. */
const FOR_SHELL = /[|&;<>()$`\\"'*?[\]#~=%{}\n]/;

/** The pager; `undefined` when none is wanted. */
export function pagerOf(
  { env }: Pick<Terminal, "env">,
  settings: Settings,
): string | undefined {
  // An empty variable is one that isn't set.
  const pager = settings.get("pager") || env("PAGER") || DEFAULT_PAGER;
  return pager === "never" || pager === "cat" ? undefined : pager;
}

/** A terminal's output, in front of which a pager may come. */
export class PagedOutput implements TerminalOutput {
  readonly isTerminal = true;
  readonly #terminal: Pick<Terminal, "env" | "pipe" | "stdout">;
  readonly #pager: string;
  /** What was written and is on no screen yet. */
  #held: Uint8Array[] = [];
  #rows = 0;
  /** What all goes to, once that is known. */
  #target: Pick<TerminalOutput, "write"> | PipedProgram | undefined;

  /**
   * @param terminal The terminal.
   * @param pager The command line of the pager.
   */
  constructor(
    terminal: Pick<Terminal, "env" | "pipe" | "stdout">,
    pager: string,
  ) {
    this.#terminal = terminal;
    this.#pager = pager;
  }

  get columns(): number {
    return this.#terminal.stdout.columns;
  }

  get rows(): number {
    return this.#terminal.stdout.rows;
  }

  async write(bytes: Uint8Array): Promise<boolean> {
    if (this.#target !== undefined) return await this.#target.write(bytes);
    this.#held.push(bytes.slice());
    this.#rows += rowsOf(bytes, this.columns);
    // The prompt needs a line as well.
    if (this.#rows < this.rows) return true;
    this.#target = await this.#open();
    return await this.#release(this.#target);
  }

  /** Writes what is held, or waits until the person has read it. */
  async end(): Promise<void> {
    const target = this.#target;
    if (target === undefined) await this.#release(this.#terminal.stdout);
    else if ("end" in target) await target.end();
  }

  async #release(target: Pick<TerminalOutput, "write">): Promise<boolean> {
    const bytes = concatBytes(this.#held);
    this.#held = [];
    return bytes.length === 0 || await target.write(bytes);
  }

  /** Without the pager, the terminal does. */
  async #open(): Promise<Pick<TerminalOutput, "write"> | PipedProgram> {
    const command = FOR_SHELL.test(this.#pager)
      ? ["sh", "-c", this.#pager]
      : this.#pager.trim().split(/\s+/);
    const defaults = Object.entries(DEFAULTS).filter(([name]) =>
      this.#terminal.env(name) === undefined
    );
    try {
      return await this.#terminal.pipe(command, Object.fromEntries(defaults));
    } catch (error) {
      if (!hasCode(error, ...NO_PAGER)) throw error;
      return this.#terminal.stdout;
    }
  }
}

// What moves no cursor: colours.
// deno-lint-ignore no-control-regex
const ESCAPES = /\x1b\[[0-9;]*m/g;

/** About how many lines of a screen a piece of text takes. */
function rowsOf(bytes: Uint8Array, columns: number): number {
  const lines = new TextDecoder().decode(bytes).replace(ESCAPES, "").split(
    "\n",
  );
  return lines.reduce(
    (rows, { length }) => rows + Math.floor(Math.max(0, length - 1) / columns),
    lines.length - 1,
  );
}
