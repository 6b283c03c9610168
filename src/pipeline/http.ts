/**
 * Requests that are made again while that may help.
 *
 * | answer | what is done |
 * |---|---|
 * | no connection, time out, 408, 5xx | again after a random wait, longer each time |
 * | 429, 503 with `Retry-After` | again after as long as the server says |
 * | anything else | it is the answer |
 *
 * The wait is chosen at random between nothing and a ceiling that doubles ("full
 * jitter"), so that many who have failed together don't come back together.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#field.retry-after}
 * @module
 */
import { hasCode, PondError } from "../errors.ts";
import type { Hasher, Host } from "../host/host.ts";

/** Makes requests, as the platform's `fetch` does. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** What an {@linkcode HttpClient} needs. */
export interface HttpOptions {
  /** Makes the requests. */
  readonly fetch: Fetch;
  /** Waits, and knows by how much. */
  readonly host: Pick<Host, "clock" | "hasher" | "random">;
  /** Ends everything. */
  readonly signal?: AbortSignal | undefined;
}

/** An answer, with its body read. */
export interface HttpAnswer {
  /** The status, such as 200. */
  readonly status: number;
  /** The headers. */
  readonly headers: Headers;
  /** The body. */
  readonly text: string;
  /** The SHA-256 of its bytes. */
  readonly sha256: string;
}

/** How often a request is made at most. */
const MAX_ATTEMPTS = 6;

/** How often a server may say that it was asked too much. */
const MAX_PAUSES = 20;

/** The first ceiling of a wait, and the highest one. */
const [MIN_WAIT_MS, MAX_WAIT_MS] = [500, 60_000] as const;

/** No server is waited for longer than this at once. */
const MAX_PAUSE_MS = 15 * 60_000;

/** So long an answer may take. */
const TIMEOUT_MS = 60_000;

/** The longest body. */
const MAX_BODY_BYTES = 256 * 1024 * 1024;

/** Makes requests. */
export class HttpClient {
  readonly #options: HttpOptions;
  /** How many requests were made. */
  requests = 0;

  /** @param options What it needs. */
  constructor(options: HttpOptions) {
    this.#options = options;
  }

  /**
   * Makes a request, again while that may help.
   *
   * @param url Where; it has no secret in it, and is told in errors.
   * @param init What; its headers and body are told to nobody.
   * @returns The answer, whatever its status is.
   * @throws {PondError} `NETWORK` when there is none in the end.
   */
  async request(url: string, init: RequestInit): Promise<HttpAnswer> {
    const { host: { clock, random }, signal } = this.#options;
    let pauses = 0;
    for (let attempt = 1;; attempt++) {
      signal?.throwIfAborted();
      const outcome = await this.#attempt(url, init);
      if (isFinal(outcome)) return outcome;
      const pauseMs = isAnswer(outcome)
        ? pauseOf(outcome.headers, clock.nowUs() / 1000)
        : undefined;
      if (pauseMs !== undefined && pauseMs <= MAX_PAUSE_MS) {
        if (++pauses > MAX_PAUSES) throw failed(url, outcome, attempt);
        // A little later than asked: many are told the same.
        await clock.sleep(pauseMs + random.fraction() * MIN_WAIT_MS, signal);
        attempt--;
        continue;
      }
      if (attempt >= MAX_ATTEMPTS || pauseMs !== undefined) {
        throw failed(url, outcome, attempt);
      }
      const ceiling = Math.min(MAX_WAIT_MS, MIN_WAIT_MS * 2 ** attempt);
      await clock.sleep(random.fraction() * ceiling, signal);
    }
  }

  /** One try: an answer, or why there is none. */
  async #attempt(
    url: string,
    init: RequestInit,
  ): Promise<HttpAnswer | NoAnswer> {
    const { fetch, signal } = this.#options;
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    const signals = signal === undefined ? [timeout] : [timeout, signal];
    this.requests++;
    try {
      const response = await fetch(url, {
        ...init,
        // An authorization goes to nobody else.
        redirect: "manual",
        signal: AbortSignal.any(signals),
      });
      const body = await bodyOf(response, url, this.#options.host.hasher);
      return { status: response.status, headers: response.headers, ...body };
    } catch (cause) {
      signal?.throwIfAborted();
      if (hasCode(cause, "NETWORK")) throw cause;
      return { cause };
    }
  }
}

/** Reads a body; it is hashed as it comes, since a copy of it is as long. */
async function bodyOf(
  response: Response,
  url: string,
  hasher: Hasher,
): Promise<Pick<HttpAnswer, "sha256" | "text">> {
  const hash = await hasher.sha256();
  const decoder = new TextDecoder();
  const texts: string[] = [];
  let sizeBytes = 0;
  for await (const chunk of response.body ?? []) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_BODY_BYTES) {
      throw new PondError(
        "NETWORK",
        `Cannot read the answer of ${url}: it is longer than 256 MiB`,
      );
    }
    hash.update(chunk);
    texts.push(decoder.decode(chunk, { stream: true }));
  }
  texts.push(decoder.decode());
  return { text: texts.join(""), sha256: hash.digestHex() };
}

/** No answer, and why. */
interface NoAnswer {
  readonly cause: unknown;
}

function isAnswer(outcome: HttpAnswer | NoAnswer): outcome is HttpAnswer {
  return "status" in outcome;
}

/** Whether it is an answer, and asking again would give no other. */
function isFinal(outcome: HttpAnswer | NoAnswer): outcome is HttpAnswer {
  if (!isAnswer(outcome)) return false;
  const { status } = outcome;
  return status !== 408 && status !== 429 && status < 500;
}

/**
 * For how long a server wants to be left alone, in milliseconds.
 *
 * `x-isi-requests-timeout` is HydroVu's own: seconds until it counts anew.
 */
function pauseOf(headers: Headers, nowMs: number): number | undefined {
  const said = headers.get("retry-after") ??
    headers.get("x-isi-requests-timeout");
  if (said === null) return undefined;
  if (/^\s*\d{1,9}\s*$/.test(said)) return Number(said) * 1000;
  const at = Date.parse(said);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}

function failed(
  url: string,
  outcome: HttpAnswer | NoAnswer,
  attempts: number,
): PondError {
  const times = attempts === 1 ? "once" : `${attempts} times`;
  if (isAnswer(outcome)) {
    return new PondError(
      "NETWORK",
      `Cannot get an answer of ${url}: the server said ${outcome.status}, asked ${times}`,
    );
  }
  return new PondError(
    "NETWORK",
    `Cannot reach ${url}: asked ${times}`,
    { cause: outcome.cause },
  );
}
