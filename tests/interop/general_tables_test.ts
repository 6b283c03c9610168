/**
 * Tables of any columns go to other engines and back: what pond writes they
 * read, with its statistics, and go on with; what they write pond reads, and goes
 * on with.
 */
import { assertEquals } from "@std/assert";
import { denoHost } from "../../src/host/deno_host.ts";
import {
  type ColumnDefinition,
  DeltaTable,
  type RowValues,
  schemaOf,
} from "../../src/oplog/mod.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { Engine } from "./engine.ts";
import { generalRows } from "./general_rows.ts";
import { canRunSpark } from "./java.ts";

const text = { kind: "string" } as const;
const long = { kind: "long" } as const;

const COLUMNS: readonly ColumnDefinition[] = [
  { name: "id", type: long, nullable: false },
  { name: "flag", type: { kind: "boolean" } },
  { name: "tiny", type: { kind: "byte" } },
  { name: "short", type: { kind: "short" } },
  { name: "number", type: { kind: "integer" } },
  { name: "single", type: { kind: "float" } },
  { name: "real", type: { kind: "double" } },
  { name: "money", type: { kind: "decimal", precision: 9, scale: 2 } },
  { name: "large", type: { kind: "decimal", precision: 38, scale: 6 } },
  { name: "day", type: { kind: "date" } },
  { name: "time", type: { kind: "timestamp" } },
  { name: "name", type: text },
  { name: "raw", type: { kind: "binary" } },
  { name: "list", type: { kind: "array", element: long } },
  { name: "map", type: { kind: "map", key: text, value: long } },
  {
    name: "place",
    type: {
      kind: "struct",
      fields: [
        {
          name: "lat",
          type: { kind: "double" },
          nullable: true,
          physicalName: "lat",
        },
        { name: "site", type: text, nullable: true, physicalName: "site" },
      ],
    },
  },
];

/** Values in which a wrong bound would hide a row. */
function rowsFrom(first: number, part?: RowValues): RowValues {
  const ids = [0, 1, 2, 3].map((i) => BigInt(first + i));
  return {
    id: ids,
    flag: [true, false, null, true],
    tiny: [-128, 127, null, 0],
    short: [-32768, 32767, null, 0],
    number: [-2147483648, 2147483647, null, 0],
    single: [0.1, -0.3, null, 1e30].map((v) => v === null ? v : Math.fround(v)),
    real: [0.1, -1e300, null, 1e-300],
    money: [-999999999n, 1250n, null, 999999999n],
    large: [10n ** 38n - 1n, 1n, null, -(10n ** 38n) + 1n],
    day: [-719162, 0, null, 20000],
    time: [-1n, 1_700_000_000_123_456n, null, 1001n],
    name: ["x".repeat(40), "", null, "ä\u{1f600}".repeat(30)],
    raw: [new Uint8Array([0, 255]), new Uint8Array(0), null, new Uint8Array(3)],
    list: [[1n, null, 3n], [], null, [-1n]],
    map: [[["a", 1n]], [], null, [["a", null], ["b", 2n]]],
    place: [
      { lat: 39.1, site: "Tahoe" },
      { lat: null, site: null },
      null,
      { lat: -0.5, site: "y".repeat(50) },
    ],
    ...part,
  };
}

/** Each names some rows by their bounds. */
const PREDICATES = [
  "id = 0",
  "real = 0.1",
  "money = CAST(9999999.99 AS DECIMAL(9,2))",
  "day = DATE '1970-01-01'",
  "time >= TIMESTAMP '2023-11-14 22:13:20.123456Z'",
  `name = '${"x".repeat(40)}'`,
  "name > 'y'",
  "place.site > 'y'",
  "number = 2147483647",
];

const SITES = ["a b", "a/b=c%", "ä", null] as const;

for (const name of ["deltalake", "spark"] as const) {
  const options = {
    name: `${name} reads, and goes on with, what pond writes to any table`,
    ignore: name === "spark" && !canRunSpark,
  };
  Deno.test(options, async (t) => {
    await using engine = await Engine.start(name);
    const select = async (table: string, where: string = "TRUE") => {
      const { rows } = await engine.tell({ do: "select", table, where });
      return rows;
    };
    for (
      const [layout, partitionColumns] of [
        ["in one piece", []],
        ["in partitions", ["site", "week"]],
      ] as const
    ) {
      await t.step(layout, async () => {
        await using temp = await tempDirectory();
        const path = temp.join("table");
        await Deno.mkdir(path);
        const isParted = partitionColumns.length > 0;
        const parts: readonly ColumnDefinition[] = isParted
          ? [{ name: "site", type: text }, {
            name: "week",
            type: { kind: "date" },
          }]
          : [];
        const part = isParted ? { site: SITES, week: [0, 7, 7, null] } : {};
        const table = await DeltaTable.create(denoHost(), path, {
          schema: schemaOf([...COLUMNS, ...parts]),
          partitionColumns,
          configuration: {},
        }, { commitInfo: { operation: "CREATE TABLE" }, timestampMs: 0 });

        const write = async (first: number) => {
          const tx = await table.begin();
          await tx.append(rowsFrom(first, part));
          await tx.commit();
        };
        await write(0);
        const ours = await generalRows(path);
        assertEquals(ours.length, 4);
        assertEquals(await select(path), ours);
        const before = new Map<string, unknown>();
        // Once is enough: partitions change nothing about it.
        for (const where of isParted ? [] : PREDICATES) {
          before.set(where, await select(path, where));
        }
        // Copies of their own, by statistics of their own, double each answer.
        await engine.tell({ do: "copy", table: path });
        for (const [where, rows] of before) {
          const once = rows as readonly string[];
          assertEquals(once.length > 0, true, where);
          const twice = [...once, ...once].sort();
          assertEquals(await select(path, where), twice, where);
        }
        assertEquals(await generalRows(path), [...ours, ...ours].sort());

        await write(100);
        const removing = await table.begin();
        await removing.deleteRows(({ id }) => id === 1n);
        removing.addColumns([{ name: "note", type: text }]);
        await removing.append({ id: [200n], note: ["new"] });
        await removing.commit({ operation: "DELETE" });
        const after = await generalRows(path);
        assertEquals(after.length, 4 + 4 + 4 - 2 + 1);
        assertEquals(await select(path), after);
        await engine.tell({ do: "checkpoint", table: path });
        await engine.tell({ do: "optimize", table: path });
        assertEquals(await generalRows(path), after);
        await write(300);
        assertEquals(await select(path), await generalRows(path));
      });
    }
  });
}
