/** Differences between states, and where the lines of files come from. */
import { assert, assertEquals } from "@std/assert";
import { type MemoryHost, memoryHost } from "../../src/host/memory.ts";
import {
  type Layout,
  type NodeChange,
  splitRevision,
  TinyLogFS,
} from "../../src/tinylogfs/mod.ts";
import { assertCode, withPond } from "./scratch.ts";

const LAYOUTS: readonly Layout[] = ["clustered", "hive"];

/** Such as `moved /b < /a (place, content)`. */
function describe({ changed, from, kind, path }: NodeChange): string {
  const origin = from === undefined ? "" : ` < ${from}`;
  const parts = changed.filter((part) => part !== "time" && part !== "node");
  return `${kind} ${path}${origin}${parts.length > 0 ? ` (${parts})` : ""}`;
}

async function diffOf(
  fs: TinyLogFS,
  ...args: Parameters<TinyLogFS["diff"]>
): Promise<string[]> {
  return (await Array.fromAsync(fs.diff(...args))).map(describe);
}

for (const layout of LAYOUTS) {
  Deno.test(`diff() (${layout}) tells each kind of change, either way`, async () => {
    const host = memoryHost();
    await using fs = await TinyLogFS.initEmpty(host, "/pond", { layout });
    await fs.createDirectory("/d/e", { recursive: true });
    for (const name of ["gone", "changed", "moved", "both", "kind", "new"]) {
      await fs.createFile(`/d/${name}`, name);
    }
    await fs.createFile("/d/e/inside", "1");
    await fs.createFile("/d/same", "same");
    await fs.commit();
    await fs.delete("/d/gone");
    await fs.updateFile("/d/changed", "other");
    await fs.rename("/d/moved", "/moved");
    await fs.rename("/d/both", "/both");
    await fs.updateFile("/both", "two changes");
    await fs.delete("/d/kind");
    await fs.createSymlink("/d/kind", "/moved");
    await fs.delete("/d/new");
    await fs.createFile("/d/new", "another node");
    await fs.setAttributes("/d/same", { unit: "m" });
    await fs.rename("/d/e", "/d/f");
    await fs.updateFile("/d/f/inside", "2");
    await fs.createFile("/big", new Uint8Array(70_000));
    await fs.commit();
    const expected = [
      "added /big",
      "moved /both < /d/both (place,content)",
      "modified /d/changed (content)",
      "moved /d/f < /d/e (place)",
      "modified /d/f/inside < /d/e/inside (content)",
      "deleted /d/gone",
      "type /d/kind (type,content,mode)",
      "modified /d/new (content)",
      "attributes /d/same (attributes)",
      "moved /moved < /d/moved (place)",
    ];
    assertEquals(await diffOf(fs, "v1", "v2"), expected);
    assertEquals(await diffOf(fs, "v1"), expected);
    const back = await diffOf(fs, "v2", "v1");
    assert(back.includes("deleted /big") && back.includes("added /d/gone"));
    assert(back.includes("moved /d/e < /d/f (place)"));
    assertEquals(await diffOf(fs, "v2", "v2"), []);
  });

  Deno.test(`diff() (${layout}) of what is pending, and of a path`, async () => {
    const host = memoryHost();
    await using fs = await TinyLogFS.initEmpty(host, "/pond", { layout });
    await fs.createDirectory("/d");
    await fs.createFile("/d/a", "1");
    await fs.createFile("/b", "1");
    await fs.commit();
    await fs.createDirectory("/n/m", { recursive: true });
    await fs.createFile("/n/m/f", "new");
    await fs.updateFile("/d/a", "2");
    await fs.rename("/b", "/n/b");
    await fs.rename("/d", "/e");
    const expected = [
      "moved /e < /d (place)",
      "modified /e/a < /d/a (content)",
      "added /n",
      "moved /n/b < /b (place)",
      "added /n/m",
      "added /n/m/f",
    ];
    assertEquals(await diffOf(fs, "@", "@pending"), expected);
    assertEquals(await diffOf(fs, "v0", "@pending"), [
      "added /e",
      "added /e/a",
      "added /n",
      "added /n/b",
      "added /n/m",
      "added /n/m/f",
    ]);
    assertEquals(await diffOf(fs, "@", "@pending", { path: "/n/" }), [
      "added /n",
      "moved /n/b < /b (place)",
      "added /n/m",
      "added /n/m/f",
    ]);
    // Where something was before counts, too.
    assertEquals(await diffOf(fs, "@", "@pending", { path: "/d/a" }), [
      "modified /e/a < /d/a (content)",
    ]);
    await assertCode("NOT_FOUND", () => diffOf(fs, "@", "@", { path: "/no" }));
    for await (const change of fs.diff("@", "@pending", { path: "/e/a" })) {
      const texts = [change.before, change.after].map((side) => side?.read());
      assertEquals(
        (await Promise.all(texts)).map((bytes) =>
          new TextDecoder().decode(bytes)
        ),
        ["1", "2"],
      );
    }
    await fs.commit();
    assertEquals(await diffOf(fs, "v-1", "@"), expected);
  });

  Deno.test(`blame() (${layout}) follows lines through versions and renames`, async () => {
    const host = memoryHost();
    const author = { author: "first" };
    await using fs = await TinyLogFS.initEmpty(host, "/pond", {
      layout,
      ...author,
    });
    await fs.createFile("/a", "one\ntwo\nthree\n");
    await fs.commit({ message: "made" });
    await using other = await TinyLogFS.open(host, "/pond", {
      author: "second",
    });
    await other.updateFile("/a", "zero\none\n2\nthree\n");
    await other.commit({ message: "changed" });
    await other.rename("/a", "/b");
    await other.commit();
    await other.updateFile("/b", "zero\none\n2\nthree\nfour");
    const lines = await Array.fromAsync(other.blame("/b"));
    assertEquals(
      lines.map(({ line, text, version, author }) => [
        line,
        text,
        version,
        author,
      ]),
      [
        [1, "zero\n", 2, "second"],
        [2, "one\n", 1, "first"],
        [3, "2\n", 2, "second"],
        [4, "three\n", 1, "first"],
        [5, "four", -1, ""],
      ],
    );
    assertEquals(lines[0]?.path, "/a");
    await using before = await other.at("v1");
    const versions = await Array.fromAsync(before.blame("/a"));
    assertEquals(versions.map(({ version }) => version), [1, 1, 1]);
    await other.writeFile("/binary", Uint8Array.of(0, 1));
    await assertCode(
      "UNSUPPORTED",
      () => Array.fromAsync(other.blame("/binary")),
    );
    await assertCode("IS_A_DIRECTORY", () => Array.fromAsync(other.blame("/")));
  });
}

