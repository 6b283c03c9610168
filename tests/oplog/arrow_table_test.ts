/**
 * Arrow files and streams that aren't what they say: each is refused, or read
 * for what it is, and takes no more than its size allows.
 */
import {
  assert,
  assertLess,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
// @ts-types="npm:@uwdata/flechette@2.6.0"
import {
  bool,
  columnFromArray,
  type DataType,
  decimal,
  dictionary,
  fixedSizeList,
  float64,
  int32,
  int64,
  list,
  map,
  nullType,
  struct,
  type Table,
  tableFromColumns,
  tableToIPC,
  timestamp,
  utf8,
} from "@uwdata/flechette";
import { IntegrityError, PondError } from "../../src/errors.ts";
import { readArrowTable } from "../../src/oplog/arrow_table.ts";

type Format = "file" | "stream";

const FORMATS: readonly Format[] = ["file", "stream"];

/** Seeds of each format; some thousand together. */
const SEEDS = 1500;

const COLUMNS: Readonly<Record<string, [DataType, unknown[]]>> = {
  integer: [int32(), [1, null, 3, 4]],
  long: [int64(), [1n, 2n, null, 4n]],
  double: [float64(), [0.5, 1.5, null, -1]],
  flag: [bool(), [true, null, false, true]],
  text: [utf8(), ["a", null, "three", "four more letters"]],
  nothing: [nullType(), [null, null, null, null]],
  decimal: [decimal(13, 7), [1, null, 2.5, 3]],
  time: [timestamp(2), [1, 2, null, 4]],
  named: [dictionary(utf8()), ["x", "y", "x", null]],
  list: [list(int32()), [[1, 2], [], null, [3]]],
  pair: [fixedSizeList(int32(), 2), [[1, 2], [3, 4], null, [5, 6]]],
  record: [
    struct({ a: int32(), b: utf8() }),
    [{ a: 1, b: "x" }, null, { a: 2, b: "y" }, { a: 3, b: "z" }],
  ],
  map: [
    map(utf8(), int32()),
    [[["k", 1]], [], null, [["l", 2], ["m", 3]]],
  ],
};

function ipcOf(table: Table, format: Format): Uint8Array {
  const bytes = tableToIPC(table, { format });
  assert(bytes !== null);
  return bytes;
}

function valid(format: Format, names = Object.keys(COLUMNS)): Uint8Array {
  const columns = names.map((name) => {
    const [type, values] = COLUMNS[name] ?? [nullType(), []];
    return [name, columnFromArray(values, type)] as const;
  });
  return ipcOf(tableFromColumns(columns.map(([n, c]) => [n, c])), format);
}

/** Reads all, and counts the values and characters in it. */
async function sizeRead(bytes: Uint8Array): Promise<number> {
  const table = await readArrowTable(bytes, "/x.arrow");
  let size = 0;
  const count = (value: unknown): void => {
    size++;
    if (typeof value === "string") size += value.length;
    else if (value instanceof Uint8Array) size += value.length;
    else if (typeof value === "object" && value !== null) {
      Object.values(value).forEach(count);
    }
  };
  for (let from = 0; from < table.numRows; from += 65_536) {
    const to = Math.min(from + 65_536, table.numRows);
    table.rows(from, to).forEach((cells) => cells.forEach(count));
  }
  return size;
}

/** A generator of numbers below 2^32: xorshift. */
function randomOf(seed: number): () => number {
  let state = seed * 2_654_435_761 + 1 >>> 0;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>>= 0;
  };
}

/** A file with some bytes changed, a number overwritten, or its end cut off. */
function damaged(bytes: Uint8Array, seed: number): Uint8Array {
  const random = randomOf(seed);
  const made = bytes.slice();
  for (let n = random() % 3 + 1; n > 0; n--) {
    const at = random() % made.length;
    switch (random() % 4) {
      case 0:
        made[at] = random();
        break;
      case 1:
        made[at] = [0, 1, 0x7f, 0x80, 0xff][random() % 5] ?? 0;
        break;
      case 2: {
        const width = [2, 4, 8][random() % 3] ?? 4;
        const place = at - at % width;
        made.fill(random() % 2 === 0 ? 0x7f : 0xff, place, place + width);
        break;
      }
      default: {
        const from = random() % made.length;
        made.copyWithin(at, from, from + 8);
      }
    }
  }
  return random() % 20 === 0 ? made.subarray(0, random() % made.length) : made;
}

for (const format of FORMATS) {
  Deno.test(`readArrowTable() reads or refuses a damaged ${format}, and takes no more than its size allows`, async () => {
    const whole = valid(format);
    const all = await sizeRead(whole);
    assert(all > 100);
    let refused = 0;
    for (let seed = 0; seed < SEEDS; seed++) {
      try {
        // The bound of what repeats itself is far above what a number can claim.
        assertLess(await sizeRead(damaged(whole, seed)), 1 << 27, `${seed}`);
      } catch (error) {
        if (!(error instanceof PondError)) {
          throw new Error(`seed ${seed}`, { cause: error });
        }
        assert(["INTEGRITY", "UNSUPPORTED"].includes(error.code), `${seed}`);
        refused++;
      }
    }
    assert(refused > SEEDS / 10 && refused < SEEDS, `${refused}`);
  });
}

