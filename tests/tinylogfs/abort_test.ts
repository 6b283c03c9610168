/** An ended call rejects with the reason of its signal, whatever that is. */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { memoryHost } from "../../src/host/memory.ts";
import { openPond } from "../../src/pond.ts";
import { BLOB_MIN_BYTES, TinyLogFS } from "../../src/tinylogfs/mod.ts";

const POND = "/pond";
const SMALL = "/small.csv";
const LARGE = "/large.csv";

/** A long call of the library. */
type Call = (fs: TinyLogFS, signal: AbortSignal) => Promise<unknown>;

const CALLS: Readonly<Record<string, Call>> = {
  "readFile() of a row": (fs, signal) => fs.readFile(SMALL, { signal }),
  "readFile() of a blob": (fs, signal) => fs.readFile(LARGE, { signal }),
  "streamFile() of a row": (fs, signal) => fs.streamFile(SMALL, { signal }),
  "streamFile() of a blob": async (fs, signal) =>
    await Array.fromAsync(await fs.streamFile(LARGE, { signal })),
  "writeFile()": (fs, signal) => fs.writeFile("/new", "", { signal }),
  "writeFile() of a stream": (fs, signal) =>
    fs.writeFile("/new", new ReadableStream(), { signal }),
  "commit()": async (fs, signal) => {
    await fs.createFile("/new", "");
    await fs.commit({ signal });
  },
  "historyRows()": (fs, signal) => Array.fromAsync(fs.historyRows({ signal })),
  "directoryEntryRows()": (fs, signal) =>
    Array.fromAsync(fs.directoryEntryRows({ signal })),
  "transactions()": (fs, signal) =>
    Array.fromAsync(fs.transactions({ signal })),
  "queryHistory()": (fs, signal) =>
    fs.queryHistory("FROM operations", { signal }),
};

const REASONS: Readonly<Record<string, (end: AbortController) => void>> = {
  "no reason": (end) => end.abort(),
  "an error": (end) => end.abort(new RangeError("too long")),
  "a text": (end) => end.abort("enough"),
};

async function pond(): Promise<TinyLogFS> {
  const host = memoryHost();
  await using fs = await TinyLogFS.initEmpty(host, POND);
  await fs.createFile(SMALL, "a\n1\n");
  await fs.createFile(LARGE, new Uint8Array(BLOB_MIN_BYTES));
  await fs.commit();
  return await openPond(host, POND);
}

async function reasonOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  return undefined;
}

for (const [name, call] of Object.entries(CALLS)) {
  Deno.test(`${name} rejects with the reason of its signal`, async () => {
    for (const [what, abort] of Object.entries(REASONS)) {
      await using fs = await pond();
      const end = new AbortController();
      abort(end);
      const reason = await reasonOf(call(fs, end.signal));
      assertStrictEquals(reason, end.signal.reason, what);
    }
  });
}

Deno.test("writeFile() ends while it waits for a stream, and cancels that", async () => {
  await using fs = await pond();
  const end = new AbortController();
  const waiting = Promise.withResolvers<void>();
  let cancelledWith: unknown;
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new Uint8Array(BLOB_MIN_BYTES)),
    pull: () => {
      waiting.resolve();
      return new Promise(() => {});
    },
    cancel: (reason) => void (cancelledWith = reason),
  }, { highWaterMark: 0 });
  const writing = reasonOf(
    fs.writeFile("/new", stream, { signal: end.signal }),
  );
  await waiting.promise;
  end.abort();
  assertStrictEquals(await writing, end.signal.reason);
  assertStrictEquals(cancelledWith, end.signal.reason);
  assertEquals(await fs.exists("/new"), false);
  assertEquals(fs.getStatus().pendingOperations, 0);
});

Deno.test("initEmpty() rejects with the reason of its signal, and makes no pond", async () => {
  for (const [what, abort] of Object.entries(REASONS)) {
    const host = memoryHost();
    const end = new AbortController();
    abort(end);
    const { signal } = end;
    const reason = await reasonOf(TinyLogFS.initEmpty(host, POND, { signal }));
    assertStrictEquals(reason, signal.reason, what);
    assertEquals(await host.files.stat(POND), undefined);
  }
});

Deno.test("initEmpty() that is ended on its way leaves no pond, and can be called again", async () => {
  const ends = new Set<string>();
  for (let after = 0; after < 100; after++) {
    const host = memoryHost();
    const end = new AbortController();
    const { signal } = end;
    let left = after;
    const stat = host.files.stat.bind(host.files);
    host.files.stat = (path) => {
      if (left-- === 0) end.abort();
      return stat(path);
    };
    const reason = await reasonOf(TinyLogFS.initEmpty(host, POND, { signal }));
    const isPond = await host.files.stat(`${POND}/pond.json`) !== undefined;
    ends.add(`${reason === undefined} ${isPond}`);
    if (reason === undefined) break;
    assertStrictEquals(reason, signal.reason);
    await using _again = await TinyLogFS.initEmpty(host, POND);
  }
  assertEquals([...ends].sort(), ["false false", "true true"]);
});
