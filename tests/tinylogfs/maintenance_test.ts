/** Optimizing, checkpoints and vacuum: less on the disk, and nothing is lost. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { encodeUtf8 } from "../../src/bytes.ts";
import { hasCode } from "../../src/errors.ts";
import { type MemoryHost, memoryHost } from "../../src/host/memory.ts";
import {
  type Layout,
  TinyLogFS,
  type UnusedFile,
} from "../../src/tinylogfs/mod.ts";
import { type Tree, treeOf } from "../support/tree.ts";

const POND = "/pond";
const DAY_MS = 86_400_000;
const LAYOUTS: readonly Layout[] = ["clustered", "hive"];
const NOW = { dryRun: false } as const;

/** A host whose disk and clock agree on the time. */
function newHost(): MemoryHost {
  const host = memoryHost();
  host.files.setTime(host.clock.nowUs() / 1000);
  return host;
}

async function passDays(host: MemoryHost, days: number): Promise<void> {
  await host.clock.sleep(days * DAY_MS);
  host.files.setTime(host.clock.nowUs() / 1000);
}

/** A pond with some history: small files, blobs, renames, removals. */
async function somePond(host: MemoryHost, layout: Layout): Promise<TinyLogFS> {
  const fs = await TinyLogFS.initEmpty(host, POND, { layout });
  await fs.createDirectory("/d/e", { recursive: true });
  await fs.createFile("/large", new Uint8Array(70_000).fill(1));
  await fs.commit();
  for (let i = 0; i < 40; i++) {
    await fs.writeFile("/d/f", `${i}`);
    await fs.writeFile(`/d/e/${i % 7}`, `${i}`);
    await fs.commit();
  }
  await fs.writeFile("/large", new Uint8Array(80_000).fill(2));
  await fs.commit();
  await fs.delete("/large");
  await fs.rename("/d/f", "/d/e/g");
  await fs.commit();
  return fs;
}

interface Everything {
  readonly trees: readonly (readonly [version: number, tree: Tree])[];
  readonly rows: readonly string[];
}

async function everythingOf(host: MemoryHost): Promise<Everything> {
  await using fs = await TinyLogFS.open(host, POND);
  const trees: [number, Tree][] = [];
  const rows: string[] = [];
  for await (const row of fs.transactions()) {
    rows.push(JSON.stringify(row));
    await using at = await fs.at(`v${row.version}`);
    trees.push([row.version, await treeOf(at)]);
  }
  for await (const row of fs.historyRows({ bookkeeping: true })) {
    rows.push(JSON.stringify({ ...row, content: row.content?.length ?? null }));
  }
  return { trees, rows };
}

