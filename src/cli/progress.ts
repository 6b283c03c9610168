/**
 * How far a command is that takes its time.
 *
 * ```text
 * a terminal    a bar on standard error, from half a second on, ten times a second
 * -v, no one    a line on standard error every ten seconds
 * --json        {"type":"status",…} on standard error every second; so does
 *               POND_LOG=ndjson
 * else, or -q   nothing
 * SIGUSR2       a line, or an object, at once, but for -q
 * ```
 *
 * @module
 */
import { type Context, isLog } from "./context.ts";
import { humanSize } from "./units.ts";

/** Before that, nobody waits. */
const QUIET_MS = 500;

const BAR_WIDTH = 20;

/** How much there is to do. */
export interface Amount {
  /** Things, such as files. */
  readonly items: number;
  /** Bytes of them; 0 where they aren't counted. */
  readonly bytes: number;
}

/** What a progress is of. */
export interface ProgressOptions {
  /** What is done, such as `put`. */
  readonly verb: string;
  /** What is counted, such as `files`. */
  readonly noun: string;
  /** Whether programs are told as well; they are, unless told otherwise. */
  readonly tellsPrograms?: boolean;
  /** Finds out how much there is to do; asked only when somebody wants to see. */
  readonly total?: () => Promise<Amount>;
}

/** How something is shown, and how often. */
type Style =
  | { readonly kind: "bar"; readonly everyMs: 100 }
  | { readonly kind: "line"; readonly everyMs: 10_000 }
  | { readonly kind: "status"; readonly everyMs: 1000 };

/** Counts what is done, and shows it from time to time. */
export class Progress implements AsyncDisposable {
  readonly #context: Context;
  readonly #options: ProgressOptions;
  readonly #style: Style | undefined;
  readonly #startMs: number;
  readonly #end = new AbortController();
  #items = 0;
  #bytes = 0;
  #total: Amount | undefined;
  #isShown = false;
  #showing: Promise<void> | undefined;
  #told: Promise<void> = Promise.resolve();

  private constructor(context: Context, options: ProgressOptions) {
    this.#context = context;
    this.#options = options;
    this.#style = styleOf(context, options);
    this.#startMs = context.host.clock.monotonicMs();
  }