Deno.test("transactions() opens no file that is older than what is asked for", async () => {
  await withPond(async ({ fs, host }) => {
    for (let i = 1; i <= 12; i++) {
      await host.clock.sleep(1000);
      await fs.createFile(`/${i}`, `${i}`);
      await fs.commit();
    }
    const reads = async (options: Parameters<TinyLogFS["transactions"]>[0]) => {
      await using other = await TinyLogFS.open(host, "/pond");
      const before = host.files.operations.length;
      const rows = await Array.fromAsync(other.transactions(options));
      const opened = host.files.operations.slice(before)
        .filter(({ path }) => path.endsWith(".parquet"));
      return [
        rows.map(({ version }) => version),
        new Set(opened.map(({ path }) => path)).size,
      ];
    };
    assertEquals(await reads({ limit: 2 }), [[12, 11], 2]);
    assertEquals(await reads({ since: "v11" }), [[12, 11], 2]);
    assertEquals(await reads({ since: "v4", until: "v5" }), [[5, 4], 2]);
    assertEquals(await reads({ limit: 0 }), [[], 0]);
  });
});

Deno.test("getNodeHistory() takes a limit and times", async () => {
  await withPond(async ({ fs, host }) => {
    await fs.createFile("/f", "1");
    await fs.commit();
    for (let i = 2; i <= 5; i++) {
      await host.clock.sleep(1000);
      await fs.updateFile("/f", `${i}`);
      await fs.commit();
    }
    const versions = async (
      options: Parameters<TinyLogFS["getNodeHistory"]>[1],
    ) =>
      (await Array.fromAsync(fs.getNodeHistory("/f", options)))
        .map(({ version }) => version);
    assertEquals(await versions({ limit: 2 }), [5, 4]);
    assertEquals(await versions({ since: "v4" }), [5, 4]);
    assertEquals(await versions({ until: "v2" }), [2, 1]);
    assertEquals(await versions({ limit: 0 }), []);
  });
});

