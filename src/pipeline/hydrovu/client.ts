/**
 * The interface of HydroVu, In-Situ's service for their instruments.
 *
 * ```text
 * POST /public-api/oauth/token                  client credentials -> a token
 * GET  /public-api/v1/sispec/friendlynames      names of parameters and units
 * GET  /public-api/v1/locations/ID/data?startTime=S     readings from a time on
 * ```
 *
 * Answers come in pages: the header `x-isi-next-page` of one is the header
 * `x-isi-start-page` of the request for the next; the last page has none. Times
 * are seconds since the epoch.
 *
 * @see {@link https://www.hydrovu.com/public-api/docs/index.html}
 * @module
 */
import { PondError } from "../../errors.ts";
import type { HttpAnswer, HttpClient } from "../http.ts";
import { isObject } from "../json_schema.ts";
import type { Secret } from "../secret.ts";

/** Where HydroVu is. */
export const PUBLIC_BASE_URL = "https://www.hydrovu.com";

const SCOPES = "read:locations read:data";

/** A token is not used in its last seconds. */
const TOKEN_MARGIN_MS = 30_000;

/** No answer has more pages. */
const MAX_PAGES = 1_000_000;

/** What a client says who it is with. */
export interface Credentials {
  /** The id of the client. */
  readonly key: Secret;
  /** Its secret. */
  readonly secret: Secret;
}

/** What parameters and units are called, by their ids. */
export interface FriendlyNames {
  /** Such as `1` → `Temperature`. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Such as `1` → `C`. */
  readonly units: ReadonlyMap<string, string>;
}

/** The readings of a parameter. */
export interface ParameterReadings {
  /** The parameter. */
  readonly parameterId: string;
  /** Its unit. */
  readonly unitId: string;
  /** Times in seconds since the epoch, and values. */
  readonly readings: readonly Reading[];
}

/** A page of the readings of a location, and where it comes from. */
export interface ReadingsPage {
  /** Its readings. */
  readonly parameters: readonly ParameterReadings[];
  /** What was asked; no secret is in it. */
  readonly url: string;
  /** Which page, from 1. */
  readonly number: number;
  /** The SHA-256 of the body. */
  readonly sha256: string;
}

/** A reading. */
export interface Reading {
  /** Seconds since the epoch, as the instrument had them. */
  readonly timestamp: number;
  /** The value; null where there was none. */
  readonly value: number | null;
}

/** Asks HydroVu. */
export class HydroVuClient {
  readonly #http: HttpClient;
  readonly #baseUrl: string;
  readonly #credentials: Credentials;
  readonly #nowMs: () => number;
  #token: { readonly value: string; readonly untilMs: number } | undefined;

  /**
   * @param http Makes the requests.
   * @param baseUrl Where the service is, without a slash at its end.
   * @param nowMs Milliseconds that never go backwards.
   */
  constructor(
    http: HttpClient,
    baseUrl: string,
    credentials: Credentials,
    nowMs: () => number,
  ) {
    this.#http = http;
    this.#baseUrl = baseUrl.replace(/\/+$/, "");
    this.#credentials = credentials;
    this.#nowMs = nowMs;
  }

  /** What parameters and units are called. */
  async friendlyNames(): Promise<FriendlyNames> {
    const parameters = new Map<string, string>();
    const units = new Map<string, string>();
    for await (
      const { page, url } of this.#pages("/public-api/v1/sispec/friendlynames")
    ) {
      if (!isObject(page)) throw notUnderstood(url, "it is no object");
      takeNames(page.parameters, parameters, url);
      takeNames(page.units, units, url);
    }
    return { parameters, units };
  }

  /**
   * The readings of a location, page by page.
   *
   * @param startTime The first second that is asked for.
   */
  async *readings(
    locationId: number,
    startTime: number,
  ): AsyncGenerator<ReadingsPage> {
    const path =
      `/public-api/v1/locations/${locationId}/data?startTime=${startTime}`;
    let number = 0;
    for await (const { page, sha256, url } of this.#pages(path)) {
      yield {
        parameters: parametersOf(page, url),
        url: withoutUser(url),
        number: ++number,
        sha256,
      };
    }
  }

