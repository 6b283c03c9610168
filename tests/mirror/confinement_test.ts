/** Nothing is written outside of the directory, by whatever name or link. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { encodeUtf8 } from "../../src/bytes.ts";
import { memoryHost, type SimDisk } from "../../src/host/memory.ts";
import { requireHostNames } from "../../src/mirror/names.ts";
import { hasCode, PondError } from "../../src/errors.ts";
import { MirrorSync } from "../../src/mirror/mod.ts";
import { TinyLogFS } from "../../src/tinylogfs/mod.ts";
import {
  DIR,
  emptyDisk,
  hostTree,
  lines,
  withIntruder,
  withMirror,
  withMirrorOn,
  writeHost,
} from "./support.ts";

const OUTSIDE = "/outside";

/** A disk with a directory beside the mirror that nobody may touch. */
async function guardedDisk(): Promise<SimDisk> {
  const disk = await emptyDisk("clustered");
  await writeHost(disk, `${OUTSIDE}/kept`, "kept");
  return disk;
}

async function assertUntouched(disk: SimDisk): Promise<void> {
  assertEquals(await hostTree(disk, OUTSIDE), { "/kept": "kept" });
}

Deno.test("a push goes through no symlink, wherever it stands, and says so", async () => {
  const disk = await guardedDisk();
  await withMirror(disk, async (mirror, fs) => {
    await fs.createDirectory("/d/e", { recursive: true });
    await fs.createFile("/d/e/new", "new");
    await fs.createFile("/d/kept", "not this");
    await fs.commit();
    await disk.makeLink(`${DIR}/d`, OUTSIDE);
    const report = await mirror.sync();
    assertEquals(lines(report), ["conflict /d"]);
    await mirror.sync({ prefer: "pond", deletes: true });
  });
  await assertUntouched(disk);
  assertEquals(await hostTree(disk), { "/d": `-> ${OUTSIDE}` });
});

Deno.test("a pull reads through no symlink: it is taken as one", async () => {
  const disk = await guardedDisk();
  await disk.makeLink(`${DIR}/d`, OUTSIDE);
  await withMirror(disk, async (mirror, fs) => {
    await mirror.syncFromFilesystem();
    assertEquals(await fs.readLink("/d"), OUTSIDE);
    assertEquals(await fs.exists("/d/kept"), false);
  });
});

Deno.test("a directory that becomes a symlink while a push works is not gone through", async () => {
  const moments = [
    ["stat", /\/dir\/d\/b$/],
    ["create", /\/dir\/d\/\.pond-mirror-/],
    ["link", /\/dir\/d\/b$/],
    ["rename", /\/dir\/d\/a$/],
  ] as const;
  for (const [method, path] of moments) {
    const disk = await guardedDisk();
    await withMirror(disk, async (mirror, fs) => {
      await fs.createDirectory("/d");
      await fs.createFile("/d/a", "a");
      await fs.commit();
      await mirror.sync();
      await fs.writeFile("/d/a", "b");
      await fs.writeFile("/d/b", "b");
      await fs.commit();
    });
    const host = withIntruder(disk, method, path, async () => {
      await disk.rename(`${DIR}/d`, "/moved");
      await disk.makeLink(`${DIR}/d`, OUTSIDE);
    });
    await withMirrorOn(host, async (mirror) => {
      const report = await mirror.syncToFilesystem();
      const failed = report.items.filter(({ action }) => action === "fail");
      assert(failed.length > 0, `${method} ${lines(report).join()}`);
    });
    assertEquals((await disk.stat(`${DIR}/d`))?.type, "symlink", method);
    await assertUntouched(disk);
  }
});

Deno.test("the mirror's own files are never reached through a symlink", async () => {
  for (const name of ["", "/state", "/lock"]) {
    const disk = await guardedDisk();
    await withMirror(disk, async (mirror, fs) => {
      await fs.createFile("/a", "a");
      await fs.commit();
      if (name !== "") await disk.makeDirectory(`${DIR}/.pond-mirror`);
      await disk.makeLink(`${DIR}/.pond-mirror${name}`, `${OUTSIDE}${name}`);
      let refused: unknown;
      await mirror.sync().catch((error) => refused = error);
      assert(hasCode(refused, "ALREADY_EXISTS"), String(refused));
    });
    await assertUntouched(disk);
    assertEquals(await disk.stat(`${DIR}/a`), undefined);
  }
});

