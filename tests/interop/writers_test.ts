/**
 * Processes of pond and of `deltalake` write into one table at the same time,
 * and nothing of either is lost.
 */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { denoHost } from "../../src/host/deno_host.ts";
import { TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { checkFleetPond, Fleet, initFleetPond } from "../support/fleet.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { type Command, Engine } from "./engine.ts";
import { readByPond, type Row } from "./rows.ts";

/** Rows of each foreign process; ours append for as long as these do. */
const ROWS = 40;

/** A process of `deltalake` that appends rows to a partition of its own. */
class ForeignWriter {
  readonly partId: string;
  readonly said: number[] = [];
  /** What it was refused, since others were faster: certainly not done. */
  readonly refused: string[] = [];
  readonly #engine: Engine;
  readonly #table: string;

  constructor(engine: Engine, table: string, digit: string) {
    this.#engine = engine;
    this.#table = table;
    this.partId = digit.repeat(32);
  }

  /** Appends rows, each one under its own number, and does upkeep between. */
  async append(upkeep: boolean): Promise<void> {
    for (let i = 0; this.said.length < ROWS; i++) {
      const row = { part_id: this.partId, timestamp: i };
      if (await this.#tell({ do: "insert", ...row })) this.said.push(i);
      if (!upkeep) continue;
      if (i % 5 === 2) await this.#tell({ do: "optimize" });
      if (i % 5 === 4) await this.#tell({ do: "checkpoint" });
    }
  }

  /** Whether it was done. */
  async #tell(command: Omit<Command, "table">): Promise<boolean> {
    try {
      await this.#engine.tell({ ...command, table: this.#table });
      return true;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      this.refused.push(error.message);
      assert(this.refused.length < 10 * ROWS, error.message);
      return false;
    }
  }
}

for (const layout of ["clustered", "hive"] as const) {
  Deno.test(`processes of pond (${layout}) and of deltalake append at the same time, one of these optimizes and checkpoints, and nothing is lost or doubled`, async () => {
    await using temp = await tempDirectory();
    const pond = temp.join("pond");
    const table = `${pond}/oplog`;
    await initFleetPond(pond, layout);
    await using first = await Engine.start("deltalake");
    await using second = await Engine.start("deltalake");
    const writers = [
      new ForeignWriter(first, table, "a"),
      new ForeignWriter(second, table, "b"),
    ];
    const fleet = new Fleet(pond, { size: 2, count: 1_000_000 });
    const running = fleet.run();
    await Promise.all(writers.map((writer, i) => writer.append(i === 1)));
    await fleet.stop();
    await running;
    // On a busy machine, who starts later may come late.
    assertGreater(await turnsIn(`${table}/_delta_log`), 1);
    const foreign = new Set(writers.map(({ partId }) => partId));
    const count = await checkFleetPond(pond, fleet.said, foreign);
    assertEquals(count, fleet.said.size);
    await using fs = await TinyLogFS.open(denoHost(), pond);
    const ours = await readByPond(fs, fs.oplog.version);
    for (const { partId, said, refused } of writers) {
      const found = ours.filter(({ part_id }) => part_id === partId)
        .map(({ timestamp }) => timestamp);
      assertEquals(found.sort((a, b) => a - b), said, refused.join("\n"));
    }
    // What deltalake may have doubled for others, the next commit puts right.
    await fs.writeFile("/d/last", "");
    await fs.commit();
    const { version, rows } = await first.read(table);
    assertEquals(version, fs.oplog.version);
    const newest = await readByPond(fs, version);
    assertEquals(inOrder(rows), inOrder(newest));
    assertEquals(newest.length - ours.length, 2);
  });
}

/** Rows of two engines may have one version and partition. */
function inOrder(rows: readonly Row[]): Row[] {
  return rows.toSorted((a, b) =>
    a.part_id === b.part_id
      ? a.version - b.version || a.timestamp - b.timestamp
      : a.part_id < b.part_id
      ? -1
      : 1
  );
}

/** How often a commit of one engine follows one of the other. */
async function turnsIn(log: string): Promise<number> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(log)) {
    if (/^\d{20}\.json$/.test(name)) names.push(name);
  }
  let turns = 0;
  let last: boolean | undefined;
  for (const name of names.sort()) {
    const text = await Deno.readTextFile(`${log}/${name}`);
    const isOurs = text.includes('"pondDigest"');
    if (last !== undefined && isOurs !== last) turns++;
    last = isOurs;
  }
  return turns;
}
