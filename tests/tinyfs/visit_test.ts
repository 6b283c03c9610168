/** Walks along a pattern: what they find, and what they don't look at. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { PondError } from "../../src/errors.ts";
import {
  ComputedDirectory,
  type Directory,
  type DirectoryItem,
  FS,
  type MemoryDirectory,
  MemoryNodeFactory,
  type Node,
  type WorkingDir,
} from "../../src/tinyfs/mod.ts";
import {
  type Asked,
  assertFails,
  CountingDirectory,
  filesystemOf,
  matchesOf,
  pathsOf,
} from "./support.ts";

/** A tree whose directories write down what they are asked. */
async function counted(
  ...lines: string[]
): Promise<{ root: WorkingDir; asked: Asked }> {
  const asked: Asked = { listed: [], lookedUp: [] };
  const inner = await filesystemOf(...lines);
  const { root } = new FS({
    root: new CountingDirectory(inner.node, asked),
    factory: new MemoryNodeFactory(),
  });
  return { root, asked };
}

const TREE = [
  "a/x/1.csv",
  "a/x/deep/2.csv",
  "a/y/3.csv",
  "b/x/4.csv",
  "b/z/",
  "c.csv",
];

Deno.test("a walk with skipHidden passes over names with a dot, and looks at no directory below one, unless the pattern has such a part", async () => {
  const { root, asked } = await counted(".h/x.csv", "a/.x.csv", "a/y.csv");
  const pathsOfVisible = async (pattern: string) => {
    const matches = root.glob(pattern, { skipHidden: true });
    return (await Array.fromAsync(matches)).map(({ path }) => path);
  };
  assertEquals(await pathsOfVisible("/**/*.csv"), ["/a/y.csv"]);
  assertEquals(asked.listed, ["/", "/a"]);
  assertEquals(await pathsOfVisible("/a/.*.csv"), ["/a/.x.csv"]);
  assertEquals(await pathsOfVisible("/.h/*"), ["/.h/x.csv"]);
  assertEquals(await pathsOf(root, "/**/*.csv"), [
    "/.h/x.csv",
    "/a/.x.csv",
    "/a/y.csv",
  ]);
});

Deno.test("a walk lists no directory for a fixed prefix", async () => {
  const { root, asked } = await counted(...TREE);
  assertEquals(await pathsOf(root, "/a/x/*.csv"), ["/a/x/1.csv"]);
  assertEquals(asked.listed, ["/a/x"]);
  assertEquals(asked.lookedUp, ["/a", "/a/x"]);
});

Deno.test("a walk lists only directories in which the next name can match", async () => {
  const { root, asked } = await counted(...TREE);
  assertEquals(await pathsOf(root, "/*/x/*.csv"), [
    "/a/x/1.csv",
    "/b/x/4.csv",
  ]);
  assertEquals(asked.listed, ["/", "/a/x", "/b/x"]);
  assertEquals(asked.lookedUp, ["/a/x", "/b/x"]);
});

Deno.test("a walk lists nothing below the last name of a pattern", async () => {
  const { root, asked } = await counted(...TREE);
  assertEquals(await pathsOf(root, "/*"), ["/a", "/b", "/c.csv"]);
  assertEquals(asked.listed, ["/"]);
  assertEquals(asked.lookedUp, []);
});

Deno.test("a walk for literal names alone lists nothing", async () => {
  const { root, asked } = await counted(...TREE);
  assertEquals(await pathsOf(root, "/{a,b}/{x,nothing}/{1,4}.csv"), [
    "/a/x/1.csv",
    "/b/x/4.csv",
  ]);
  assertEquals(asked.listed, []);
  assertEquals(asked.lookedUp.length, 10);
});

Deno.test("a walk lists each directory once, whatever alternatives lead there", async () => {
  const { root, asked } = await counted(...TREE);
  assertEquals(
    await pathsOf(root, "/a/**/{*,?.csv,**/x,[12]*}"),
    [
      "/a",
      "/a/x",
      "/a/x/1.csv",
      "/a/x/deep",
      "/a/x/deep/2.csv",
      "/a/y",
      "/a/y/3.csv",
    ].slice(1),
  );
  assertEquals(asked.listed, ["/a", "/a/x", "/a/x/deep", "/a/y"]);
});

Deno.test("a directory comes before what is in it, names in order", async () => {
  const root = await filesystemOf("b/2", "b/10", "a", "b/1/x");
  assertEquals(await pathsOf(root, "**"), [
    "/",
    "/a",
    "/b",
    "/b/1",
    "/b/1/x",
    "/b/10",
    "/b/2",
  ]);
});

