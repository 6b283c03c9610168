/** Logs and files that were made to mislead, or fell apart: clear errors. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Bytes } from "../../../src/bytes.ts";
import { IntegrityError, PondError } from "../../../src/errors.ts";
import { parseStats } from "../../../src/oplog/mod.ts";
import { EXPECTED, GOLDEN, goldenTest } from "../../support/golden.ts";
import {
  add,
  field,
  Fixture,
  idTable,
  linesOf,
  longs,
  metaData,
  parquetOf,
  protocol,
} from "./fixture.ts";

const SCHEMA = [field("id", "long")];
const FIRST = [protocol(), metaData(SCHEMA)];
const DEEP = 200_000;

function commitName(version: number): string {
  return `${String(version).padStart(20, "0")}.json`;
}

Deno.test("a log can't name a file above the table", async () => {
  const names = [
    "../a",
    "x/../../a",
    "%2E%2E/a",
    "file:///t/../a",
    "/t/../a",
    "a%00",
  ];
  for (const name of names) {
    const fixture = new Fixture().commit(0, ...FIRST, add(name));
    await assertRejects(() => fixture.rows(), IntegrityError, "outside", name);
  }
});

Deno.test("a commit that contradicts itself is refused, one that repeats itself is not", async () => {
  const fixture = await idTable([], [1]);
  const contradictions = [
    [{ remove: { path: "a" } }, add("a")],
    [add("b%20c"), { remove: { path: "b c" } }],
    [protocol(), protocol()],
    [metaData(SCHEMA), metaData(SCHEMA)],
  ];
  for (const actions of contradictions) {
    fixture.commit(1, ...actions);
    await assertRejects(() => fixture.open(), IntegrityError, "version 1");
  }
  fixture.commit(1, add("a"), add("a"), { remove: { path: "x" } });
  assertEquals(await fixture.rows(), [{ id: "1n" }]);
});

Deno.test("a commit that is empty, torn or no JSON is an error that names it", async () => {
  const whole = linesOf([add("b"), add("c")]);
  const damaged = [
    "",
    whole.slice(0, -20),
    "{}{}",
    "null",
    "\ufeff{",
    "[1]",
    "\0",
  ];
  for (const content of damaged) {
    const fixture = (await idTable([], [1])).log(commitName(1), content);
    const error = await assertRejects(() => fixture.open(), IntegrityError);
    assertEquals(error.path, `/t/_delta_log/${commitName(1)}`);
  }
});

Deno.test("a gap between versions is an error that names the first one missing", async () => {
  const fixture = (await idTable([], [1])).commit(2, add("b"));
  const error = await assertRejects(() => fixture.open(), IntegrityError);
  assertEquals(error.path, `/t/_delta_log/${commitName(1)}`);
  const far = (await idTable([], [1]))
    .log("99999999999999999999.json", linesOf([add("b")]))
    .log(`${"9".repeat(15).padStart(20, "0")}.json`, linesOf([add("b")]));
  await assertRejects(() => far.open(), IntegrityError, "is missing");
});

Deno.test("JSON that is deeper than any stack is no more than an error", async () => {
  const lists = "[".repeat(DEEP) + "]".repeat(DEEP);
  const types = `{"type":"array","elementType":`.repeat(DEEP) + `"long"` +
    "}".repeat(DEEP);
  const schemaString =
    `{"type":"struct","fields":[{"name":"a","type":${types}}]}`;
  const lines = [
    `{"add":{"path":${lists}}}`,
    lists,
    linesOf([metaData(SCHEMA, { schemaString })]),
  ];
  for (const line of lines) {
    const fixture = (await idTable([], [1])).log(commitName(1), line);
    await assertRejects(() => fixture.rows(), PondError);
  }
  const harmless = (await idTable([], [1]))
    .log(
      commitName(1),
      `{"someday":${lists}}\n{"commitInfo":{"a":${lists}}}\n`,
    );
  assertEquals(await harmless.rows(), [{ id: "1n" }]);
  assertEquals(parseStats(`{"numRecords":${lists}}`), undefined);
});

Deno.test("a line of many MiB is read like any other", async () => {
  const stats = "x".repeat(100 * 1024 * 1024);
  const fixture = await idTable([], [1], { stats });
  assertEquals(await fixture.rows(), [{ id: "1n" }]);
});

Deno.test("statistics that lie or are no JSON change no row", async () => {
  const all = [
    `{"numRecords":0}`,
    `{"numRecords":NaN}`,
    `{"numRecords":1e400,"minValues":{"id":"NaN"},"maxValues":{"id":-1}}`,
    "{",
    "",
    null,
  ];
  for (const stats of all) {
    const fixture = await idTable([], [1, 2], { stats });
    assertEquals(await fixture.rows(), [{ id: "1n" }, { id: "2n" }]);
  }
});

Deno.test("sizes that a log states change no row", async () => {
  for (const size of [0, -1, 1e18]) {
    const fixture = await idTable([], [7], { size });
    assertEquals(await fixture.rows(), [{ id: "7n" }]);
  }
});

Deno.test("a missing file, an empty one and one of text are errors that name it", async () => {
  const fixture = new Fixture().commit(0, ...FIRST, add("a"));
  for (
    const content of [undefined, "", "PAR1PAR1", "PAR1    \xff\xff\xff\x7fPAR1"]
  ) {
    if (content !== undefined) fixture.file("a", content);
    const error = await assertRejects(() => fixture.rows(), IntegrityError);
    assertEquals(error.path, "/t/a");
  }
  fixture.file("a", "PAR1 a footer that nobody can read PARE");
  const error = await assertRejects(() => fixture.rows(), PondError);
  assertEquals(error.code, "UNSUPPORTED");
  assert(error.message.includes("encrypted"));
});

/** Numbers of a generator that is the same in every run. */
function* numbersFrom(seed: number): Generator<number> {
  for (let state = seed;;) {
    state = Math.imul(state, 1664525) + 1013904223 | 0;
    yield (state >>> 8) / 0x1000000;
  }
}

