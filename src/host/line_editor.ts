/**
 * Lines that a person edits, by Node's readline.
 *
 * It stays open while nobody is asked, so that Ctrl-C is heard; what is typed
 * meanwhile is the answer to the next questions.
 *
 * @module
 */
import process from "node:process";
import { createInterface, type Interface } from "node:readline";
import { denoError } from "./deno_error.ts";
import type { Completion, LineEditor, LineEditorOptions } from "./host.ts";

/** How many entries are called back. */
const MAX_ENTRIES = 1000;

/** What readline has beyond its declared types: the entries, newest first. */
type WithHistory = Interface & { history: string[] };

/** Who is asked. */
interface Question {
  readonly resolve: (answer: string | null | undefined) => void;
  readonly reject: (reason: unknown) => void;
}

/** Begins to ask the person at the terminal. */
export async function openLineEditor(
  options: LineEditorOptions,
): Promise<LineEditor> {
  const entries = await entriesOf(options.historyPath);
  return new ReadlineEditor(options, entries);
}

class ReadlineEditor implements LineEditor {
  readonly #options: LineEditorOptions;
  readonly #readline: WithHistory;
  readonly #lines: string[] = [];
  #question: Question | undefined;
  #isAtEnd = false;

  constructor(options: LineEditorOptions, entries: readonly string[]) {
    this.#options = options;
    const settings = {
      input: process.stdin,
      output: process.stdout.isTTY ? process.stdout : process.stderr,
      terminal: true,
      history: entries.toReversed(),
      historySize: MAX_ENTRIES,
      completer: (line: string, answer: CompletionCallback) => {
        options.complete(line).then(
          ({ words, typed }: Completion) => answer(null, [[...words], typed]),
          // No completion is one that nobody needs to hear about.
          () => answer(null, [[], line]),
        );
      },
    };
    this.#readline = createInterface(settings) as WithHistory;
    this.#readline.on("line", (line) => this.#take(line));
    this.#readline.on("SIGINT", () => this.#interrupt());
    this.#readline.on("close", () => this.#end());
    options.signal.addEventListener("abort", this.#abort, { once: true });
  }

  ask(prompt: string): Promise<string | null | undefined> {
    const { signal } = this.#options;
    if (signal.aborted) return Promise.reject(signal.reason);
    const line = this.#lines.shift();
    if (line !== undefined) return Promise.resolve(line);
    if (this.#isAtEnd) return Promise.resolve(undefined);
    this.#readline.setPrompt(prompt);
    this.#readline.prompt();
    return new Promise((resolve, reject) => {
      this.#question = { resolve, reject };
    });
  }

  async remember(entry: string): Promise<void> {
    const { history } = this.#readline;
    if (history[0] === entry) return;
    history.unshift(entry);
    const { historyPath } = this.#options;
    if (historyPath === undefined) return;
    const options = { append: true, create: true, mode: 0o600 };
    try {
      await Deno.writeTextFile(historyPath, `${entry}\n`, options);
    } catch (error) {
      throw denoError("write", historyPath, error);
    }
  }

  [Symbol.dispose](): void {
    this.#options.signal.removeEventListener("abort", this.#abort);
    this.#readline.close();
  }

  readonly #abort = () => {
    this.#answer(({ reject }) => reject(this.#options.signal.reason));
  };

  #take(line: string): void {
    // Readline remembers lines; entries are what it shall call back.
    if (this.#readline.history[0] === line) this.#readline.history.shift();
    if (!this.#answer(({ resolve }) => resolve(line))) this.#lines.push(line);
  }

  #interrupt(): void {
    process.stderr.write("^C\n");
    this.#lines.length = 0;
    if (this.#question === undefined) {
      this.#options.interrupted();
      return;
    }
    // Typed and not sent: it is given up as well.
    this.#readline.write(null, { ctrl: true, name: "e" });
    this.#readline.write(null, { ctrl: true, name: "u" });
    this.#answer(({ resolve }) => resolve(null));
  }

  #end(): void {
    this.#isAtEnd = true;
    this.#answer(({ resolve }) => resolve(undefined));
  }

  #answer(how: (question: Question) => void): boolean {
    const question = this.#question;
    if (question === undefined) return false;
    this.#question = undefined;
    how(question);
    return true;
  }
}

/** How readline hears of completions. */
type CompletionCallback = (
  error: Error | null,
  completion: [words: string[], typed: string],
) => void;

async function entriesOf(path: string | undefined): Promise<string[]> {
  if (path === undefined) return [];
  try {
    const text = await Deno.readTextFile(path);
    return text.split("\n").filter((line) => line !== "").slice(-MAX_ENTRIES);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw denoError("read", path, error);
  }
}
