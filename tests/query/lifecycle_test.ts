import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  DuckDBConnection,
  DuckDBInstance,
  DuckDBPreparedStatement,
  DuckDBResult,
} from "@duckdb/node-api";
import { IntegrityError, PondError } from "../../src/errors.ts";
import { openPond } from "../../src/pond.ts";
import { DuckDBDatabase } from "../../src/query/duckdb_database.ts";
import { DuckDBEngine } from "../../src/query/duckdb_engine.ts";
import {
  answerOf,
  largeCsv,
  type QueryScratch,
  queryScratch,
} from "./scratch.ts";

/** Takes minutes, and has no row before its end. */
const RUNAWAY = "SELECT count(*) FROM range(100000000000) t(i) WHERE i % 3 = 1";

/** Has its first rows at once, and its last ones never. */
const ENDLESS = "SELECT i, a FROM range(100000000000) t(i), '/small.csv'";

/** Has its first rows at once, and the next ones never. */
const STUCK =
  "SELECT i FROM range(100000000000) t(i) WHERE i < 2048 OR i = 99999999999";

async function withSmallFile(): Promise<QueryScratch> {
  const scratch = await queryScratch();
  await scratch.fs.createFile("/small.csv", "a,b\n1,x\n");
  await scratch.fs.commit();
  return scratch;
}

async function cachedFiles({ path }: QueryScratch): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(`${path}/cache`)) names.push(name);
  return names;
}

/**
 * Runs `body` with a method that calls `meanwhile` when it has begun.
 *
 * @param nth Which call of the method it is about.
 */
async function whenCalled(
  prototype: object,
  method: string,
  nth: number,
  meanwhile: () => void,
  body: () => Promise<void>,
): Promise<void> {
  let calls = 0;
  const original = Reflect.get(prototype, method);
  Reflect.set(prototype, method, function (this: unknown, ...args: unknown[]) {
    const result = Reflect.apply(original, this, args);
    if (++calls === nth) meanwhile();
    return result;
  });
  try {
    await body();
  } finally {
    Reflect.set(prototype, method, original);
  }
}

Deno.test("a result read to its end leaves nothing in cache/", async () => {
  await using scratch = await withSmallFile();
  {
    await using result = await scratch.fs.queryHistory("FROM '/small.csv'");
    const [name, ...others] = await cachedFiles(scratch);
    assertMatch(name ?? "", /^query-[0-9a-f]{32}-0$/);
    assertEquals(others, []);
    assertEquals((await answerOf(result)).rows, [[1n, "x"]]);
  }
  await scratch.assertNoCache();
});

Deno.test("a result that is not read to its end leaves nothing in cache/", async () => {
  await using scratch = await withSmallFile();
  {
    await using result = await scratch.fs.queryHistory(ENDLESS);
    for await (const batch of result) {
      assertEquals(batch.values[1]?.[0], 1n);
      break;
    }
    assertNotEquals(await cachedFiles(scratch), []);
  }
  {
    await using _ = await scratch.fs.queryHistory(ENDLESS);
  }
  await scratch.assertNoCache();
});

Deno.test("a query that fails leaves nothing in cache/", async () => {
  await using scratch = await withSmallFile();
  await scratch.fs.createFile("/broken.parquet", "no parquet at all");
  const failing = [
    "SELECT nosuch FROM '/small.csv'",
    "SELECT * FROM '/small.csv', '/nosuch.csv'",
    "SELECT * FROM '/small.csv', nosuch",
    "SELECT * FROM '/small.csv', '/broken.parquet'",
    "SELECT error('at run time') FROM '/small.csv'",
  ];
  for (const sql of failing) {
    await assertRejects(() => scratch.rows(sql), PondError);
    await scratch.assertNoCache();
  }
});

const LATE: readonly (readonly [sql: string, says: string])[] = [
  [
    "SELECT CASE WHEN i = 250000 THEN error('late') ELSE '' END FROM range(300000) t(i)",
    "Invalid Input Error: late",
  ],
  [
    "SELECT (9223372036854775807 - 250000) + i FROM range(300000) t(i)",
    "Overflow in addition",
  ],
  [
    "SELECT if(i = 250000, 'bad', '1')::INTEGER FROM range(300000) t(i)",
    "Could not convert string 'bad'",
  ],
  ["SELECT t FROM '/torn.csv'", 'Error when converting column "t"'],
];