Deno.test("a pattern that ends in a slash matches directories alone", async () => {
  const root = await filesystemOf("a/f", "f", "l -> a");
  assertEquals(await pathsOf(root, "/*/"), ["/a"]);
  assertEquals(await pathsOf(root, "/**/"), ["/", "/a"]);
});

Deno.test("a relative pattern starts at the directory, and .. leads above it", async () => {
  const root = await filesystemOf("a/f", "b/f");
  const a = await root.open("a");
  assertEquals(await matchesOf(a, "*"), ["/a/f [f]"]);
  assertEquals(await matchesOf(a, "../*/f"), ["/a/f [a]", "/b/f [b]"]);
  assertEquals(await matchesOf(a, "../../b/?"), ["/b/f [f]"]);
  assertEquals(await matchesOf(a, "/*"), ["/a [a]", "/b [b]"]);
});

Deno.test("visit() calls its function for one match after the other", async () => {
  const root = await filesystemOf("a", "b");
  const calls: string[] = [];
  await root.visit("*", async ({ path }) => {
    calls.push(`begin ${path}`);
    await Promise.resolve();
    calls.push(`end ${path}`);
  });
  assertEquals(calls, ["begin /a", "end /a", "begin /b", "end /b"]);
});

Deno.test("a match is the node at its path", async () => {
  const root = await filesystemOf("a/f");
  const [match] = await Array.fromAsync(root.glob("/*/f"));
  assert(match);
  assertEquals(match.at.path, "/a/f");
  assertEquals(match.at.parent?.id, (await root.resolve("a")).node.id);
  assertEquals(match.node, (await root.resolve("/a/f")).node);
});

Deno.test("a node with several names is visited once for a pattern position", async () => {
  const root = await filesystemOf("a/f");
  const { node } = await root.resolve("/a");
  await root.insert("/b", node);
  assertEquals(await matchesOf(root, "/*/f"), ["/a/f [a]"]);
  assertEquals(await matchesOf(root, "/b/f"), ["/b/f []"]);
  // Another position: the name is another part of the pattern.
  assertEquals(await pathsOf(root, "/{a,b}/f"), ["/a/f", "/b/f"]);
});

Deno.test("a directory that contains itself is visited once", async () => {
  const root = await filesystemOf("d/f");
  const { node } = await root.resolve("/d");
  await root.insert("/d/self", node);
  await root.insert("/d/root", root.node);
  assertEquals(await pathsOf(root, "/**"), ["/", "/d", "/d/f"]);
  assertEquals(await pathsOf(root, "/d/self/self/f"), ["/d/self/self/f"]);
});

Deno.test("directories without end are an error that names one", async () => {
  class Endless extends ComputedDirectory {
    protected override *children(): Iterable<DirectoryItem> {
      yield { name: "x", node: new Endless() };
    }
  }
  const { root } = new FS();
  await root.insert("/endless", new Endless());
  const error = await assertFails(() => pathsOf(root, "/**"), "LOOP", "4096");
  assert(error.path?.startsWith("/endless/x/x"));
  assertEquals((await pathsOf(root, "/endless/*/*/*")).length, 1);
});

Deno.test("a walk goes as deep as directories may be, with a stack of its own", async () => {
  const { root } = new FS();
  const factory = new MemoryNodeFactory();
  let at: MemoryDirectory = factory.newDirectory();
  const top = at;
  for (let depth = 0; depth < 4000; depth++) {
    const next = factory.newDirectory();
    await at.insert("d", next);
    at = next;
  }
  await at.insert("f", await factory.createFile("deep"));
  await root.insert("/top", top);
  const [match] = await Array.fromAsync(root.glob("/top/**/f"));
  assertEquals(match?.captures.length, 4000);
  assertEquals(match?.path.length, "/top".length + 4000 * 2 + "/f".length);
  await root.remove("/top", { recursive: true });
});

