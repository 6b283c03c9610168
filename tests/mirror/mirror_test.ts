/** What a mirror carries over, keeps, and refuses. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { decodeUtf8 } from "../../src/bytes.ts";
import { PondError } from "../../src/errors.ts";
import { memoryHost } from "../../src/host/memory.ts";
import { TinyLogFS } from "../../src/tinylogfs/mod.ts";
import {
  DIR,
  emptyDisk,
  hostTree,
  LAYOUTS,
  lines,
  POND,
  pondTree,
  withIntruder,
  withMirror,
  withMirrorOn,
  writeHost,
} from "./support.ts";

for (const layout of LAYOUTS) {
  Deno.test(`a push writes what the pond has (${layout})`, async () => {
    const disk = await emptyDisk(layout);
    await withMirror(disk, async (mirror, fs) => {
      await fs.createDirectory("/d/e", { recursive: true });
      await fs.createDirectory("/empty", { mode: 0o700 });
      await fs.createFile("/d/small", "small");
      await fs.createFile("/d/e/large", "x".repeat(70_000), { mode: 0o600 });
      await fs.createSymlink("/link", "d/small");
      await fs.commit();
      await mirror.syncToFilesystem();
      assertEquals(await hostTree(disk), await pondTree(fs));
      assertEquals((await disk.stat(`${DIR}/d/e/large`))?.mode, 0o600);
      assertEquals((await disk.stat(`${DIR}/empty`))?.mode, 0o700);
      const { modifiedUs } = await fs.entry("/d/small");
      assertEquals(
        (await disk.stat(`${DIR}/d/small`))?.modifiedMs,
        Math.floor(modifiedUs / 1000),
      );
      const again = await mirror.sync();
      assertEquals([again.items, again.commits], [[], 0]);
    });
  });

  Deno.test(`a pull makes one transaction of what has changed outside (${layout})`, async () => {
    const disk = await emptyDisk(layout);
    await withMirror(disk, async (mirror, fs) => {
      await writeHost(disk, `${DIR}/a/b/c.txt`, "one");
      await disk.makeLink(`${DIR}/link`, "a/b/c.txt");
      await disk.setMode(`${DIR}/a/b/c.txt`, 0o640);
      const report = await mirror.syncFromFilesystem({ message: "first" });
      assertEquals(report.commits, 1);
      assertEquals(await pondTree(fs), await hostTree(disk));
      assertEquals((await fs.entry("/a/b/c.txt")).mode, 0o640);
      assertEquals((await fs.transactionOf(report.version))?.message, "first");
      await writeHost(disk, `${DIR}/a/b/c.txt`, "two");
      await disk.remove(`${DIR}/link`);
      const changes = await mirror.detectExternalChanges();
      assertEquals(
        changes.map(({ action, path }) => `${action} ${path}`),
        ["update /a/b/c.txt", "delete /link"],
      );
      await mirror.syncFromFilesystem({ deletes: true });
      assertEquals(await pondTree(fs), await hostTree(disk));
    });
  });
}

Deno.test("a push leaves what has changed outside, a pull what has changed in the pond", async () => {
  const disk = await emptyDisk("clustered");
  await withMirror(disk, async (mirror, fs) => {
    await fs.createFile("/a", "1");
    await fs.createFile("/b", "1");
    await fs.commit();
    await mirror.syncToFilesystem();
    await fs.writeFile("/a", "2");
    await fs.commit();
    await writeHost(disk, `${DIR}/b`, "3");
    assertEquals(lines(await mirror.status()), [
      "update /a -> host",
      "update /b -> pond",
    ]);
    assertEquals(lines(await mirror.syncToFilesystem()), [
      "update /a -> host, done",
      "update /b -> pond",
    ]);
    assertEquals(await hostTree(disk), { "/a": "2", "/b": "3" });
    assertEquals(lines(await mirror.syncFromFilesystem()), [
      "update /b -> pond, done",
    ]);
    assertEquals(await pondTree(fs), { "/a": "2", "/b": "3" });
  });
});

Deno.test("a conflict stays on both sides until one is preferred, and then both are in history", async () => {
  for (const prefer of ["pond", "host"] as const) {
    const disk = await emptyDisk("clustered");
    await withMirror(disk, async (mirror, fs) => {
      await fs.createFile("/a", "1");
      await fs.createSymlink("/l", "x");
      await fs.commit();
      await mirror.syncToFilesystem();
      await fs.writeFile("/a", "pond");
      await fs.delete("/l");
      await fs.createFile("/l", "file");
      await fs.commit();
      await writeHost(disk, `${DIR}/a`, "host");
      await disk.remove(`${DIR}/l`);
      await disk.makeLink(`${DIR}/l`, "y");
      const report = await mirror.sync();
      assertEquals(lines(report), ["conflict /a", "conflict /l"]);
      assertEquals(await hostTree(disk), { "/a": "host", "/l": "-> y" });
      assertEquals(await pondTree(fs), { "/a": "pond", "/l": "file" });
      await mirror.sync({ prefer });
      const expected = prefer === "pond"
        ? { "/a": "pond", "/l": "file" }
        : { "/a": "host", "/l": "-> y" };
      assertEquals(await hostTree(disk), expected);
      assertEquals(await pondTree(fs), expected);
      assertEquals((await mirror.sync()).items, []);
      const contents = new Set<string>();
      for await (const { content } of fs.historyRows()) {
        if (content) contents.add(new TextDecoder().decode(content));
      }
      for (const text of ["pond", "host", "file", "y"]) {
        assert(contents.has(text), text);
      }
    });
  }
});

Deno.test("deletions are carried over only when they are asked for, and never against a change", async () => {
  const disk = await emptyDisk("clustered");
  await withMirror(disk, async (mirror, fs) => {
    await fs.createDirectory("/d");
    for (const name of ["a", "b", "c"]) await fs.createFile(`/d/${name}`, name);
    await fs.createFile("/e", "e");
    await fs.commit();
    await mirror.syncToFilesystem();
    await fs.delete("/d", { recursive: true });
    await fs.commit();
    await writeHost(disk, `${DIR}/d/b`, "changed");
    await disk.remove(`${DIR}/e`);
    assertEquals(lines(await mirror.syncToFilesystem()), [
      "create /d -> pond",
      "delete /d/a -> host",
      "create /d/b -> pond",
      "delete /d/c -> host",
      "delete /e -> pond",
    ]);
    assertEquals(Object.keys(await hostTree(disk)).length, 4);
    const report = await mirror.sync({ deletes: true });
    assertEquals(lines(report), [
      "create /d -> pond, done",
      "delete /d/a -> host, done",
      "create /d/b -> pond, done",
      "delete /d/c -> host, done",
      "delete /e -> pond, done",
    ]);
    assertEquals(await hostTree(disk), { "/d": "/", "/d/b": "changed" });
    assertEquals(await pondTree(fs), await hostTree(disk));
  });
});

Deno.test("what becomes something else does so on the other side, unless changes are in the way", async () => {
  const disk = await emptyDisk("clustered");
  await withMirror(disk, async (mirror, fs) => {
    await fs.createFile("/f", "f");
    await fs.createDirectory("/d");
    await fs.createFile("/d/x", "x");
    await fs.createDirectory("/k");
    await fs.createFile("/k/x", "x");
    await fs.commit();
    await mirror.syncToFilesystem();
    await fs.delete("/f");
    await fs.createDirectory("/f");
    await fs.createFile("/f/in", "in");
    for (const path of ["/d", "/k"]) {
      await fs.delete(path, { recursive: true });
      await fs.createFile(path, "now a file");
    }
    await fs.commit();
    await writeHost(disk, `${DIR}/k/new`, "new");
    const report = await mirror.sync({ deletes: true });
    assertEquals(lines(report), [
      "update /d -> host, done",
      "delete /d/x -> host, done",
      "update /f -> host, done",
      "create /f/in -> host, done",
      "conflict /k",
    ]);
    assertEquals(await hostTree(disk), {
      "/d": "now a file",
      "/f": "/",
      "/f/in": "in",
      "/k": "/",
      "/k/new": "new",
      "/k/x": "x",
    });
  });
});

Deno.test("what is left out stays what it is on both sides", async () => {
  const disk = await emptyDisk("clustered");
  const options = { exclude: ["*.tmp"] };
  await withMirror(disk, async (mirror, fs) => {
    await writeHost(disk, `${DIR}/.pondignore`, "logs/\n");
    await writeHost(disk, `${DIR}/logs/a`, "a");
    await writeHost(disk, `${DIR}/b.tmp`, "b");
    await writeHost(disk, `${DIR}/c`, "c");
    await fs.createDirectory("/logs");
    await fs.createFile("/logs/z", "z");
    await fs.createFile("/y.tmp", "y");
    await fs.commit();
    await mirror.sync({ deletes: true });
    assertEquals(await pondTree(fs), {
      "/.pondignore": "logs/\n",
      "/c": "c",
      "/logs": "/",
      "/logs/z": "z",
      "/y.tmp": "y",
    });
    assertEquals(Object.keys(await hostTree(disk)), [
      "/.pondignore",
      "/b.tmp",
      "/c",
      "/logs",
      "/logs/a",
    ]);
  }, options);
  await withMirror(disk, async (mirror) => {
    const report = await mirror.status({ deletes: true });
    assertEquals(lines(report), [
      "create /b.tmp -> pond",
      "create /y.tmp -> host",
    ]);
  });
  await withMirror(disk, async (mirror) => {
    await writeHost(disk, `${DIR}/deep/er/x.csv`, "x");
    const report = await mirror.syncFromFilesystem({ deletes: true });
    assertEquals(lines(report), ["create /deep/er/x.csv -> pond, done"]);
  }, { include: ["*.csv"] });
});

Deno.test("a mirror of another pond, branch, directory, or of a pond that was restored is refused", async () => {
  const disk = await emptyDisk("clustered");
  await withMirror(disk, async (mirror, fs) => {
    await fs.createDirectory("/sub");
    await fs.createFile("/sub/a", "1");
    await fs.commit();
    await fs.createBranch("side");
    await mirror.sync();
  });
  const older = disk.clone(Math.random);
  const refused = async (
    disk_: typeof disk,
    text: string,
    path?: string,
    branch?: string,
  ) => {
    const host = memoryHost({ files: disk_ });
    await using fs = await TinyLogFS.open(host, POND, branch ? { branch } : {});
    const { MirrorSync } = await import("../../src/mirror/mod.ts");
    const mirror = await MirrorSync.open(fs, host, DIR, path ? { path } : {});
    const error = await assertRejects(() => mirror.sync(), PondError, text);
    assertEquals(error.code, "INVALID_ARGUMENT");
    const anew = await MirrorSync.open(fs, host, DIR, {
      resync: true,
      ...(path ? { path } : {}),
    });
    await anew.status();
  };
  await refused(disk, "it is the mirror of /, not of /sub", "/sub");
  await refused(disk, "of the branch main, not of side", undefined, "side");
  await withMirror(disk, async (mirror, fs) => {
    await fs.writeFile("/sub/a", "2");
    await fs.commit();
    await mirror.sync();
  });
  // The pond as it was before, and the directory as it is now.
  const state = await disk.read(`${DIR}/.pond-mirror/state`);
  older.plant(`${DIR}/.pond-mirror/state`, state);
  await refused(older, "was its newest version");
  await withMirror(older, async (_, fs) => {
    await fs.writeFile("/other", "3");
    await fs.commit();
  });
  await refused(older, "is another transaction");
  const other = await emptyDisk("clustered");
  await using _fs = await TinyLogFS.initEmpty(
    memoryHost({ files: other, seed: 99 }),
    "/other",
  );
  other.plant(`${DIR}/.pond-mirror/state`, state);
  const host = memoryHost({ files: other });
  await using fs = await TinyLogFS.open(host, "/other");
  const { MirrorSync } = await import("../../src/mirror/mod.ts");
  const mirror = await MirrorSync.open(fs, host, DIR);
  await assertRejects(() => mirror.sync(), PondError, "the mirror of the pond");
});

Deno.test("a directory that lost its last sync, or is another one, loses nothing in the pond", async () => {
  const disk = await emptyDisk("clustered");
  await withMirror(disk, async (mirror, fs) => {
    await fs.createFile("/a", "1");
    await fs.commit();
    await mirror.sync();
  });
  // A disk that isn't mounted: nothing there.
  disk.uproot(DIR);
  await disk.makeDirectory(DIR);
  await withMirror(disk, async (mirror, fs) => {
    const report = await mirror.sync({ deletes: true });
    assertEquals(lines(report), ["create /a -> host, done"]);
    assertEquals(await pondTree(fs), { "/a": "1" });
  });
});

Deno.test("a damaged last sync is an integrity error, and --resync goes on", async () => {
  const disk = await emptyDisk("clustered");
  await withMirror(disk, async (mirror, fs) => {
    await fs.createFile("/a", "1");
    await fs.commit();
    await mirror.sync();
    disk.flipBit(`${DIR}/.pond-mirror/state`, 900);
    const error = await assertRejects(() => mirror.sync(), PondError);
    assertEquals(error.code, "INTEGRITY");
  });
  await withMirror(disk, async (mirror) => {
    assertEquals((await mirror.sync({ deletes: true })).items, []);
  }, { resync: true });
  await withMirror(disk, async (mirror) => {
    assertEquals((await mirror.sync()).items, []);
  });
});

Deno.test("who commits to the same path while a pull works is not written over", async () => {
  const disk = await emptyDisk("clustered");
  await withMirror(disk, async (mirror, fs) => {
    await fs.createFile("/a", "1");
    await fs.createFile("/b", "1");
    await fs.commit();
    await mirror.sync();
  });
  await writeHost(disk, `${DIR}/a`, "22");
  await writeHost(disk, `${DIR}/b`, "22");
  const host = withIntruder(disk, "read", /\/dir\/a$/, async () => {
    await withMirror(disk, async (_, other) => {
      await other.writeFile("/a", "333");
      await other.commit();
    });
  });
  await withMirrorOn(host, async (mirror, fs) => {
    const report = await mirror.syncFromFilesystem();
    assertEquals(lines(report), ["conflict /a", "update /b -> pond, done"]);
    await fs.refresh();
    assertEquals(await pondTree(fs), { "/a": "333", "/b": "22" });
  });
  assertEquals(await hostTree(disk), { "/a": "22", "/b": "22" });
});

Deno.test("a directory of the pond that was deleted is an error, not a deletion of all", async () => {
  const disk = await emptyDisk("clustered");
  await withMirror(disk, async (mirror, fs) => {
    await writeHost(disk, `${DIR}/a`, "1");
    await mirror.syncFromFilesystem();
    assertEquals(await pondTree(fs), { "/new": "/", "/new/a": "1" });
    await fs.delete("/new", { recursive: true });
    await fs.commit();
    const error = await assertRejects(
      () => mirror.sync({ deletes: true }),
      PondError,
    );
    assertEquals(error.code, "NOT_FOUND");
  }, { path: "/new" });
  assertEquals(await hostTree(disk), { "/a": "1" });
});

Deno.test("a dry run and a status change nothing, on either side", async () => {
  const disk = await emptyDisk("clustered");
  await withMirror(disk, async (mirror, fs) => {
    await fs.createFile("/a", "1");
    await fs.commit();
    await mirror.sync();
    await fs.writeFile("/a", "2");
    await fs.commit();
    await writeHost(disk, `${DIR}/b`, "3");
    const before = [...disk.snapshot().keys()];
    const options = { dryRun: true, deletes: true };
    const reports = [
      await mirror.status(),
      await mirror.sync(options),
      await mirror.syncToFilesystem(options),
      await mirror.syncFromFilesystem(options),
    ];
    for (const report of reports) {
      assertEquals(lines(report), ["update /a -> host", "create /b -> pond"]);
      assertEquals(report.commits, 0);
    }
    assertEquals([...disk.snapshot().keys()], before);
    assertEquals(await hostTree(disk), { "/a": "1", "/b": "3" });
  });
});

Deno.test("a series of several parts stays out of a mirror, on both sides", async () => {
  const disk = await emptyDisk("clustered");
  await withMirror(disk, async (mirror, fs) => {
    await fs.createDirectory("/d");
    for (const text of ["a\n", "b\n"]) {
      await fs.appendToSeries("/d/log", text, { of: "text" });
      await fs.commit();
    }
    const pushed = await mirror.syncToFilesystem();
    assertEquals(lines(pushed), ["create /d -> host, done", "skip /d/log"]);
    assertEquals(await hostTree(disk), { "/d": "/" });
    await writeHost(disk, `${DIR}/d/log`, "of the host");
    const options = { deletes: true, prefer: "host" } as const;
    assertEquals(lines(await mirror.sync(options)), ["skip /d/log"]);
    const whole = await Array.fromAsync(await fs.streamFile("/d/log"));
    assertEquals(whole.map((bytes) => decodeUtf8(bytes)), ["a\n", "b\n"]);
    await disk.remove(`${DIR}/d/log`);
    await disk.remove(`${DIR}/d`);
    await mirror.sync(options);
    assertEquals((await fs.seriesMark("/d/log"))?.parts, 2);
  });
});
