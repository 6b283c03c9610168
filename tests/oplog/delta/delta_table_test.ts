/** A Delta table on the simulated disk: commits, readers, damage. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { encodeUtf8 } from "../../../src/bytes.ts";
import { IntegrityError, PondError } from "../../../src/errors.ts";
import { type MemoryHost, memoryHost } from "../../../src/host/memory.ts";
import { type AddFile, DeltaTable } from "../../../src/oplog/delta/mod.ts";

const TABLE = "/t";
const LOG = `${TABLE}/_delta_log`;
const DEFINITION = {
  schema: {
    type: "struct",
    fields: [{ name: "a", type: "long", nullable: true, metadata: {} }],
  },
  partitionColumns: [],
  configuration: {},
} as const;
const HEAD = { headPath: "/head", plain: true };

function add(path: string, extra: Partial<AddFile> = {}): AddFile {
  return {
    path,
    partitionValues: {},
    size: 1,
    modificationTime: 1,
    dataChange: true,
    ...extra,
  };
}

function commitOf(path: string, timestampMs = 1000) {
  return {
    adds: [add(path)],
    commitInfo: { operation: "WRITE", txnId: `txn-${path}` },
    timestampMs,
  };
}

async function newTable(
  options: { headPath?: string } = HEAD,
): Promise<{ host: MemoryHost; table: DeltaTable }> {
  const host = memoryHost();
  await host.files.makeDirectory(TABLE);
  const first = commitOf("0");
  const table = await DeltaTable.create(
    host,
    TABLE,
    DEFINITION,
    first,
    options,
  );
  return { host, table };
}

async function grown(
  to: number,
  options: { headPath?: string } = HEAD,
): Promise<{ host: MemoryHost; table: DeltaTable }> {
  const made = await newTable(options);
  for (let i = 1; i <= to; i++) await made.table.commit(commitOf(`${i}`, i));
  return made;
}

function paths({ snapshot }: DeltaTable): string[] {
  return [...snapshot.adds].map(({ path }) => path);
}

function commitPath(version: number): string {
  return `${LOG}/${String(version).padStart(20, "0")}.json`;
}

/** How a table is opened afterwards: its paths, or the error. */
async function reopened(host: MemoryHost): Promise<string[] | PondError> {
  try {
    return paths(await DeltaTable.open(host, TABLE, HEAD));
  } catch (error) {
    if (error instanceof PondError) return error;
    throw error;
  }
}

Deno.test("commit() adds a version, and open() reads it back", async () => {
  const { host, table } = await grown(3);
  assertEquals(paths(table), ["0", "1", "2", "3"]);
  const again = await DeltaTable.open(host, TABLE, HEAD);
  assertEquals(again.snapshot.version, 3);
  assertEquals(paths(again), paths(table));
  assertEquals(again.digest, table.digest);
  assertEquals(again.snapshot.protocol, {
    minReaderVersion: 1,
    minWriterVersion: 2,
  });
});

Deno.test("create() refuses a directory with a table", async () => {
  const { host } = await newTable();
  const error = await assertRejects(
    () => DeltaTable.create(host, TABLE, DEFINITION, commitOf("x"), HEAD),
    PondError,
  );
  assertEquals(error.code, "ALREADY_EXISTS");
});

Deno.test("commit() lets one of two writers have a version, and the other try again", async () => {
  const { host, table } = await newTable();
  const other = await DeltaTable.open(host, TABLE, HEAD);
  assertEquals((await table.commit(commitOf("a"))).status, "committed");
  assertEquals((await other.commit(commitOf("b"))).status, "taken");
  assertEquals(paths(other), ["0"]);
  const changes = await other.refresh();
  assertEquals(changes.added.map(({ path }) => path), ["a"]);
  assertEquals(changes.commits.map((c) => [c.version, c.transactionId]), [
    [1, "txn-a"],
  ]);
  assertEquals((await other.commit(commitOf("b"))).status, "committed");
  await table.refresh();
  assertEquals(paths(table), ["0", "a", "b"]);
  assertEquals((await table.refresh()).commits, []);
});

Deno.test("commits carry times that grow, even when the clock goes back", async () => {
  const { host, table } = await newTable();
  for (const ms of [5000, 4000, 4500]) {
    await table.commit(commitOf(`at-${ms}`, ms));
  }
  const times: number[] = [];
  for (let version = 0; version <= 3; version++) {
    times.push((await host.files.stat(commitPath(version)))?.modifiedMs ?? 0);
  }
  assertEquals(times, [1000, 5000, 5001, 5002]);
});