Deno.test("transactionSummary() counts nodes, not operations", async () => {
  await withPond(async ({ fs }) => {
    for (const name of ["a", "b", "c"]) await fs.createFile(`/${name}`, "1");
    await fs.commit();
    await fs.updateFile("/a", "2");
    await fs.updateFile("/a", "3");
    await fs.rename("/b", "/x");
    await fs.updateFile("/x", "2");
    await fs.delete("/c");
    await fs.createFile("/came", "and went");
    await fs.delete("/came");
    await fs.createDirectory("/d");
    await fs.commit();
    assertEquals(await fs.transactionSummary(2), {
      added: 1,
      modified: 1,
      moved: 1,
      deleted: 1,
    });
  });
});

Deno.test("splitRevision() divides PATH@REV, and takes @@ for an @", () => {
  const divided: Readonly<Record<string, readonly (string | undefined)[]>> = {
    "/a": ["/a", undefined],
    "/a@v1": ["/a", "v1"],
    "/a@": ["/a", "@"],
    "/a@pending": ["/a", "@pending"],
    "/a@@b": ["/a@b", undefined],
    "/a@@@v1": ["/a@", "v1"],
    "/x@y/a": ["/x@y/a", undefined],
    "/x@@y/a@v-1": ["/x@y/a", "v-1"],
    "/@v1": ["/", "v1"],
    "/a@2026-01-05T10:00+01:00": ["/a", "2026-01-05T10:00+01:00"],
  };
  for (const [text, expected] of Object.entries(divided)) {
    const { path, revision } = splitRevision(text);
    assertEquals([path, revision], expected, text);
  }
});

/** How many data files some work opens, the same one each time it is read. */
async function opened(
  files: MemoryHost["files"],
  work: () => Promise<unknown>,
): Promise<number> {
  const before = files.operations.length;
  await work();
  return files.operations.slice(before)
    .filter(({ path }) => path.endsWith(".parquet")).length;
}

Deno.test("diff() and undo() read no more files for one change, however many directories there are", async () => {
  const reads: number[][] = [];
  for (const directories of [4, 40]) {
    await withPond(async ({ fs, host }) => {
      for (let i = 0; i < directories; i++) {
        await fs.createDirectory(`/${i}`);
        await fs.commit();
        await fs.createFile(`/${i}/f`, "1");
        await fs.commit();
      }
      const before = fs.version;
      await fs.updateFile("/1/f", "2");
      await fs.commit();
      const cold = () => TinyLogFS.open(host, "/pond");
      await using first = await cold();
      await using second = await cold();
      reads.push([
        await opened(host.files, async () => {
          assertEquals(await diffOf(first, `v${before}`), [
            "modified /1/f (content)",
          ]);
        }),
        await opened(host.files, () => second.undo()),
      ]);
    });
  }
  const [few = [], many = []] = reads;
  for (const [index, count] of many.entries()) {
    // The root's own log is longer by up to a snapshot.
    assert(count <= (few[index] ?? 0) + 30, `${few} and ${many} reads`);
  }
});

Deno.test("blame() looks no further back than to the last line's origin", async () => {
  await withPond(async ({ fs, host }) => {
    for (let i = 0; i < 12; i++) {
      await fs.writeFile("/f", `${i}\n`);
      await fs.commit();
    }
    await using other = await TinyLogFS.open(host, "/pond");
    const count = await opened(host.files, async () => {
      const [line] = await Array.fromAsync(other.blame("/f"));
      assertEquals([line?.version, line?.text], [12, "11\n"]);
    });
    assert(count <= 8, `${count} reads`);
  });
});

Deno.test("diff() shows what another process has staged, either way", async () => {
  await withPond(async ({ fs, host }) => {
    await fs.createFile("/a", "1");
    await fs.commit();
    await using other = await TinyLogFS.open(host, "/pond", { staged: true });
    await other.updateFile("/a", "2");
    await other.createDirectory("/d");
    await other.stage();
    assertEquals(await diffOf(fs, "@", "@pending"), [
      "modified /a (content)",
      "added /d",
    ]);
    assertEquals(await diffOf(fs, "@pending", "v1"), [
      "modified /a (content)",
      "deleted /d",
    ]);
    assertEquals(await diffOf(fs, "@", "@"), []);
  });
});