Deno.test("a walk takes no exponential time, whatever the pattern", async () => {
  const asked: Asked = { listed: [], lookedUp: [] };
  const lines = Array.from(
    { length: 200 },
    (_, i) => "aaaa/".repeat(i % 20 + 1) + `abcabc${i}`,
  );
  const inner = await filesystemOf(...lines);
  const { root } = new FS({
    root: new CountingDirectory(inner.node, asked),
    factory: new MemoryNodeFactory(),
  });
  for (
    const pattern of [
      "/**/**/**/a*b*c*",
      "/**/*/**/*/**/*a*b*c*",
      "/**/a*/**/a*/**/a*/**/a*/**/a*b*c*z",
      "/{**/,}{**/,}{**/,}{**/,}{a*,*a,*a*}{b*,*b,*}",
    ]
  ) {
    asked.listed.length = 0;
    await pathsOf(root, pattern);
    assertEquals(asked.listed.length, 21, pattern);
  }
});

Deno.test("whoever stops early leaves no directory half listed", async () => {
  let open = 0;
  class Watched extends ComputedDirectory {
    readonly #children: Node[];
    constructor(...children: Node[]) {
      super();
      this.#children = children;
    }
    override async *entries(): AsyncGenerator<DirectoryItem> {
      open++;
      try {
        for (const [i, node] of this.#children.entries()) {
          yield await Promise.resolve({ name: `${i}`, node });
        }
      } finally {
        open--;
      }
    }
    protected override children(): Iterable<DirectoryItem> {
      return [];
    }
  }
  const { root } = new FS();
  await root.insert("/w", new Watched(new Watched(new Watched())));
  for await (const { path } of root.glob("/w/**")) {
    if (path === "/w/0") {
      assert(open > 0);
      break;
    }
  }
  assertEquals(open, 0);
});

Deno.test("a signal ends a walk with its reason", async () => {
  const root = await filesystemOf("a", "b", "c");
  const controller = new AbortController();
  const found: string[] = [];
  const reason = new PondError("ABORTED", "Enough");
  const error = await assertRejects(async () => {
    const { signal } = controller;
    for await (const { path } of root.glob("/**", { signal })) {
      found.push(path);
      if (path === "/b") controller.abort(reason);
    }
  });
  assertEquals(error, reason);
  assertEquals(found, ["/", "/a", "/b"]);
});

Deno.test("a directory changes under a walk without breaking it", async () => {
  const root = await filesystemOf("a", "b/f", "c");
  const found: string[] = [];
  for await (const { path } of root.glob("/**")) {
    found.push(path);
    if (path === "/a") await root.remove("/b", { recursive: true });
  }
  assertEquals(found, ["/", "/a", "/b", "/b/f", "/c"]);
});

Deno.test("several walks at the same time don't hinder each other", async () => {
  const root = await filesystemOf(...TREE);
  const walks = Array.from({ length: 50 }, () => pathsOf(root, "/**/*.csv"));
  for (const paths of await Promise.all(walks)) {
    assertEquals(paths.length, 5);
  }
});

Deno.test("a directory that starts walks into itself, and says nothing, is caught", async () => {
  const { root } = new FS();
  class Careless extends ComputedDirectory {
    override async *entries(): AsyncGenerator<DirectoryItem> {
      for await (const { at, node } of root.glob("/**/*")) {
        yield { name: at.name, node };
      }
    }
    protected override children(): Iterable<DirectoryItem> {
      return [];
    }
  }
  const careless: Directory = new Careless();
  await root.insert("/careless", careless);
  await assertFails(
    () => pathsOf(root, "/**"),
    "LOOP",
    "/careless",
    "compute its own children",
  );
  // And the count is back where it was.
  await root.remove("/careless", { recursive: true });
  assertEquals(await pathsOf(root, "/**"), ["/"]);
});

Deno.test("glob() gives one text for each wildcard, whatever ** stands for", async () => {
  const root = await filesystemOf(...TREE);
  const wildcards = async (pattern: string) => {
    const found: Record<string, readonly string[]> = {};
    for await (const match of root.glob(pattern)) {
      if (match.node.type === "file") found[match.path] = match.wildcards;
    }
    return found;
  };
  assertEquals(await wildcards("/a/**/[0-9].c?v"), {
    "/a/x/1.csv": ["x", "1", "s"],
    "/a/x/deep/2.csv": ["x/deep", "2", "s"],
    "/a/y/3.csv": ["y", "3", "s"],
  });
  assertEquals(await wildcards("/a/x/**/1.csv"), { "/a/x/1.csv": [""] });
  assertEquals(await wildcards("/a/x/**"), {
    "/a/x/1.csv": ["1.csv"],
    "/a/x/deep/2.csv": ["deep/2.csv"],
  });
  assertEquals(await wildcards("/a/{x/1,y/*}.csv"), {
    "/a/x/1.csv": [],
    "/a/y/3.csv": ["3"],
  });
});