function kinds(files: readonly UnusedFile[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of files) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

for (const layout of LAYOUTS) {
  const test = (name: string, body: () => Promise<void>) =>
    Deno.test(`${name} (${layout})`, body);

  test("optimize() leaves as few files as possible, and every version as it was", async () => {
    const host = newHost();
    await using fs = await somePond(host, layout);
    const before = await everythingOf(host);
    const planned = await fs.optimize({ dryRun: true });
    assertEquals(planned.bytesAdded, undefined);
    const report = await fs.optimize();
    assertEquals(report.filesRemoved, planned.filesRemoved);
    assertEquals(report.filesAdded, planned.filesAdded);
    assertEquals(report.filesLeft, planned.filesLeft);
    assertEquals(report.gaveWay, 0);
    // Hive: the root, /d, /d/e and the transactions.
    assertEquals(report.filesLeft, layout === "clustered" ? 1 : 4);
    assertEquals(await everythingOf(host), before);
    assertEquals((await fs.optimize()).filesRemoved, 0);
    // This object goes on as if another process had done it.
    await fs.createFile("/next", "next");
    await fs.commit();
    assertEquals((await treeOf(fs))["/next"], "next");
  });

  test("vacuum() deletes what was merged, after the retention and not before, and every version stays", async () => {
    const host = newHost();
    await using fs = await somePond(host, layout);
    await fs.optimize();
    const before = await everythingOf(host);
    assertEquals((await fs.vacuum(NOW)).files, []);
    await passDays(host, 6.9);
    assertEquals((await fs.vacuum(NOW)).files, []);
    await passDays(host, 0.2);
    const said = await fs.vacuum();
    assert(said.dryRun);
    assertEquals(kinds(said.files), { data: said.files.length });
    assert(said.files.length > 40, `${said.files.length} files`);
    for (const { path } of said.files) assert(await host.files.stat(path));
    const done = await fs.vacuum(NOW);
    assertEquals(done, { dryRun: false, files: said.files });
    for (const { path } of said.files) {
      assertEquals(await host.files.stat(path), undefined);
    }
    assertEquals(await everythingOf(host), before);
    assertEquals((await fs.vacuum(NOW)).files, []);
  });

  test("a filesystem that was open all the time reads on when its files are merged and gone", async () => {
    const host = newHost();
    await using fs = await somePond(host, layout);
    const expected = await treeOf(fs);
    await using old = await TinyLogFS.open(host, POND);
    await using other = await TinyLogFS.open(host, POND);
    await other.optimize();
    await passDays(host, 8);
    await other.vacuum(NOW);
    assertEquals(await treeOf(old), expected);
    await using early = await old.at("v3");
    assertEquals((await treeOf(early))["/d/f"], "1");
    await old.createFile("/mine", "mine");
    await old.commit();
    assertEquals((await treeOf(old))["/mine"], "mine");
  });
}

Deno.test("vacuum() deletes blobs that nothing names, and keeps those of history, of the stage and of pending work", async () => {
  const host = newHost();
  await using fs = await TinyLogFS.initEmpty(host, POND);
  await fs.createFile("/kept", new Uint8Array(70_000).fill(1));
  await fs.commit();
  await fs.delete("/kept");
  await fs.commit();
  await fs.createFile("/never", new Uint8Array(70_000).fill(2));
  await fs.revert();
  await fs.createFile("/pending", new Uint8Array(70_000).fill(3));
  await using stage = await TinyLogFS.open(host, POND, { staged: true });
  await stage.createFile("/staged", new Uint8Array(70_000).fill(4));
  await stage.stage();
  await passDays(host, 8);
  await using other = await TinyLogFS.open(host, POND);
  await other.createFile("/young", new Uint8Array(70_000).fill(5));
  await other.createFile("/again", new Uint8Array(70_000).fill(2));
  await other.revert();
  // Stored again, it is young again.
  assertEquals(kinds((await fs.vacuum(NOW)).files), {});
  await passDays(host, 8);
  const { files } = await fs.vacuum(NOW);
  assertEquals(kinds(files), { blob: 2 });
  assertEquals(files.map(({ sizeBytes }) => sizeBytes), [70_000, 70_000]);
  await fs.commit();
  await stage.refresh();
  await stage.commit();
  await using again = await TinyLogFS.open(host, POND);
  assertEquals((await again.readFile("/pending"))[0], 3);
  assertEquals((await again.readFile("/staged"))[0], 4);
  await using then = await again.at("v1");
  assertEquals((await then.readFile("/kept"))[0], 1);
});

Deno.test("vacuum() deletes what interrupted writers have left, and no file that isn't pond's", async () => {
  const host = newHost();
  await using fs = await TinyLogFS.initEmpty(host, POND);
  const uuid = "0123456789abcdef0123456789abcdef";
  const digits = "5".padStart(20, "0");
  const ours = [
    `${POND}/tmp/${uuid}`,
    `${POND}/oplog/part-${uuid}.parquet`,
    `${POND}/oplog/_delta_log/.${digits}.json.${uuid}.tmp`,
    `${POND}/oplog/_delta_log/.${digits}.checkpoint.parquet.${uuid}.tmp`,
    `${POND}/oplog/_delta_log/.flush.${uuid}.tmp`,
    `${POND}/blobs/01/${uuid}${uuid}`,
  ];
  const others = [
    `${POND}/notes.txt`,
    `${POND}/tmp/notes.txt`,
    `${POND}/oplog/notes.parquet`,
    `${POND}/oplog/.hidden`,
    `${POND}/oplog/_delta_log/notes.tmp`,
    `${POND}/oplog/_delta_log/_last_checkpoint`,
    `${POND}/blobs/notes`,
    `${POND}/blobs/01/${uuid}`,
  ];
  await host.files.makeDirectory(`${POND}/blobs/01`);
  for (const path of [...ours, ...others]) {
    host.files.plant(path, encodeUtf8("x"));
  }
  await passDays(host, 8);
  const { files } = await fs.vacuum(NOW);
  assertEquals(files.map(({ path }) => path).sort(), [...ours].sort());
  for (const path of others) assert(await host.files.stat(path), path);
});

Deno.test("vacuum() refuses a short retention unless it is forced, and deletes nothing when history can't be read", async () => {
  const host = newHost();
  await using fs = await somePond(host, "clustered");
  await fs.optimize();
  const retentionMs = 1000;
  const short = await assertRejects(() => fs.vacuum({ ...NOW, retentionMs }));
  assert(hasCode(short, "INVALID_ARGUMENT"));
  await assertRejects(
    () => fs.vacuum({ retentionMs: -1, force: true }),
    RangeError,
  );
  await passDays(host, 1);
  const forced = { retentionMs, force: true };
  assert((await fs.vacuum(forced)).files.length > 40);
  host.files.plant(`${POND}/blobs/00/${"0".repeat(64)}`, encodeUtf8("x"));
  await passDays(host, 1);
  await using again = await TinyLogFS.open(host, POND);
  const [live] = again.oplog.files.slice(-1);
  host.files.flipBit(`${POND}/oplog/${live?.add.path}`, 999);
  const files = host.files.snapshot().size;
  const damaged = await assertRejects(() => fs.vacuum({ ...NOW, ...forced }));
  assert(hasCode(damaged, "INTEGRITY"));
  assertEquals(host.files.snapshot().size, files);
});

Deno.test("checkpoint() writes one of the newest version, and cleans the log after its retention", async () => {
  const host = newHost();
  await using fs = await somePond(host, "clustered");
  const before = await everythingOf(host);
  const first = await fs.checkpoint();
  assertEquals(first.version, fs.oplog.delta.snapshot.version);
  assertEquals(first.logFilesRemoved, 0);
  await passDays(host, 32);
  await fs.createFile("/later", "later");
  await fs.commit();
  const second = await fs.checkpoint();
  assertEquals(second.logFilesRemoved, first.version);
  assert(second.logBytesRemoved > 1000);
  const after = await everythingOf(host);
  assertEquals(after.trees.slice(1), before.trees);
  assertEquals(
    (await fs.checkpoint()).logFilesRemoved,
    0,
  );
});

Deno.test("2 000 small commits, one each half hour, leave few files, a short log, and a pond that opens as fast as ever", async () => {
  const host = newHost();
  await using fs = await TinyLogFS.initEmpty(host, POND, {
    durability: "relaxed",
  });
  let most = 0;
  for (let i = 0; i < 2000; i++) {
    await fs.writeFile(`/f${i % 20}`, `${i}`);
    await fs.commit();
    await passDays(host, 1 / 48);
    most = Math.max(most, fs.oplog.files.length);
  }
  assert(most <= 46, `${most} data files`);
  const names: string[] = [];
  for await (const { name } of host.files.list(`${POND}/oplog/_delta_log`)) {
    names.push(name);
  }
  // 30 days are kept: 1 440 commits, and some until the next checkpoint.
  const commits = names.filter((name) => name.endsWith(".json"));
  assert(commits.length < 1440 * 17 / 16 + 130, `${commits.length} commits`);
  const start = host.files.operations.length;
  await using again = await TinyLogFS.open(host, POND);
  assertEquals((await again.readFile("/f19")).length, 4);
  const reads = host.files.operations.slice(start).filter(({ name }) =>
    name === "read"
  );
  assert(reads.length < 75, `${reads.length} reads`);
  await again.vacuum(NOW);
  const data = [...host.files.snapshot().keys()].filter((path) =>
    path.endsWith(".parquet") && path.includes("/part-")
  );
  // Those of the last seven days were merged, and may still be read.
  assert(data.length < 7 * 48 * 18 / 16 + 60, `${data.length} data files`);
});
