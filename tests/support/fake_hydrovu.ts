/**
 * A server that answers like HydroVu, and misbehaves on request.
 *
 * @module
 */

/** A reading that the server has. */
export interface FakeReading {
  /** Seconds since the epoch. */
  readonly timestamp: number;
  /** The value. */
  readonly value: number;
}

/** Readings of a parameter of a location. */
export interface FakeParameter {
  /** Its id. */
  readonly parameterId: string;
  /** The id of its unit. */
  readonly unitId: string;
  /** What was read, in the order in which it is sent. */
  readonly readings: readonly FakeReading[];
}

/** A page: what it has, whatever is asked for. */
export type FakePage = readonly FakeParameter[];

/** A location that is read at equal steps; its pages are made when asked for. */
export interface SteadyLocation {
  /** The first time, seconds since the epoch. */
  readonly start: number;
  /** Seconds between two readings. */
  readonly step: number;
  /** How many times there are. */
  readonly count: number;
  /** The ids of the parameters, and of their units. */
  readonly ids: readonly string[];
  /** The value of the i-th time. */
  value(i: number): number;
}

/** What the server does with the n-th request for readings, from 1. */
export type Misbehavior = (
  request: {
    readonly number: number;
    readonly location: number;
    readonly page: number;
  },
) => Response | undefined;

/** Options of {@linkcode fakeHydroVu}. */
export interface FakeHydroVuOptions {
  /** The credentials that are right; any when left out. */
  readonly credentials?: readonly [key: string, secret: string];
  /** How many requests a token is good for; any number when left out. */
  readonly tokenUses?: number;
  /** Rows of a page; 1000 when left out. */
  readonly pageRows?: number;
  /** What is done in the place of an answer. */
  readonly misbehave?: Misbehavior;
}

/** A server, as long as it lives. */
export interface FakeHydroVu extends AsyncDisposable {
  /** Where it is. */
  readonly url: string;
  /** What locations have; those that are missing are not found. */
  readonly locations: Map<number, readonly FakeParameter[]>;
  /** Locations whose readings are made when asked for. */
  readonly steady: Map<number, SteadyLocation>;
  /** Pages as they are, for locations that have such. */
  readonly pages: Map<number, readonly FakePage[]>;
  /** What parameters are called. */
  readonly parameters: Record<string, string>;
  /** What units are called. */
  readonly units: Record<string, string>;
  /** Every request: its method, path and search. */
  readonly requests: string[];
  /** How many tokens were given. */
  tokens: number;
  /** What it does in the place of an answer. */
  misbehave: Misbehavior | undefined;
}