/** Reads a table whose file was changed at random places, many times over. */
async function survives(
  original: Bytes,
  fields: readonly unknown[],
  rounds: number,
): Promise<number> {
  const random = numbersFrom(original.length);
  const next = () => random.next().value as number;
  const fixture = new Fixture().commit(
    0,
    protocol(),
    metaData(fields),
    add("a"),
  );
  let errors = 0;
  for (let round = 0; round < rounds; round++) {
    const bytes = original.slice();
    for (let i = 0; i < 1 + round % 3; i++) {
      bytes[Math.floor(next() * bytes.length)] = Math.floor(next() * 256);
    }
    const start = performance.now();
    try {
      await fixture.file("a", bytes).rows();
    } catch (error) {
      if (!(error instanceof PondError)) throw error;
      errors++;
    }
    assert(performance.now() - start < 5000, `round ${round} took too long`);
  }
  return errors;
}

Deno.test("a Parquet file with any bytes changed is read, or refused as damaged", async () => {
  const numbers = Array.from({ length: 50 }, (_, i) => i * i);
  const small = await parquetOf([
    longs("id", ...numbers),
    longs("x", ...numbers),
  ]);
  assert(await survives(small, SCHEMA, 500) > 0);
});

goldenTest(
  "a Parquet file of another writer with any bytes changed is read, or refused as damaged",
  async () => {
    for (
      const name of ["data-reader-primitives", "data-reader-nested-struct"]
    ) {
      const bytes = await Deno.readFile(`${GOLDEN}/${name}/expected.parquet`);
      const fields = EXPECTED[name]?.schema.fields ?? [];
      assert(await survives(bytes, fields, 300) > 0);
    }
  },
);
