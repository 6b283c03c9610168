/** Old commits go when a sound checkpoint stands for them, and not before. */
import { assert, assertEquals } from "@std/assert";
import { encodeUtf8 } from "../../../src/bytes.ts";
import { type MemoryHost, memoryHost } from "../../../src/host/memory.ts";
import { DeltaTable } from "../../../src/oplog/delta/mod.ts";
import {
  fileRetentionMs,
  isLogCleaned,
  logRetentionMs,
} from "../../../src/oplog/delta/retention.ts";

const TABLE = "/t";
const LOG = `${TABLE}/_delta_log`;
const DAY_MS = 86_400_000;

type Settings = Readonly<Record<string, string>>;

function commitOf(host: MemoryHost, path: string) {
  return {
    adds: [{
      path,
      partitionValues: {},
      size: 1,
      modificationTime: 1,
      dataChange: true,
    }],
    commitInfo: { operation: "WRITE" },
    timestampMs: Math.floor(host.clock.nowUs() / 1000),
  };
}

/** Ten commits, a checkpoint of version 4 and one of version 7, one a day. */
async function oldTable(
  configuration: Settings = {},
): Promise<{ host: MemoryHost; table: DeltaTable }> {
  const host = memoryHost();
  await host.files.makeDirectory(TABLE);
  const definition = {
    schema: {
      type: "struct",
      fields: [{ name: "a", type: "long", nullable: true, metadata: {} }],
    },
    partitionColumns: [],
    configuration,
  } as const;
  const first = commitOf(host, "0");
  const table = await DeltaTable.create(host, TABLE, definition, first);
  for (let version = 1; version <= 9; version++) {
    await host.clock.sleep(DAY_MS);
    await table.commit(commitOf(host, `${version}`));
    if (version === 4 || version === 7) await table.checkpoint();
  }
  return { host, table };
}

/** The versions of the commits and of the checkpoints that are there. */
async function versions(host: MemoryHost): Promise<[number[], number[]]> {
  const commits: number[] = [];
  const checkpoints: number[] = [];
  for await (const { name } of host.files.list(LOG)) {
    if (/^\d+\.json$/.test(name)) commits.push(parseInt(name));
    if (name.endsWith(".checkpoint.parquet")) checkpoints.push(parseInt(name));
  }
  return [commits.sort((a, b) => a - b), checkpoints.sort((a, b) => a - b)];
}

async function paths(host: MemoryHost): Promise<string[]> {
  const table = await DeltaTable.open(host, TABLE);
  return [...table.snapshot.adds].map(({ path }) => path);
}

const EVERYTHING: [number[], number[]] = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  [4, 7],
];

Deno.test("cleanLog() removes commits before the newest checkpoint that is old enough, and keeps that and its commit", async () => {
  const { host, table } = await oldTable();
  assertEquals((await table.cleanLog()).filesRemoved, 0);
  // Version 5 was committed 30 days and some hours ago then, version 6 was not.
  await host.clock.sleep(26.5 * DAY_MS);
  assertEquals((await table.cleanLog()).firstVersion, 4);
  assertEquals(await versions(host), [[4, 5, 6, 7, 8, 9], [4, 7]]);
  assertEquals((await paths(host)).length, 10);
  await host.clock.sleep(DAY_MS * 10);
  const { filesRemoved, bytesRemoved, firstVersion } = await table.cleanLog();
  assertEquals([filesRemoved, firstVersion], [4, 7]);
  assert(bytesRemoved > 1000);
  assertEquals(await versions(host), [[7, 8, 9], [7]]);
  assertEquals((await paths(host)).length, 10);
  assertEquals((await table.cleanLog()).filesRemoved, 0);
  // Who had it open goes on.
  await table.commit(commitOf(host, "10"));
  assertEquals((await paths(host)).length, 11);
});

Deno.test("cleanLog() follows the table's settings", async () => {
  const short = { "delta.logRetentionDuration": "interval 2 days" };
  const { host, table } = await oldTable(short);
  assertEquals((await table.cleanLog()).firstVersion, 4);
  assertEquals(await versions(host), [[4, 5, 6, 7, 8, 9], [4, 7]]);
  const off = { ...short, "delta.enableExpiredLogCleanup": "false" };
  const kept = await oldTable(off);
  assertEquals((await kept.table.cleanLog()).filesRemoved, 0);
  assertEquals(await versions(kept.host), EVERYTHING);
});

Deno.test("cleanLog() removes checksums and log compaction files with their commits, and nothing else", async () => {
  const { host, table } = await oldTable();
  const name = (version: number) => String(version).padStart(20, "0");
  const gone = [`${name(2)}.crc`, `${name(1)}.${name(5)}.compacted.json`];
  const kept = [
    `${name(8)}.crc`,
    `${name(7)}.${name(8)}.compacted.json`,
    "notes.txt",
    `.${name(2)}.json.tmp`,
  ];
  for (const each of [...gone, ...kept]) {
    host.files.plant(`${LOG}/${each}`, encodeUtf8("{}"));
  }
  await host.clock.sleep(60 * DAY_MS);
  await table.cleanLog();
  for (const each of gone) {
    assertEquals(await host.files.stat(`${LOG}/${each}`), undefined, each);
  }
  for (const each of kept) assert(await host.files.stat(`${LOG}/${each}`));
});

Deno.test("cleanLog() removes nothing for a checkpoint that is damaged, empty or missing", async () => {
  const path = `${LOG}/${"7".padStart(20, "0")}.checkpoint.parquet`;
  const damages: ((host: MemoryHost) => void)[] = [
    ({ files }) => files.flipBit(path, 2000),
    ({ files }) => files.plant(path, new Uint8Array()),
  ];
  for (const damage of damages) {
    const { host, table } = await oldTable();
    damage(host);
    await host.clock.sleep(60 * DAY_MS);
    assertEquals((await table.cleanLog()).filesRemoved, 0);
    assertEquals(await versions(host), EVERYTHING);
  }
  const { host, table } = await oldTable();
  for (const version of [4, 7]) {
    host.files.uproot(
      `${LOG}/${String(version).padStart(20, "0")}.checkpoint.parquet`,
    );
  }
  await host.clock.sleep(60 * DAY_MS);
  assertEquals((await table.cleanLog()).filesRemoved, 0);
});

Deno.test("retentions are read from the settings, and are the protocol's where these say nothing", () => {
  const of = (configuration: Settings) => ({
    id: "x",
    format: { provider: "parquet", options: {} },
    schemaString: "{}",
    partitionColumns: [],
    configuration,
  });
  assertEquals(logRetentionMs(of({})), 30 * DAY_MS);
  assertEquals(fileRetentionMs(of({})), 7 * DAY_MS);
  assert(isLogCleaned(of({})));
  const log = (text: string) =>
    logRetentionMs(of({ "delta.logRetentionDuration": text }));
  assertEquals(log("interval 1 week"), 7 * DAY_MS);
  assertEquals(log("INTERVAL 2 days 3 hours"), 2 * DAY_MS + 3 * 3_600_000);
  assertEquals(log("0 seconds"), 0);
  for (const text of ["", "soon", "interval", "interval -1 days", "3 moons"]) {
    assertEquals(log(text), 30 * DAY_MS, text);
  }
});
