/** A pond in one archive, and out of it again. */
import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { concatBytes, encodeUtf8 } from "../../src/bytes.ts";
import { PondError } from "../../src/errors.ts";
import type { SimDisk } from "../../src/host/memory.ts";
import { openBundle, unbundle } from "../../src/bundle/mod.ts";
import { insideTree } from "../../src/bundle/tree.ts";
import { TinyLogFS } from "../../src/tinylogfs/mod.ts";
import {
  archiveOf,
  bundleOf,
  membersOf,
  textOfMember,
  unbundled,
} from "../support/archives.ts";
import { everythingOf } from "../support/bit_flips.ts";
import {
  checked,
  copyOf,
  neededFiles,
  newHost,
  pathsLike,
  POND,
  pondOfFifty,
  processOn,
} from "../support/checked_pond.ts";
import { treeOf } from "../support/tree.ts";

const COPY = "/copy";

for (const layout of ["clustered", "hive"] as const) {
  const start = await pondOfFifty(layout);

  Deno.test(`unbundle() makes the pond that openBundle() has written: branches, history, roots, and everything in them (${layout})`, async () => {
    const host = copyOf(start);
    const before = await checked(host);
    const archive = await bundleOf(host);
    const report = await unbundled(host, archive, COPY);
    const after = await TinyLogFS.check(host, COPY, { depth: "data" });
    assertEquals(after.findings, []);
    assertEquals(
      [after.contentRoot, after.historyRoot, after.branches],
      [before.contentRoot, before.historyRoot, before.branches],
    );
    assertEquals(report.header.branch, "exp");
    assertEquals(
      report.header.branches.map(({ name }) => name),
      ["main", "exp", "old"],
    );
    // As the other pond says everything, but for what is staged there.
    const other = newHost();
    for (const [path, bytes] of host.files.snapshot()) {
      if (path.startsWith(`${COPY}/`)) {
        other.files.plant(path.replace(COPY, POND), bytes);
      }
    }
    const original = copyOf(start);
    for (const branch of ["main", "exp"]) {
      await using fs = await TinyLogFS.open(original, POND, {
        branch,
        staged: true,
      });
      await fs.revert();
    }
    assertEquals(await everythingOf(other), await everythingOf(original));
    assertEquals(pathsLike(host, /unbundle|\.tmp$/), []);
    // It goes on, and its branches merge with each other.
    await using fs = await TinyLogFS.open(host, COPY, { branch: "main" });
    assertEquals(fs.pondId, report.header.pondId);
    await fs.createFile("/goes-on", new Uint8Array(70_000).fill(1));
    await fs.commit();
    await fs.optimize();
    await fs.vacuum({ dryRun: false });
    await fs.merge("exp");
    assert((await TinyLogFS.check(host, COPY, { depth: "data" })).isSound);
  });

  Deno.test(`the same pond makes the same bytes, and none of another state (${layout})`, async () => {
    const host = copyOf(start);
    const archive = await bundleOf(host);
    assertEquals(await bundleOf(copyOf(start)), archive);
    // Another day, another process.
    await host.clock.sleep(86_400_000);
    assertEquals(await bundleOf(host), archive);
    await using fs = await TinyLogFS.open(host, POND);
    await fs.createFile("/one more", "1");
    await fs.commit();
    assertNotEquals(await bundleOf(host), archive);
  });

  Deno.test(`a bundle is of the state in which it began, whatever others do (${layout})`, async () => {
    const host = copyOf(start);
    const expected = await bundleOf(copyOf(start));
    await using bundle = await openBundle(host, POND);
    await using fs = await TinyLogFS.open(host, POND);
    const before = await fs.historyRoot();
    const chunks: Uint8Array[] = [];
    for await (const chunk of bundle.bytes()) {
      if (chunks.push(chunk.slice()) !== 1) continue;
      await fs.createFile("/meanwhile", new Uint8Array(70_000).fill(8));
      await fs.commit();
      await fs.optimize();
    }
    assertNotEquals(await fs.historyRoot(), before);
    assertEquals(
      concatBytes(chunks),
      expected,
    );
  });

  Deno.test(`a bundle has the current tree as plain files, with blobs and symlinks as links (${layout})`, async () => {
    const host = copyOf(start);
    await using fs = await TinyLogFS.open(host, POND, { branch: "main" });
    await fs.switchBranch("main");
    await fs.createFile("/d/two\nlines\\", "odd\n");
    await fs.createFile(`/d/${"é".repeat(100)}`, "long\n");
    await fs.createDirectory("/d/empty");
    await fs.commit();
    const archive = await bundleOf(host);
    const members = await membersOf(archive);
    const blobs = new Map(
      members.filter(({ path }) => path.startsWith("pond/blobs/"))
        .map(({ bytes, path }) => [path, bytes]),
    );
    const files: Record<string, unknown> = {};
    for (const { bytes, path, target = "", type } of members) {
      if (!path.startsWith("pond/files/")) continue;
      const name = path.slice("pond/files".length).replace(/\/$/, "");
      files[name] = type === "link"
        ? blobs.get(target)
        : type === "symlink"
        ? target
        : type === "directory"
        ? "directory"
        : bytes;
    }
    const expected: Record<string, unknown> = {};
    for await (const { path, fileType } of fs.findNodes({})) {
      if (path === "/") continue;
      expected[path] = fileType === "file"
        ? await fs.readFile(path)
        : fileType === "symlink"
        ? insideTree(path, await fs.readLink(path))
        : "directory";
    }
    assertEquals(files, expected);
    assertEquals(Object.keys(files).length > 50, true);
    assertStringIncludes(
      textOfMember(members, "pond/sums/00001.sha256"),
      "  files/d/two\\nlines\\\\\n",
    );
    await unbundled(host, archive, COPY);
    const without = await membersOf(await bundleOf(host, { tree: false }));
    assert(!without.some(({ path }) => path.startsWith("pond/files")));
    await unbundled(host, await archiveOf(without), "/other");
    await using other = await TinyLogFS.open(host, "/other");
    assertEquals(await treeOf(other), await treeOf(fs));
  });

  Deno.test(`openBundle() writes no end where a blob or a data file is damaged, and names it (${layout})`, async () => {
    const needed = await neededFiles(start);
    for (const pattern of [/\/blobs\//, /\/oplog\/.*\.parquet$/]) {
      const host = copyOf(start);
      await using bundle = await openBundle(host, POND);
      // After it was opened: that has read the rows.
      const path = pathsLike(host, pattern).find((path) =>
        path.includes("/blobs/") || needed.has(path)
      ) ?? "";
      host.files.flipBit(path, 1234);
      const error = await assertRejects(async () => {
        for await (const _ of bundle.bytes()) {
          /* until it fails */
        }
      });
      assertStringIncludes(String(error), "Cannot trust /pond/");
    }
  });
}

Deno.test("a pond of version 0 is bundled, too", async () => {
  const host = newHost();
  {
    await using _ = await TinyLogFS.initEmpty(host, POND);
  }
  await unbundled(host, await bundleOf(host), COPY);
  const before = await checked(host);
  const after = await TinyLogFS.check(host, COPY);
  assertEquals(after.historyRoot, before.historyRoot);
  await using fs = await TinyLogFS.open(host, COPY);
  await fs.createFile("/a", "a");
  await fs.commit();
});

Deno.test("openBundle() counts what is staged, which isn't in it", async () => {
  const host = newHost();
  await using fs = await TinyLogFS.initEmpty(host, POND);
  await fs.createFile("/staged", "s");
  await fs.stage();
  await using bundle = await openBundle(host, POND);
  assertEquals(bundle.staged, 1);
});

Deno.test("more members than one file of sums takes are in several", async () => {
  const host = newHost();
  await using fs = await TinyLogFS.initEmpty(host, POND);
  for (let i = 0; i < 5000; i++) await fs.createFile(`/f${i}`, `${i}`);
  await fs.commit();
  const archive = await bundleOf(host);
  const sums = (await membersOf(archive)).filter(({ path }) =>
    path.startsWith("pond/sums/")
  );
  assertEquals(sums.map(({ path }) => path), [
    "pond/sums/00001.sha256",
    "pond/sums/00002.sha256",
  ]);
  await unbundled(host, archive, COPY);
});

Deno.test("unbundle() takes an empty directory, and nothing else that is there", async () => {
  const host = newHost();
  {
    await using _ = await TinyLogFS.initEmpty(host, POND);
  }
  const archive = await bundleOf(host);
  await host.files.makeDirectory("/empty");
  await unbundled(host, archive, "/empty");
  await host.files.makeLink("/link", "/elsewhere");
  host.files.plant("/file", new Uint8Array(1));
  for (const path of ["/empty", "/link", "/file"]) {
    const error = await assertRejects(() => unbundled(host, archive, path));
    assertStringIncludes(String(error), `Cannot unbundle into ${path}: `);
  }
  const error = await assertRejects(() => unbundled(host, archive, "/no/dir"));
  assertStringIncludes(String(error), "there is no directory /no");
});

Deno.test("unbundle() gives up where another process does the same", async () => {
  const host = newHost();
  {
    await using _ = await TinyLogFS.initEmpty(host, POND);
  }
  const archive = await bundleOf(host);
  await host.files.makeDirectory("/.copy.unbundle");
  await using _lock = await host.files.lock(
    "/.copy.unbundle/pond-unbundle.lock",
  );
  const error = await assertRejects(() => unbundled(host, archive, COPY));
  assertStringIncludes(String(error), "another process does so");
});

Deno.test("unbundle() leaves alone what it hasn't made beside its place", async () => {
  const host = newHost();
  {
    await using _ = await TinyLogFS.initEmpty(host, POND);
  }
  const archive = await bundleOf(host);
  const work = "/.copy.unbundle";
  const mark = `${work}/pond-unbundle.lock`;
  const mine = encodeUtf8("mine");
  const plants: Readonly<Record<string, (disk: SimDisk) => unknown>> = {
    "a file": (disk) => disk.plant(work, mine),
    "a pond": (disk) => disk.plant(`${work}/pond/mine`, mine),
    "a lock": (disk) => disk.plant(`${work}/lock`, mine),
    "more than the mark": async (disk) => {
      disk.plant(mark, new Uint8Array());
      await disk.writeNew(`${work}/mine`, mine);
    },
    "a link": async (disk) => {
      disk.plant("/elsewhere/mine", mine);
      await disk.makeLink(work, "/elsewhere");
    },
    "a link as the mark": async (disk) => {
      disk.plant("/elsewhere/mine", mine);
      await disk.makeDirectory(work);
      await disk.makeLink(mark, "/elsewhere/mine");
    },
  };
  for (const [what, plant] of Object.entries(plants)) {
    const disk = host.files.clone(() => 0.5);
    await plant(disk);
    const there = processOn(disk, host.clock.nowUs());
    const before = pathsLike(there, /./);
    const error = await assertRejects(
      () => unbundled(there, archive, COPY),
      PondError,
      `${work} beside it is somebody else's`,
    );
    assertEquals(error.code, "ALREADY_EXISTS", what);
    assertEquals(pathsLike(there, /./), before, what);
  }
});

Deno.test("unbundle() takes over what another run has left, or an empty directory", async () => {
  const host = newHost();
  {
    await using _ = await TinyLogFS.initEmpty(host, POND);
  }
  const archive = await bundleOf(host);
  host.files.plant("/.a.unbundle/pond-unbundle.lock", new Uint8Array());
  host.files.plant("/.a.unbundle/pond/oplog/half", new Uint8Array(1));
  await host.files.makeDirectory("/.b.unbundle");
  for (const path of ["/a", "/b"]) {
    await unbundled(host, archive, path);
    assertEquals((await TinyLogFS.check(host, path)).findings, []);
  }
  assertEquals(pathsLike(host, /unbundle|half/), []);
});

Deno.test("an abort ends both, and leaves nothing", async () => {
  const host = newHost();
  {
    await using _ = await TinyLogFS.initEmpty(host, POND);
  }
  const archive = await bundleOf(host);
  const signal = AbortSignal.abort(new Error("enough"));
  await assertRejects(() => openBundle(host, POND, { signal }), "enough");
  async function* bytes() {
    yield await Promise.resolve(archive);
  }
  await assertRejects(
    () => unbundle(host, { name: "x", bytes: bytes() }, COPY, { signal }),
    "enough",
  );
  assertEquals(pathsLike(host, /copy/), []);
});

Deno.test("insideTree() keeps symlinks where they lead, and none leads out", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["/d/l", "a", "a"],
    ["/d/l", "../a", "../a"],
    ["/d/e/l", "/a", "../../a"],
    ["/l", "/", "."],
    ["/l", "../../etc/passwd", "etc/passwd"],
    ["/d/l", "../../../x", "../x"],
    ["/d/l", "/../x/./y//z", "../x/y/z"],
    ["/l", "a/../b", "a/../b"],
    ["/d/l", "/", ".."],
  ];
  for (const [path, target, expected] of cases) {
    assertEquals(insideTree(path, target), expected, `${path} -> ${target}`);
  }
});