for (const [sql, says] of LATE) {
  Deno.test(`rows that came before an error are no answer: ${sql}`, async () => {
    await using scratch = await queryScratch();
    const lines = Array.from(
      { length: 300_000 },
      (_, i) => i === 250_000 ? "torn" : `${i}`,
    );
    await scratch.fs.createFile("/torn.csv", `t\n${lines.join("\n")}\n`);
    const error = await assertRejects(() => scratch.rows(sql), PondError);
    assertEquals(error.code, "QUERY");
    assertStringIncludes(error.message, says);
    assertEquals(error.message.includes(scratch.home), false);
  });
}

Deno.test("a disposed result gives no more rows, and can be disposed again", async () => {
  await using scratch = await withSmallFile();
  const result = await scratch.fs.queryHistory(ENDLESS);
  const rows = result[Symbol.asyncIterator]();
  assertEquals((await rows.next()).done, false);
  await result[Symbol.asyncDispose]();
  await result[Symbol.asyncDispose]();
  await assertRejects(() => rows.next(), TypeError, "disposed");
  await assertRejects(() => answerOf(result), TypeError, "disposed");
});

Deno.test("queries run beside each other, each with its own files", async () => {
  await using scratch = await withSmallFile();
  const sums = await Promise.all(Array.from({ length: 8 }, async (_, i) => {
    const sql = `SELECT sum(a + ${i}) FROM '/small.csv', range(1000)`;
    return (await scratch.rows(sql))[0]?.[0];
  }));
  assertEquals(
    sums,
    [0, 1, 2, 3, 4, 5, 6, 7].map((i) => 1000n * BigInt(1 + i)),
  );
  await scratch.assertNoCache();
});

Deno.test("cache/ may vanish while a query runs", async () => {
  await using scratch = await withSmallFile();
  {
    await using result = await scratch.fs.queryHistory("FROM '/small.csv'");
    await answerOf(result);
    await Deno.remove(`${scratch.path}/cache`, { recursive: true });
  }
  assertEquals(await scratch.rows("SELECT a FROM '/small.csv'"), [[1n]]);
});

Deno.test("an aborted signal ends a query before anything is done", async () => {
  await using scratch = await withSmallFile();
  const before = await scratch.listing();
  const signal = AbortSignal.abort(new PondError("ABORTED", "enough"));
  const error = await assertRejects(
    () => scratch.rows("FROM '/small.csv'", { signal }),
    PondError,
    "enough",
  );
  assertEquals(error.code, "ABORTED");
  assertEquals(await scratch.listing(), before);
});

for (
  const [when, prototype, method, nth, sql] of [
    [
      "as it is prepared",
      DuckDBConnection.prototype,
      "prepare",
      1,
      RUNAWAY,
    ],
    [
      "as it begins",
      DuckDBPreparedStatement.prototype,
      "startStream",
      1,
      RUNAWAY,
    ],
    ["as rows are fetched", DuckDBResult.prototype, "fetchChunk", 1, ENDLESS],
    ["as no more rows come", DuckDBResult.prototype, "fetchChunk", 2, STUCK],
  ] as const
) {
  Deno.test(`a signal ends a runaway query: ${when}`, async () => {
    await using scratch = await withSmallFile();
    const controller = new AbortController();
    const { signal } = controller;
    const abort = () => controller.abort(new PondError("ABORTED", "enough"));
    await whenCalled(prototype, method, nth, abort, async () => {
      const error = await assertRejects(
        () => scratch.rows(sql, { signal }),
        PondError,
        "enough",
      );
      assertEquals(error.code, "ABORTED");
    });
    assert(signal.aborted);
    await scratch.assertNoCache();
  });
}

