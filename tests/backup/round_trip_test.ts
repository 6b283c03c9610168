/** What was backed up is what is restored: every line, row and blob. */
import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import {
  Backup,
  findSnapshot,
  placeOf,
  PondBackups,
} from "../../src/backup/mod.ts";
import { hasCode } from "../../src/errors.ts";
import { type Layout, TinyLogFS } from "../../src/tinylogfs/mod.ts";
import {
  pathsLike,
  POND,
  pondWithBranches,
  pondWithHistory,
} from "../support/checked_pond.ts";
import {
  BACKUP,
  openBackup,
  restore,
  RESTORED,
  rootsOf,
  run,
} from "./support.ts";

const LAYOUTS: readonly Layout[] = ["clustered", "hive"];

async function codeOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (hasCode(error, "ALREADY_EXISTS", "INVALID_ARGUMENT", "LOCKED")) {
      return error.code;
    }
    if (hasCode(error, "NOT_FOUND")) return error.code;
    throw error;
  }
  return "none";
}

for (const from of LAYOUTS) {
  for (const layout of LAYOUTS) {
    Deno.test(`a pond (${from}) is what it was, when it is restored (${layout})`, async () => {
      const host = await pondWithBranches(from);
      const result = await run(host);
      assertEquals(result.status, "saved");
      await restore(host, { layout });
      assertEquals(await rootsOf(host, RESTORED), await rootsOf(host, POND));
      await using was = await TinyLogFS.open(host, POND);
      await using fs = await TinyLogFS.open(host, RESTORED);
      assertEquals(fs.layout, layout);
      assertEquals([fs.branch, fs.pondId], [was.branch, was.pondId]);
      // The next transaction has the number that it would have had.
      await fs.createFile("/next", "1");
      const { version } = await fs.commit();
      assertEquals(version, was.version + 1);
      assertNotEquals(await rootsOf(host, RESTORED), await rootsOf(host, POND));
    });
  }
}

Deno.test("an empty pond is backed up and restored", async () => {
  const { newHost } = await import("../support/checked_pond.ts");
  const host = newHost();
  await using fs = await TinyLogFS.initEmpty(host, POND);
  await run(host);
  await restore(host, { layout: "hive" });
  assertEquals(await rootsOf(host, RESTORED), await rootsOf(host, POND));
  await using again = await TinyLogFS.open(host, RESTORED);
  assertEquals(again.version, fs.version);
});

Deno.test("a restore goes to an empty directory, and to no other", async () => {
  const host = await pondWithHistory("clustered");
  await run(host);
  await host.files.makeDirectory("/empty");
  await restore(host, { directory: "/empty" });
  assertEquals(await rootsOf(host, "/empty"), await rootsOf(host, POND));
  const before = host.files.snapshot();
  for (const directory of ["/empty", POND, `${POND}/pond.json`]) {
    const code = await codeOf(() => restore(host, { directory }));
    assertEquals(code, "ALREADY_EXISTS", directory);
  }
  const code = await codeOf(() => restore(host, { directory: "/no/such" }));
  assertEquals(code, "NOT_FOUND");
  assertEquals(host.files.snapshot(), before);
});

Deno.test("the backup of another pond is refused, with both ids, and nothing is changed", async () => {
  const host = await pondWithHistory("clustered");
  await run(host);
  await using other = await TinyLogFS.initEmpty(host, "/other");
  const before = host.files.snapshot();
  const backups = new PondBackups(host, "/other");
  await using fs = await TinyLogFS.open(host, POND);
  const error = await assertRejects(() => backups.add("b", BACKUP));
  const message = String(error);
  assertEquals(
    [message.includes(fs.pondId), message.includes(other.pondId)],
    [true, true],
  );
  assertEquals(host.files.snapshot(), before);
});

Deno.test("one run at a time writes to a backup, and one prune", async () => {
  const host = await pondWithHistory("clustered");
  const backup = await openBackup(host);
  {
    await using _lock = await backup.place.lock();
    assertEquals(await codeOf(() => run(host)), "LOCKED");
  }
  assertEquals(await codeOf(() => run(host)), "none");
});

Deno.test("a backup that is forgotten is taken up again by its place", async () => {
  const host = await pondWithHistory("clustered");
  const backups = new PondBackups(host, POND);
  const options = { author: "me", writer: "test" };
  await backups.add("a", BACKUP);
  await backups.run("a", {}, options);
  await backups.remove("a");
  assertEquals(await codeOf(() => backups.find("a")), "NOT_FOUND");
  await backups.add("b", `file://${BACKUP}`);
  assertEquals((await backups.run("b", {}, options)).status, "unchanged");
});

Deno.test("findSnapshot() takes the beginning of an id, or a version", async () => {
  const host = await pondWithHistory("clustered");
  const first = await run(host);
  await using fs = await TinyLogFS.open(host, POND);
  await fs.writeFile("/more", "1");
  const { version } = await fs.commit();
  const second = await run(host);
  const backup = await Backup.open(host, placeOf(host, BACKUP), {});
  const idOf = async (wanted?: string) =>
    (await findSnapshot(backup, wanted)).id;
  assertEquals(await idOf(), second.snapshot.id);
  assertEquals(await idOf(first.snapshot.id.slice(0, 10)), first.snapshot.id);
  assertEquals(await idOf(`v${version}`), second.snapshot.id);
  assertEquals(await idOf("v2"), first.snapshot.id);
  for (const wanted of ["v99", "no such"]) {
    assertEquals(await codeOf(() => idOf(wanted)), "NOT_FOUND");
  }
  assertEquals(await codeOf(() => idOf("")), "INVALID_ARGUMENT");
  assertEquals(pathsLike(host, /^\/backup\/unfinished/), []);
});