Deno.test("open() reads a version, and openAt() the one at a time", async () => {
  const { host } = await grown(5);
  const at3 = await DeltaTable.open(host, TABLE, { version: 3 });
  assertEquals(paths(at3), ["0", "1", "2", "3"]);
  const tooNew = await assertRejects(
    () => DeltaTable.open(host, TABLE, { version: 6 }),
    PondError,
  );
  assertEquals(tooNew.code, "REVISION_NOT_FOUND");
  // Version 0 was made at 1000, the others each a millisecond later.
  const at = async (ms: number) =>
    (await DeltaTable.openAt(host, TABLE, ms)).snapshot.version;
  assertEquals([await at(1000), await at(1002), await at(9999)], [0, 2, 5]);
  const before = await assertRejects(() => at(999), PondError);
  assertEquals(before.code, "REVISION_NOT_FOUND");
});

Deno.test("maintain() writes a checkpoint after 64 commits, from which open() begins", async () => {
  const { host, table } = await grown(62);
  await table.maintain();
  assertEquals(await checkpoints(host), []);
  await table.commit(commitOf("63"));
  await table.maintain();
  assertEquals(await checkpoints(host), [
    "00000000000000000063.checkpoint.parquet",
  ]);
  await table.commit(commitOf("64"));
  const start = host.files.operations.length;
  const again = await DeltaTable.open(host, TABLE, HEAD);
  const read = host.files.operations.slice(start)
    .filter(({ name }) => name === "read" || name === "list")
    .map(({ name, path }) => `${name} ${path.replace(`${LOG}/`, "")}`);
  assertEquals(read, [
    "read /head",
    "read _last_checkpoint",
    "read 00000000000000000063.checkpoint.parquet",
    "read 00000000000000000064.json",
  ]);
  assertEquals(paths(again), paths(table));
  assertEquals(again.digest, table.digest);
});

async function checkpoints(host: MemoryHost): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of host.files.list(LOG)) {
    if (name.endsWith(".checkpoint.parquet")) names.push(name);
  }
  return names;
}

Deno.test("a missing, stale or torn _last_checkpoint changes nothing", async () => {
  const { host, table } = await grown(70);
  await table.checkpoint();
  await table.commit(commitOf("71"));
  const hint = `${LOG}/_last_checkpoint`;
  for (const text of ["", "{", `{"version":3}`, `{"version":99}`, "[1]"]) {
    host.files.plant(hint, encodeUtf8(text));
    assertEquals(await reopened(host), paths(table), text);
  }
  host.files.uproot(hint);
  assertEquals(await reopened(host), paths(table));
});

Deno.test("an empty checkpoint is none", async () => {
  const { host, table } = await grown(5);
  await table.checkpoint();
  const name = `${LOG}/00000000000000000005.checkpoint.parquet`;
  host.files.plant(name, new Uint8Array());
  assertEquals(await reopened(host), paths(table));
});

Deno.test("a commit that is lost is found: in the middle, and at the end by its witness", async () => {
  for (const lost of [0, 2, 4]) {
    const { host } = await grown(4);
    host.files.uproot(commitPath(lost));
    const error = await reopened(host);
    assert(error instanceof IntegrityError, `${lost}: ${error}`);
    assertEquals(error.path, commitPath(lost));
  }
});

Deno.test("a witness that is missing, torn or behind changes nothing", async () => {
  const { host, table } = await grown(4);
  const whole = await host.files.read("/head");
  await table.commit(commitOf("5"));
  for (
    const bytes of [whole, new Uint8Array(), encodeUtf8("0".repeat(91))]
  ) {
    host.files.plant("/head", bytes);
    assertEquals(await reopened(host), paths(table));
  }
  host.files.uproot("/head");
  assertEquals(await reopened(host), paths(table));
});

Deno.test("a commit behind another commit than the one that is there is refused", async () => {
  const { host } = await grown(4);
  const { host: other } = await grown(4);
  const foreign = await grown(1);
  await foreign.table.commit({ ...commitOf("x"), timestampMs: 77 });
  const bytes = await foreign.host.files.read(commitPath(2));
  host.files.plant(commitPath(2), bytes);
  const error = await reopened(host);
  assert(error instanceof IntegrityError, String(error));
  // The same bytes in the same place are the same table.
  other.files.plant(commitPath(2), await other.files.read(commitPath(2)));
  assertEquals(await reopened(other), ["0", "1", "2", "3", "4"]);
});

Deno.test("commits of other engines are read, and followed by ours", async () => {
  const { host, table } = await grown(2);
  const line = JSON.stringify({ add: add("foreign") });
  host.files.plant(commitPath(3), encodeUtf8(`{"commitInfo":{}}\n${line}`));
  await table.refresh();
  assertEquals((await table.commit(commitOf("ours"))).status, "committed");
  const again = await DeltaTable.open(host, TABLE, HEAD);
  assertEquals(paths(again), ["0", "1", "2", "foreign", "ours"]);
});

Deno.test("refresh() tells when another engine has changed the schema or deleted rows", async () => {
  const cases = [
    [{ remove: { path: "0", dataChange: true } }, "rows were deleted"],
    [{ protocol: { minReaderVersion: 1, minWriterVersion: 2 } }, "schema"],
    [{ remove: { path: "0", dataChange: false } }, undefined],
  ] as const;
  for (const [action, part] of cases) {
    const { host, table } = await grown(1);
    host.files.plant(commitPath(2), encodeUtf8(JSON.stringify(action)));
    const { conflict } = await table.refresh();
    assertEquals(conflict?.includes(part ?? "-") ?? false, part !== undefined);
  }
});