Deno.test("a signal ends a query that has been running for a while", async () => {
  await using scratch = await withSmallFile();
  const controller = new AbortController();
  const { signal } = controller;
  const running = scratch.rows(RUNAWAY, { signal });
  // Work of the same kind that does end: the other query runs by then.
  await scratch.rows(
    "SELECT count(*) FROM range(30000000) t(i) WHERE i % 3 = 1",
  );
  controller.abort(new PondError("ABORTED", "enough"));
  await assertRejects(() => running, PondError, "enough");
  await scratch.assertNoCache();
});

Deno.test("a signal ends the filling of a pond's table", async () => {
  await using scratch = await withSmallFile();
  const controller = new AbortController();
  const { signal } = controller;
  const source = new Proxy(scratch.fs, {
    get: (target, name) => {
      if (name === "historyBatches") {
        controller.abort(new PondError("ABORTED", "x"));
      }
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const { createQueryRunner } = await import("../../src/query/runner.ts");
  const runner = createQueryRunner(scratch.host);
  const error = await assertRejects(
    () => runner(source, "FROM oplog_entries", { signal }),
    PondError,
  );
  assertEquals(error.code, "ABORTED");
});

Deno.test("a damaged blob is an INTEGRITY error, and no row of it is read", async () => {
  await using scratch = await queryScratch();
  await scratch.fs.createFile("/large.csv", largeCsv());
  await scratch.fs.commit();
  const location = await scratch.fs.contentLocation("/large.csv");
  assert(location.kind === "blob");
  const bytes = await Deno.readFile(location.hostPath);
  bytes[40_000] = (bytes[40_000] ?? 0) ^ 1;
  await Deno.writeFile(location.hostPath, bytes);
  // A process checks a blob once; this is another one's filesystem.
  await using fs = await openPond(scratch.host, scratch.path);
  const error = await assertRejects(
    () => fs.queryHistory("SELECT count(*) FROM '/large.csv'"),
    IntegrityError,
  );
  assertEquals(error.code, "INTEGRITY");
  assertStringIncludes(error.message, location.hostPath);
  await scratch.assertNoCache();
});

Deno.test("a damaged data file is an INTEGRITY error of each of a pond's tables", async () => {
  await using scratch = await withSmallFile();
  for await (const { name } of Deno.readDir(`${scratch.path}/oplog`)) {
    if (!name.endsWith(".parquet")) continue;
    const path = `${scratch.path}/oplog/${name}`;
    const bytes = await Deno.readFile(path);
    const middle = bytes.length >> 1;
    bytes[middle] = (bytes[middle] ?? 0) ^ 1;
    await Deno.writeFile(path, bytes);
  }
  for (const table of ["oplog_entries", "directory_entries", "transactions"]) {
    await using fs = await openPond(scratch.host, scratch.path);
    const error = await assertRejects(
      () => fs.queryHistory(`FROM ${table}`),
      IntegrityError,
    );
    assertEquals(error.code, "INTEGRITY", table);
  }
});

/** Counts the databases that are opened meanwhile. */
async function databasesOpened(body: () => Promise<void>): Promise<number> {
  let opened = 0;
  const original = DuckDBInstance.create;
  DuckDBInstance.create = (...all) => {
    opened++;
    return original.apply(DuckDBInstance, all);
  };
  try {
    await body();
  } finally {
    DuckDBInstance.create = original;
  }
  return opened;
}

/** What could be left by it: a view, a table with rows, a macro, an error. */
const LEAVING = [
  "SELECT count(*) FROM '/small.csv'",
  "SELECT count(*) > 0 FROM operations",
  "SELECT count(*) > 0 FROM files(at := '@')",
  "SELECT nosuch FROM '/small.csv', operations",
  "SELECT error('at run time') FROM '/small.csv', operations",
  "SELECT count(*) > 0 FROM duckdb_tables() t, operations",
];

Deno.test("queries one after the other share a database, and find nothing of each other", async () => {
  await using scratch = await withSmallFile();
  const opened = await databasesOpened(async () => {
    for (let round = 0; round < 2; round++) {
      for (const sql of LEAVING) {
        await scratch.rows(sql).catch((error) =>
          assert(error instanceof PondError)
        );
        const left = "SELECT table_name FROM information_schema.tables";
        const [[none]] = await scratch.rows(
          `SELECT count(*) FROM (${left}) WHERE table_name LIKE '/%'`,
        ) as [[bigint]];
        assertEquals(none, 0n, sql);
      }
    }
  });
  assertEquals(opened, 1);
});

Deno.test("queries at the same time have a database each", async () => {
  await using scratch = await withSmallFile();
  const sql = "SELECT a, b FROM '/small.csv'";
  const opened = await databasesOpened(async () => {
    const answers = await Promise.all([1, 2, 3].map(() => scratch.rows(sql)));
    assertEquals(answers, [[[1n, "x"]], [[1n, "x"]], [[1n, "x"]]]);
    assertEquals(await scratch.rows(sql), [[1n, "x"]]);
  });
  assertEquals(opened, 3);
});

Deno.test("a query with other limits, and one after an interrupt, has another database", async () => {
  await using scratch = await withSmallFile();
  const opened = await databasesOpened(async () => {
    await scratch.rows("SELECT 1");
    await using limited = await scratch.fs.queryHistory(
      "SELECT current_setting('threads')",
      { threads: 1 },
    );
    assertEquals((await answerOf(limited)).rows, [[1n]]);
    const stop = new AbortController();
    await whenCalled(
      DuckDBPreparedStatement.prototype,
      "startStream",
      1,
      () => setTimeout(() => stop.abort(new Error("stopped"))),
      async () => {
        const { signal } = stop;
        await assertRejects(
          () => scratch.fs.queryHistory(RUNAWAY, { signal }),
          Error,
          "stopped",
        );
      },
    );
    await scratch.rows("SELECT 1");
  });
  assertEquals(opened, 3);
});

Deno.test("a pond that is closed keeps no database", async () => {
  await using scratch = await withSmallFile();
  let closed = 0;
  const original = DuckDBInstance.prototype.closeSync;
  DuckDBInstance.prototype.closeSync = function () {
    closed++;
    original.call(this);
  };
  try {
    const fs = await openPond(scratch.host, scratch.path);
    const late = await fs.queryHistory("SELECT 1");
    {
      await using early = await fs.queryHistory("SELECT 2");
      assertEquals((await answerOf(early)).rows, [[2]]);
    }
    assertEquals(closed, 0);
    await fs.close();
    assertEquals(closed, 1);
    await late[Symbol.asyncDispose]();
    await late[Symbol.asyncDispose]();
    assertEquals(closed, 2);
  } finally {
    DuckDBInstance.prototype.closeSync = original;
  }
});

Deno.test("a database whose query ended with a fatal error serves no other", async () => {
  const failures: readonly (readonly [message: string, opened: number])[] = [
    ["FATAL Error: Failed: database has been invalidated", 2],
    ["Failed to execute prepared statement: INTERNAL Error: Attempted …", 2],
    ["Invalid Input Error: INTERNAL Error", 1],
  ];
  const { prototype } = DuckDBPreparedStatement;
  const { startStream } = prototype;
  for (const [message, expected] of failures) {
    await using scratch = await withSmallFile();
    const opened = await databasesOpened(async () => {
      prototype.startStream = () => {
        throw new Error(message);
      };
      try {
        await assertRejects(
          () => scratch.rows("SELECT 1"),
          PondError,
          message.replace(/^Failed to [a-z ]+: /, ""),
        );
      } finally {
        prototype.startStream = startStream;
      }
      assertEquals(await scratch.rows("SELECT 1"), [[1]]);
    });
    assertEquals(opened, expected, message);
  }
});

Deno.test("a database in which the filling of a table has failed serves no other query", async () => {
  using database = await DuckDBDatabase.open();
  {
    await using engine = await DuckDBEngine.open(database);
    await engine.create("SCHEMA", "s");
    const columns = [{ name: "a", type: "BIGINT", comment: "" }] as const;
    // DuckDB would add these to the next table of this name, when it likes.
    const rows = async function* () {
      yield await Promise.resolve([[1, 2, 3]]);
      throw new RangeError("no more");
    };
    await assertRejects(
      () => engine.addTable("s", "t", columns, rows()),
      RangeError,
      "no more",
    );
  }
  assertEquals(database.isReusable, false);
});
