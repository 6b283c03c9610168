/** The platform in memory: clock, random numbers, terminal. */
import { PondError } from "../../src/errors.ts";
import {
  assert,
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertLess,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { concatBytes, encodeUtf8, sha256Hex } from "../../src/bytes.ts";
import {
  MemoryClock,
  memoryHost,
  SeededRandom,
} from "../../src/host/memory.ts";

/** Crashes that a seed has found must be found by it again. */
const FIRST_OF_SEED_1 = [1580013426, 350525680, 3524174333];

Deno.test("MemoryClock goes on by a microsecond with each reading, from the same time", () => {
  const [clock, other] = [new MemoryClock(), new MemoryClock()];
  const start = clock.nowUs();
  assertEquals([clock.nowUs(), clock.nowUs()], [start + 1, start + 2]);
  assertEquals(other.nowUs(), start);
  assertEquals(new Date(start / 1000).toISOString().slice(0, 10), "2026-01-01");
  const ms = clock.monotonicMs();
  assertGreater(clock.monotonicMs(), ms);
});

Deno.test("MemoryClock.sleep() is over at once, and the time has gone on", async () => {
  const clock = new MemoryClock();
  const start = clock.nowUs();
  await clock.sleep(3_600_000.0001);
  assertEquals(clock.nowUs() - start, 3_600_000_001 + 1);
});

Deno.test("MemoryClock.sleep() lets others go on", async () => {
  const clock = new MemoryClock();
  const events: string[] = [];
  const other = Promise.resolve().then(() => events.push("other"));
  await clock.sleep(0);
  events.push("slept");
  await other;
  assertEquals(events, ["other", "slept"]);
});

Deno.test("MemoryClock.sleep() that is aborted rejects with the signal's reason, and takes no time", async () => {
  const clock = new MemoryClock();
  const start = clock.nowUs();
  const reason = new RangeError("enough");
  // A call that throws instead of rejecting would end the test here.
  const sleeping = clock.sleep(1000, AbortSignal.abort(reason));
  assertStrictEquals(await assertRejects(() => sleeping), reason);
  const abort = new AbortController();
  const later = clock.sleep(1000, abort.signal);
  abort.abort(reason);
  assertStrictEquals(await assertRejects(() => later), reason);
  assertEquals(clock.nowUs(), start + 1);
});

Deno.test("SeededRandom gives the same numbers for the same seed, now and in later versions", () => {
  const random = new SeededRandom(1);
  const numbers = Array.from({ length: 3 }, () => random.fraction() * 2 ** 32);
  assertEquals(numbers, FIRST_OF_SEED_1);
  const other = new SeededRandom(2);
  assertNotEquals(other.fraction() * 2 ** 32, FIRST_OF_SEED_1[0]);
});

Deno.test("SeededRandom.fraction() is spread evenly from 0 to below 1", () => {
  for (const seed of [0, 1, -1, 2 ** 31]) {
    const random = new SeededRandom(seed);
    const tenths = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) {
      const fraction = random.fraction();
      assertGreaterOrEqual(fraction, 0);
      assertLess(fraction, 1);
      const tenth = Math.floor(fraction * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    for (const count of tenths) {
      assert(count > 850 && count < 1150, `${tenths}`);
    }
  }
});

Deno.test("SeededRandom.uuidHex() gives UUIDs of version 4, each once", () => {
  const random = new SeededRandom(1);
  const ids = Array.from({ length: 1000 }, () => random.uuidHex());
  for (const id of ids) {
    assertMatch(id, /^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
  }
  assertEquals(new Set(ids).size, ids.length);
  assertEquals(new SeededRandom(1).uuidHex(), ids[0]);
});

Deno.test("memoryHost() is the same for the same seed, and another for others", async () => {
  const idsOf = async (seed: number) => {
    const { files, random } = memoryHost({ seed });
    for (const name of "abcdefgh") await files.makeDirectory(`/${name}`);
    files.crash("random");
    const left = await Array.fromAsync(files.list("/"));
    return [random.uuidHex(), ...left.map(({ name }) => name)];
  };
  assertEquals(await idsOf(1), await idsOf(1));
  assertNotEquals(await idsOf(1), await idsOf(2));
});

Deno.test("memoryHost() without a seed makes other ids for each host that comes to a disk", async () => {
  const first = memoryHost();
  const ids = [first.random.uuidHex()];
  for (let i = 0; i < 3; i++) {
    await first.files.replace("/file", new Uint8Array(1));
    const next = memoryHost({ files: first.files });
    assertStrictEquals(next.files, first.files);
    ids.push(next.random.uuidHex());
  }
  assertEquals(new Set(ids).size, ids.length);
});

Deno.test("memoryHost() hashes", async () => {
  const bytes = encodeUtf8("some bytes");
  const hash = await memoryHost().hasher.sha256();
  hash.update(bytes.subarray(0, 3));
  hash.update(bytes.subarray(3));
  assertEquals(hash.digestHex(), await sha256Hex(bytes));
});

Deno.test("MemoryTerminal keeps what is written, as it was at the call", async () => {
  const { terminal } = memoryHost();
  const bytes = encodeUtf8("out ü");
  // A character may be cut.
  assertEquals(await terminal.stdout.write(bytes.subarray(0, 5)), true);
  assertEquals(await terminal.stdout.write(bytes.subarray(5)), true);
  await terminal.stderr.write(encodeUtf8("err"));
  bytes.fill(0);
  assertEquals(terminal.stdout.text(), "out ü");
  assertEquals(terminal.stderr.text(), "err");
});

Deno.test("MemoryTerminal is what the options say", async () => {
  const { terminal } = memoryHost({
    env: { USER: "someone", HOME: "/home/someone" },
    stdin: encodeUtf8("typed"),
    isTerminal: true,
    cwd: "/work",
  });
  const { stdout, stderr } = terminal;
  assertEquals(
    [stdout.isTerminal, stderr.isTerminal, terminal.stdinIsTerminal],
    [true, true, true],
  );
  assertEquals(stdout.columns, 80);
  const input = concatBytes(await Array.fromAsync(terminal.stdin()));
  assertEquals(input, encodeUtf8("typed"));
  assertEquals(terminal.env("HOME"), "/home/someone");
  assertEquals(terminal.env("PATH"), undefined);
  assertEquals([terminal.cwd(), terminal.user()], ["/work", "someone"]);
  assertEquals(terminal.platform().os, "memory");
  const error = await assertRejects(() => terminal.run(["vi"]), PondError);
  assertEquals(error.code, "UNSUPPORTED");
});

Deno.test("MemoryTerminal without options is no terminal, with empty streams", async () => {
  const { terminal } = memoryHost();
  const { stdout, stderr } = terminal;
  assertEquals(
    [stdout.isTerminal, stderr.isTerminal, terminal.stdinIsTerminal],
    [false, false, false],
  );
  assertEquals(await Array.fromAsync(terminal.stdin()), []);
  assertEquals([stdout.text(), stderr.text()], ["", ""]);
  assertEquals([terminal.cwd(), terminal.user()], ["/", "tester"]);
  assertEquals(terminal.env("USER"), undefined);
});