Deno.test("a plain table that needs what isn't known is refused by the name of the feature", async () => {
  const cases = [
    [{ minReaderVersion: 2, minWriterVersion: 5 }, "columnMapping"],
    [
      {
        minReaderVersion: 3,
        minWriterVersion: 7,
        readerFeatures: ["deletionVectors"],
        writerFeatures: ["deletionVectors"],
      },
      "deletionVectors",
    ],
    [{ minReaderVersion: 9, minWriterVersion: 9 }, "reader version 9"],
  ] as const;
  for (const [protocol, feature] of cases) {
    const { host } = await newTable();
    host.files.plant(commitPath(1), encodeUtf8(JSON.stringify({ protocol })));
    const error = await reopened(host);
    assert(error instanceof PondError);
    assertEquals(error.code, "UNSUPPORTED");
    assert(error.message.includes(feature), error.message);
  }
});

Deno.test("a table that can be read but not written to is read, and refuses commits", async () => {
  const rule = { "delta.constraints.positive": "id > 0" };
  const mapping = { "delta.columnMapping.mode": "name" };
  const listed = (...writerFeatures: string[]) => ({
    minReaderVersion: 1,
    minWriterVersion: 7,
    writerFeatures,
  });
  const legacy = (minWriterVersion: number) => ({
    minReaderVersion: 1,
    minWriterVersion,
  });
  const cases = [
    [legacy(3), rule, "checkConstraints"],
    [legacy(6), rule, "checkConstraints"],
    [listed("checkConstraints"), rule, "checkConstraints"],
    [legacy(5), mapping, "columnMapping"],
    [listed("rowTracking"), {}, "rowTracking"],
    [listed("appendOnly", "domainMetadata"), {}, "domainMetadata"],
    [legacy(8), {}, "writer version 8"],
  ] as const;
  for (const [protocol, configuration, feature] of cases) {
    const { host, table: { snapshot } } = await newTable();
    const metaData = { ...snapshot.metaData, configuration };
    const actions = [{ protocol }, { metaData }];
    const lines = actions.map((action) => JSON.stringify(action));
    host.files.plant(commitPath(1), encodeUtf8(lines.join("\n")));
    const table = await DeltaTable.open(host, TABLE, HEAD);
    assertEquals(paths(table), ["0"]);
    const error = await assertRejects(
      () => table.commit(commitOf("x")),
      PondError,
    );
    assert(error.message.includes(feature), error.message);
  }
});

Deno.test("a table is written to whose features ask nothing of its rows", async () => {
  const features = [
    "appendOnly",
    "changeDataFeed",
    "checkConstraints",
    "columnMapping",
    "generatedColumns",
    "identityColumns",
    "invariants",
  ];
  const protocols = [
    { minReaderVersion: 1, minWriterVersion: 6 },
    { minReaderVersion: 1, minWriterVersion: 7, writerFeatures: features },
  ];
  for (const protocol of protocols) {
    const { host } = await newTable();
    host.files.plant(commitPath(1), encodeUtf8(JSON.stringify({ protocol })));
    const table = await DeltaTable.open(host, TABLE, HEAD);
    assertEquals((await table.commit(commitOf("x"))).status, "committed");
  }
});

Deno.test("readFile() checks the digest and the size, and stays inside the table", async () => {
  const { host, table } = await newTable();
  const sha256 =
    "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
  host.files.plant(`${TABLE}/a b.parquet`, encodeUtf8("hello"));
  const good = add("a%20b.parquet", { size: 5, tags: { sha256 } });
  assertEquals(await table.readFile(good), encodeUtf8("hello"));
  const bad = [
    { ...good, tags: { sha256: sha256.replace("2", "3") } },
    { ...good, tags: {}, size: 6 },
    add("missing.parquet"),
    add("../head"),
    add("%2E%2E/head"),
    add("/etc/passwd"),
    add("file:///etc/passwd"),
    add("%zz"),
  ];
  for (const file of bad) {
    await assertRejects(() => table.readFile(file), IntegrityError);
  }
});

Deno.test("a writer whose version was cleaned away doesn't go on from it", async () => {
  const { host, table } = await grown(3);
  const old = await DeltaTable.open(host, TABLE, { version: 1 });
  await table.checkpoint();
  for (const version of [0, 1, 2]) host.files.uproot(commitPath(version));
  const error = await assertRejects(() => old.commit(commitOf("x")), PondError);
  assertEquals(error.code, "VERSION_CONFLICT");
  const refreshed = await assertRejects(() => old.refresh(), PondError);
  assertEquals(refreshed.code, "VERSION_CONFLICT");
  assertEquals(await reopened(host), ["0", "1", "2", "3"]);
});