/** A number wherever it stands, overwritten with another one. */
function claiming(
  bytes: Uint8Array,
  width: 4 | 8,
  from: number,
  to: bigint,
): Uint8Array {
  const made = bytes.slice();
  const view = new DataView(made.buffer);
  let found = 0;
  for (let at = 0; at + width <= made.length; at += 4) {
    const value = width === 4
      ? BigInt(view.getInt32(at, true))
      : view.getBigInt64(at, true);
    if (value !== BigInt(from)) continue;
    if (width === 4) view.setInt32(at, Number(to), true);
    else view.setBigInt64(at, to, true);
    found++;
  }
  assert(found > 0);
  return made;
}

const ODD = 12_345;

/** Files that claim much, by what they claim. */
const HOSTILE: Readonly<
  Record<string, (format: Format) => readonly [Uint8Array, says: string]>
> = {
  "rows of nothing": (format) => {
    const column = columnFromArray(Array(ODD).fill(null), nullType());
    const bytes = ipcOf(tableFromColumns([["n", column]]), format);
    return [claiming(bytes, 8, ODD, 1n << 40n), "more than there is room for"];
  },
  "rows that aren't there": (format) => {
    const column = columnFromArray(Array(ODD).fill(1), int32());
    const bytes = ipcOf(tableFromColumns([["n", column]]), format);
    return [claiming(bytes, 8, ODD, 1n << 22n), "no valid Arrow IPC"];
  },
  "a length below zero": (format) => {
    const column = columnFromArray(Array(ODD).fill(1), int32());
    const bytes = ipcOf(tableFromColumns([["n", column]]), format);
    return [claiming(bytes, 8, ODD, -1n), "no valid Arrow IPC"];
  },
  "digits of a decimal": (format) => {
    const column = columnFromArray([1, 2], decimal(38, 37));
    const bytes = ipcOf(tableFromColumns([["n", column]]), format);
    return [claiming(bytes, 4, 37, 100_000_000n), "no valid Arrow IPC"];
  },
  "an entry of a dictionary": (format) => {
    const values = Array.from({ length: 999 }, (_, i) => `value ${i}`);
    const column = columnFromArray(values, dictionary(utf8()));
    const bytes = ipcOf(tableFromColumns([["n", column]]), format);
    return [claiming(bytes, 4, 998, 1_000_000n), "no valid Arrow IPC"];
  },
  "texts that go back": (format) => {
    const values = Array.from({ length: 999 }, (_, i) => `${i}`.padEnd(50));
    const column = columnFromArray(values, utf8());
    const bytes = ipcOf(tableFromColumns([["n", column]]), format);
    return [claiming(bytes, 4, 50 * 500, 1n), "no valid Arrow IPC"];
  },
  "items of a list": (format) => {
    const values = Array.from({ length: 999 }, (_, i) => [i, i]);
    const column = columnFromArray(values, list(int32()));
    const bytes = ipcOf(tableFromColumns([["n", column]]), format);
    return [claiming(bytes, 4, 1998, 1n << 30n), "more than there is room for"];
  },
  "items of lists of one length": (format) => {
    const values = Array.from({ length: 9 }, () => Array(77).fill(1));
    const column = columnFromArray(values, fixedSizeList(int32(), 77));
    const bytes = ipcOf(tableFromColumns([["n", column]]), format);
    return [claiming(bytes, 4, 77, 1n << 30n), "no valid Arrow IPC"];
  },
  "one long text for each row": (format) => {
    const values = Array.from({ length: 70_000 }, () => "x".repeat(9000));
    const column = columnFromArray(values, dictionary(utf8()));
    const bytes = ipcOf(tableFromColumns([["n", column]]), format);
    return [bytes, "more than there is room for"];
  },
};

for (const [what, fileOf] of Object.entries(HOSTILE)) {
  for (const format of FORMATS) {
    Deno.test(`readArrowTable() refuses a ${format} that claims ${what}`, async () => {
      const [bytes, says] = fileOf(format);
      const error = await assertRejects(
        () => readArrowTable(bytes, "/x.arrow"),
        PondError,
      );
      assertStringIncludes(error.message, says);
      assertStringIncludes(error.message, "/x.arrow");
    });
  }
}

Deno.test("readArrowTable() refuses vectors that are longer than their message", async () => {
  for (const format of FORMATS) {
    const whole = valid(format, ["integer", "named"]);
    let refused = 0;
    for (let at = 0; at + 4 <= whole.length; at += 4) {
      const made = whole.slice();
      new DataView(made.buffer).setInt32(at, 0x7fffffff, true);
      try {
        assertLess(await sizeRead(made), 1000);
      } catch (error) {
        assert(error instanceof PondError, `${format} ${at}`);
        refused++;
      }
    }
    assert(refused > 10);
  }
});

Deno.test("readArrowTable() refuses the beginnings of files", async () => {
  for (const text of ["ARROW1", "ARROW1\0\0ARROW1", "\xff\xff\xff\xff"]) {
    const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    await assertRejects(() => readArrowTable(bytes, "/x"), IntegrityError);
  }
});