Deno.test("a file of the pond with the mirror's own name is skipped, and said", async () => {
  const disk = await guardedDisk();
  await withMirror(disk, async (mirror, fs) => {
    await fs.createDirectory("/.pond-mirror");
    await fs.createFile("/.pond-mirror/state", "forged");
    await fs.createDirectory("/d/.Pond-Mirror", { recursive: true });
    await fs.commit();
    const report = await mirror.sync({ deletes: true });
    assertEquals(lines(report), [
      "skip /.pond-mirror",
      "create /d -> host, done",
      "skip /d/.Pond-Mirror",
    ]);
    assertEquals((await mirror.sync()).items.length, 2);
  });
});

Deno.test("names that no host has, or that are none on Windows, are refused", () => {
  const isRefused = (path: string, os: string) => {
    try {
      requireHostNames(path, os);
      return false;
    } catch (error) {
      assert(hasCode(error, "INVALID_NAME"));
      return true;
    }
  };
  for (
    const path of [
      "/..",
      "/a/../b",
      "/.",
      "/a//b",
      "/a\\b",
      "/a\0",
      "/.pond-mirror",
      "/d/.POND-MIRROR/x",
      `/.pond-mirror-${"0".repeat(32)}`,
    ]
  ) assert(isRefused(path, "linux"), path);
  const onlyThere = [
    "/con",
    "/a/NUL.txt",
    "/com1",
    "/a:b",
    "/dot.",
    "/space ",
    "/a?",
    "/a\x01",
  ];
  for (const path of onlyThere) {
    assert(isRefused(path, "windows"), path);
    assert(!isRefused(path, "linux"), path);
  }
  for (const path of ["/a", "/.hidden", "/console", "/a b/c.d"]) {
    assert(!isRefused(path, "windows"), path);
  }
});

Deno.test("where upper and lower case are one, the second of two names is refused", async () => {
  const disk = await guardedDisk();
  const folded = new Proxy(disk, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...words: unknown[]) =>
        value.apply(
          target,
          words.map((word) =>
            typeof word === "string" && word.startsWith(`${DIR}/`)
              ? word.toLowerCase()
              : word
          ),
        );
    },
  });
  const host = { ...memoryHost({ files: disk }), files: folded };
  await withMirrorOn(host, async (mirror, fs) => {
    await fs.createFile("/readme", "small");
    await fs.createFile("/README", "LARGE");
    await fs.commit();
    const report = await mirror.syncToFilesystem();
    const failed = report.items.filter(({ action }) => action === "fail");
    assertEquals(failed.length, 1);
    const [item] = failed;
    assert(hasCode(item?.error, "ALREADY_EXISTS"));
  });
});

Deno.test("what changes between the look and the write stays, and is a conflict then", async () => {
  for (const what of ["changed", "new"] as const) {
    const disk = await guardedDisk();
    await withMirror(disk, async (mirror, fs) => {
      await fs.createFile("/a", "1");
      await fs.commit();
      await mirror.sync();
      await fs.writeFile(what === "new" ? "/b" : "/a", "2");
      await fs.commit();
    });
    const file = `${DIR}/${what === "new" ? "b" : "a"}`;
    const host = withIntruder(
      disk,
      "create",
      /\.pond-mirror-[0-9a-f]{32}$/,
      () => disk.replace(file, encodeUtf8("3")),
    );
    await withMirrorOn(host, async (mirror) => {
      const report = await mirror.syncToFilesystem();
      assertEquals(report.items.map(({ action }) => action), ["fail"]);
    });
    assertEquals((await hostTree(disk))[file.slice(DIR.length)], "3");
    await withMirror(disk, async (mirror) => {
      const [item] = (await mirror.sync()).items;
      assertEquals(item?.action, "conflict");
    });
  }
});

Deno.test("a mirror that lies in the pond by another path is refused", async () => {
  const disk = await emptyDisk("clustered");
  await disk.makeLink("/door", "pond");
  await disk.makeLink("/in", "/pond/tmp");
  const host = memoryHost({ files: disk });
  await using fs = await TinyLogFS.open(host, "/pond");
  for (const directory of ["/door/lake", "/in"]) {
    const error = await assertRejects(
      () => MirrorSync.open(fs, host, directory, { create: true }),
      PondError,
      "it lies in the pond /pond itself",
    );
    assertEquals(error.code, "INVALID_ARGUMENT");
  }
});

Deno.test("a mirror in which the pond lies by another path is refused", async () => {
  const disk = await emptyDisk("clustered");
  await disk.rename("/pond", `${DIR}/inner`);
  await disk.makeLink("/pond", `${DIR}/inner`);
  await withMirror(disk, async (mirror) => {
    let refused: unknown;
    await mirror.syncFromFilesystem().catch((error) => refused = error);
    assert(hasCode(refused, "INVALID_ARGUMENT"), String(refused));
  });
});