  /** Begins to count. */
  static start(context: Context, options: ProgressOptions): Progress {
    const progress = new Progress(context, options);
    progress.#showing = progress.#show();
    const { signal } = progress.#end;
    context.asked?.addEventListener("status", () => progress.#tell(), {
      signal,
    });
    return progress;
  }

  /** Counts what was done. */
  advance(items: number, bytes: number = 0): void {
    this.#items += items;
    this.#bytes += bytes;
  }

  /** Makes room for something else to be said. */
  async clear(): Promise<void> {
    if (!this.#isShown || this.#style?.kind !== "bar") return;
    this.#isShown = false;
    await this.#context.err.text("\r\x1b[K");
    await this.#context.err.flush();
  }

  /** Ends it: what follows is said on a line of its own. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#showing;
    await this.#told;
    await this.clear();
  }

  /** Says how far it is to who asks. */
  #tell(): void {
    if (this.#context.globals.quiet) return;
    const kind = isForPrograms(this.#context) ? "status" : "line";
    this.#told = this.#told.then(async () => {
      await this.clear();
      await this.#draw({ kind });
    });
    // A reader that has gone is heard of at the end.
    this.#told.catch(() => {});
  }

  async #show(): Promise<void> {
    const style = this.#style;
    if (style === undefined) return;
    if (!await this.#wait(QUIET_MS)) return;
    void this.#options.total?.().then((total) => {
      this.#total = total;
    }, () => {
      // Without a total there is no time left to say; the work itself says why.
    });
    if (style.kind !== "bar" && !await this.#wait(style.everyMs - QUIET_MS)) {
      return;
    }
    do await this.#draw(style); while (await this.#wait(style.everyMs));
  }

  async #wait(milliseconds: number): Promise<boolean> {
    const { signal } = this.#end;
    try {
      await this.#context.host.clock.sleep(milliseconds, signal);
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      throw error;
    }
  }

  async #draw({ kind }: Pick<Style, "kind">): Promise<void> {
    const { err, host } = this.#context;
    const state: ProgressState = {
      items: this.#items,
      bytes: this.#bytes,
      total: this.#total,
      elapsedMs: host.clock.monotonicMs() - this.#startMs,
    };
    if (kind === "status") {
      await err.line(statusLine(this.#options, state));
    } else if (kind === "line") {
      await err.line(`pond: ${progressText(this.#options, state)}`);
    } else {
      const text = barText(this.#options, state).slice(0, err.columns - 1);
      await err.text(`\r${text}\x1b[K`);
      this.#isShown = true;
    }
    await err.flush();
  }
}

/** How far something is. */
export interface ProgressState extends Amount {
  /** How much there is in all, if that is known by now. */
  readonly total: Amount | undefined;
  /** Since when, in milliseconds. */
  readonly elapsedMs: number;
}

/** Whether what is said on standard error is JSON. */
function isForPrograms(context: Context): boolean {
  return context.globals.json || isLog(context);
}

function styleOf(
  context: Context,
  { tellsPrograms = true }: ProgressOptions,
): Style | undefined {
  const { err, globals } = context;
  if (globals.quiet) return undefined;
  if (isForPrograms(context)) {
    return tellsPrograms ? { kind: "status", everyMs: 1000 } : undefined;
  }
  if (err.isTerminal) return { kind: "bar", everyMs: 100 };
  return globals.verbose ? { kind: "line", everyMs: 10_000 } : undefined;
}

/** The share that is done: of the bytes, where there are such. */
function shareOf({ bytes, items, total }: ProgressState): number | undefined {
  if (total === undefined) return undefined;
  const share = total.bytes > 0 ? bytes / total.bytes : items / total.items;
  return Number.isFinite(share) ? Math.min(1, share) : undefined;
}

function secondsLeft(state: ProgressState): number | undefined {
  const share = shareOf(state);
  if (share === undefined || share <= 0) return undefined;
  return (state.elapsedMs / share - state.elapsedMs) / 1000;
}

/** How far it is, in words. */
export function progressText(
  { noun, verb }: ProgressOptions,
  state: ProgressState,
): string {
  const { bytes, elapsedMs, items, total } = state;
  const parts = [
    `${verb} ${items}${total ? ` of ${total.items}` : ""} ${noun}`,
  ];
  if (bytes > 0) {
    parts.push(humanSize(bytes));
    parts.push(`${humanSize(Math.round(bytes / (elapsedMs / 1000)))}/s`);
  } else if (items > 0) {
    parts.push(`${Math.round(items / (elapsedMs / 1000))}/s`);
  }
  const left = secondsLeft(state);
  parts.push(
    left === undefined
      ? `for ${clockText(elapsedMs / 1000)}`
      : `${clockText(left)} left`,
  );
  return parts.join(" · ");
}

/** A bar, where the share is known, with the words. */
export function barText(
  options: ProgressOptions,
  state: ProgressState,
): string {
  const share = shareOf(state);
  const text = progressText(options, state);
  if (share === undefined) return text;
  const full = Math.floor(share * BAR_WIDTH);
  const bar = "█".repeat(full) + "░".repeat(BAR_WIDTH - full);
  return `${bar} ${String(Math.floor(share * 100)).padStart(3)} % ${text}`;
}

/** How far it is, for programs. */
function statusLine(
  { verb }: ProgressOptions,
  state: ProgressState,
): string {
  const { bytes, elapsedMs, items, total } = state;
  const left = secondsLeft(state);
  return JSON.stringify({
    type: "status",
    action: verb,
    items,
    bytes,
    total_items: total?.items ?? null,
    total_bytes: total?.bytes ?? null,
    elapsed_seconds: Math.round(elapsedMs / 1000),
    seconds_left: left === undefined ? null : Math.round(left),
  });
}

/** `m:ss`, or `h:mm:ss`. */
function clockText(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const two = (value: number) => String(value).padStart(2, "0");
  const [h, m, s] = [
    Math.floor(whole / 3600),
    Math.floor(whole / 60) % 60,
    whole % 60,
  ];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