/** Starts a server. */
export function fakeHydroVu(options: FakeHydroVuOptions = {}): FakeHydroVu {
  const { pageRows = 1000 } = options;
  const good = new Map<string, number>();
  let dataRequests = 0;
  const fake: Omit<FakeHydroVu, "url" | typeof Symbol.asyncDispose> = {
    locations: new Map(),
    steady: new Map(),
    pages: new Map(),
    parameters: { "1": "Temperature", "2": "Level", density: "Density" },
    units: { "1": "C", "2": "m" },
    requests: [],
    tokens: 0,
    misbehave: options.misbehave,
  };
  const giveToken = async (request: Request): Promise<Response> => {
    const form = new URLSearchParams(await request.text());
    const basic = atob(
      request.headers.get("authorization")?.replace(/^Basic /, "") ?? "",
    );
    const given = basic.split(":").map(decodeURIComponent);
    const isRight = options.credentials === undefined ||
      String(given) === String(options.credentials);
    const isAsked = form.get("grant_type") === "client_credentials" &&
      form.get("scope") === "read:locations read:data";
    // As careless servers do, it sends back what it was given.
    if (!isRight || !isAsked) {
      return Response.json({ error: "invalid_client", given }, { status: 401 });
    }
    const token = `token-${++fake.tokens}`;
    good.set(token, options.tokenUses ?? Infinity);
    return Response.json({
      access_token: token,
      token_type: "bearer",
      expires_in: 3600,
    });
  };
  const isAuthorized = (request: Request): boolean => {
    const token = request.headers.get("authorization")?.replace("Bearer ", "");
    const left = good.get(token ?? "") ?? 0;
    good.set(token ?? "", left - 1);
    return left > 0;
  };
  const giveNames = (page: number): Response => {
    const { parameters, units } = fake;
    // In two pages, which merge.
    return page === 0
      ? Response.json({ parameters }, { headers: { "x-isi-next-page": "1" } })
      : Response.json({ parameters: {}, units });
  };
  const giveReadings = (
    location: number,
    page: number,
    startTime: number,
  ): Response => {
    const number = ++dataRequests;
    const instead = fake.misbehave?.({ number, location, page });
    if (instead !== undefined) return instead;
    const steady = fake.steady.get(location);
    if (steady !== undefined) {
      return steadyPage(location, steady, { page, pageRows, startTime });
    }
    const pages = fake.pages.get(location) ??
      pagesOf(fake.locations.get(location), startTime, pageRows);
    if (pages === undefined) return new Response("no", { status: 404 });
    const parameters = (pages[page] ?? []).map((it) => ({
      ...it,
      customParameter: false,
    }));
    const hasNext = page + 1 < pages.length;
    return Response.json({ locationId: location, parameters }, {
      headers: hasNext ? { "x-isi-next-page": String(page + 1) } : {},
    });
  };
  const server = Deno.serve(
    { port: 0, onListen: () => {} },
    async (request) => {
      const { pathname, search, searchParams } = new URL(request.url);
      fake.requests.push(`${request.method} ${pathname}${search}`);
      if (pathname === "/public-api/oauth/token") {
        return await giveToken(
          request,
        );
      }
      if (!isAuthorized(request)) return new Response("no", { status: 401 });
      const page = Number(request.headers.get("x-isi-start-page") || 0);
      if (pathname === "/public-api/v1/sispec/friendlynames") {
        return giveNames(page);
      }
      const [, location] =
        /^\/public-api\/v1\/locations\/(\d+)\/data$/.exec(pathname) ?? [];
      if (location === undefined) return new Response("no", { status: 404 });
      const startTime = Number(searchParams.get("startTime"));
      return giveReadings(Number(location), page, startTime);
    },
  );
  return Object.assign(fake, {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  });
}

function steadyPage(
  location: number,
  { count, ids, start, step, value }: SteadyLocation,
  { page, pageRows, startTime }: {
    readonly page: number;
    readonly pageRows: number;
    readonly startTime: number;
  },
): Response {
  const first = Math.max(0, Math.ceil((startTime - start) / step));
  const from = first + page * pageRows;
  const length = Math.max(0, Math.min(pageRows, count - from));
  const readings = Array.from({ length }, (_, i) => ({
    timestamp: start + (from + i) * step,
    value: value(from + i),
  }));
  const parameters = ids.map((id) => ({
    customParameter: false,
    parameterId: id,
    unitId: id,
    readings,
  }));
  return Response.json({ locationId: location, parameters }, {
    headers: from + pageRows < count
      ? { "x-isi-next-page": String(page + 1) }
      : {},
  });
}

/** Pages of the rows from a time on, by their times. */
function pagesOf(
  parameters: readonly FakeParameter[] | undefined,
  startTime: number,
  pageRows: number,
): readonly FakePage[] | undefined {
  if (parameters === undefined) return undefined;
  const times = new Set(
    parameters.flatMap(({ readings }) =>
      readings.map(({ timestamp }) => timestamp)
    ),
  );
  const wanted = [...times].filter((it) => it >= startTime)
    .sort((a, b) => a - b);
  const pages: FakePage[] = [];
  for (let from = 0; from < wanted.length; from += pageRows) {
    const first = wanted[from] ?? 0;
    const last = wanted[Math.min(from + pageRows, wanted.length) - 1] ?? 0;
    pages.push(
      parameters.map((parameter) => ({
        ...parameter,
        readings: parameter.readings.filter(({ timestamp }) =>
          timestamp >= first && timestamp <= last
        ),
      })).filter(({ readings }) => readings.length > 0),
    );
  }
  return pages.length === 0 ? [[]] : pages;
}

/** A parameter that is read at equal steps. */
export function steadyReadings(
  parameterId: string,
  unitId: string,
  { start, step, count, value }: {
    readonly start: number;
    readonly step: number;
    readonly count: number;
    readonly value: (i: number) => number;
  },
): FakeParameter {
  const readings = Array.from(
    { length: count },
    (_, i) => ({ timestamp: start + i * step, value: value(i) }),
  );
  return { parameterId, unitId, readings };
}