  async *#pages(
    path: string,
  ): AsyncGenerator<
    { readonly page: unknown; readonly sha256: string; readonly url: string }
  > {
    const url = `${this.#baseUrl}${path}`;
    const seen = new Set<string>();
    // The first page has an empty name.
    let start = "";
    while (seen.size < MAX_PAGES) {
      seen.add(start);
      const answer = await this.#get(url, start);
      const next = answer.headers.get("x-isi-next-page");
      yield { page: jsonOf(answer, url), sha256: answer.sha256, url };
      if (next === null || next === "") return;
      if (seen.has(next)) {
        throw notUnderstood(url, "its pages lead in a circle");
      }
      start = next;
    }
    throw notUnderstood(url, `it has more than ${MAX_PAGES} pages`);
  }

  /** A token may end before it was said to: then there is another one, once. */
  async #get(url: string, startPage: string): Promise<HttpAnswer> {
    for (let attempt = 1;; attempt++) {
      const token = await this.#currentToken();
      const answer = await this.#http.request(url, {
        headers: {
          authorization: `Bearer ${token}`,
          accept: "application/json",
          "x-isi-start-page": startPage,
        },
      });
      if (answer.status === 200) return answer;
      if (answer.status === 401 && attempt === 1) {
        this.#token = undefined;
        continue;
      }
      throw refused(url, answer.status);
    }
  }

  /** @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.4} */
  async #currentToken(): Promise<string> {
    const now = this.#nowMs();
    if (this.#token !== undefined && now < this.#token.untilMs) {
      return this.#token.value;
    }
    const url = `${this.#baseUrl}/public-api/oauth/token`;
    const { key, secret } = this.#credentials;
    // Percent signs, no plus for a space: who takes it for a form, and who doesn't,
    // reads the same.
    const pair = [key, secret].map((it) => encodeURIComponent(it.reveal()));
    const answer = await this.#http.request(url, {
      method: "POST",
      headers: {
        authorization: `Basic ${btoa(pair.join(":"))}`,
        accept: "application/json",
        "content-type": "application/x-www-form-urlencoded",
      },
      body: `grant_type=client_credentials&scope=${encodeURIComponent(SCOPES)}`,
    });
    // What it says may have the secret in it, and is not told.
    if (answer.status !== 200) throw notAuthorized(url, answer.status);
    const token = jsonOf(answer, url);
    if (!isObject(token) || typeof token.access_token !== "string") {
      throw notUnderstood(url, "it has no access_token");
    }
    const { access_token: value, expires_in: seconds } = token;
    const lifeMs = typeof seconds === "number" ? seconds * 1000 : 3_600_000;
    const untilMs = now + Math.max(lifeMs / 2, lifeMs - TOKEN_MARGIN_MS);
    this.#token = { value, untilMs };
    return value;
  }
}

/** An address may have a password in it, where the environment has one. */
function withoutUser(url: string): string {
  return url.replace(/^(https?:\/\/)[^/?#]*@/, "$1");
}

function jsonOf({ text }: HttpAnswer, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The engine quotes the text, which may be a token.
    if (error instanceof SyntaxError) throw notUnderstood(url, "it is no JSON");
    throw error;
  }
}

function takeNames(value: unknown, names: Map<string, string>, url: string) {
  if (value === undefined) return;
  if (!isObject(value)) throw notUnderstood(url, "it has no names");
  for (const [id, name] of Object.entries(value)) {
    if (typeof name !== "string") throw notUnderstood(url, "it has no names");
    names.set(id, name);
  }
}

function parametersOf(
  page: unknown,
  url: string,
): readonly ParameterReadings[] {
  if (!isObject(page)) throw notUnderstood(url, "it is no object");
  const { parameters = [] } = page;
  if (!Array.isArray(parameters)) {
    throw notUnderstood(url, "it has no list of parameters");
  }
  return parameters.map((parameter: unknown) => {
    if (!isObject(parameter)) throw notUnderstood(url, "a parameter is none");
    const { parameterId, readings = [], unitId } = parameter;
    if (!Array.isArray(readings) || !readings.every(isReading)) {
      throw notUnderstood(url, "a reading has no time, or no number");
    }
    return { parameterId: idOf(parameterId), unitId: idOf(unitId), readings };
  });
}

function idOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number"
    ? String(value)
    : "unknown";
}

function isReading(value: unknown): value is Reading {
  if (!isObject(value)) return false;
  const { timestamp, value: number } = value;
  return typeof timestamp === "number" &&
    (typeof number === "number" || number === null);
}

function notUnderstood(url: string, why: string): PondError {
  return new PondError(
    "NETWORK",
    `Cannot understand the answer of ${url}: ${why}`,
  );
}

function refused(url: string, status: number): PondError {
  const why = status === 404
    ? "there is no such location, or the client may not see it"
    : `the server said ${status}`;
  return new PondError("NETWORK", `Cannot read ${url}: ${why}`, {
    hint: "look at the id of the device, and at who may read it at HydroVu",
  });
}

function notAuthorized(url: string, status: number): PondError {
  return new PondError(
    "NETWORK",
    `Cannot get a token of ${url}: the server said ${status}`,
    { hint: "look at what spec.key and spec.secret lead to" },
  );
}
