import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { PondError } from "../../src/errors.ts";
import { deleteResources, findResources } from "../../src/pipeline/mod.ts";
import type { Pond } from "../../src/pond.ts";
import { scratchPond } from "./scratch.ts";
import { apply, commit } from "./view_support.ts";

async function namesIn(pond: Pond, path: string): Promise<string[]> {
  return await Array.fromAsync(pond.listDirectory(path), ({ name }) => name);
}

/** As the proof of concept wrote it. */
const DERIVE = `kind: Derive
name: clean
desc: Clean
spec:
  collections:
  - pattern: /in/*.csv
    name: lakes
    query: >
      SELECT t, m * 2 AS m2 FROM read_csv('$1') WHERE m IS NOT NULL
`;

Deno.test("a Derive resource shows a file for each match, which is computed when it is read", async () => {
  await using scratch = await scratchPond();
  const { pond, temp } = scratch;
  await commit(pond, {
    "/in/a.csv": "t,m\n1,10\n2,\n3,30\n",
    "/in/b.csv": "t,m\n7,1\n",
  });
  await apply(pond, DERIVE);
  assertEquals(await namesIn(pond, "/Derive"), ["clean"]);
  assertEquals(await namesIn(pond, "/Derive/clean"), ["lakes"]);
  const before = await Array.fromAsync(
    pond.listDirectory("/Derive/clean/lakes"),
  );
  assertEquals(before.map(({ name, sizeBytes }) => [name, sizeBytes]), [
    ["a.csv", null],
    ["b.csv", null],
  ]);
  assertEquals(
    await pond.query("FROM '/Derive/clean/lakes/a.csv'").rows(),
    [{ t: 1n, m2: 20n }, { t: 3n, m2: 60n }],
  );
  assertEquals(
    await pond.query(
      "SELECT capture1, filename, sum(m2)::INT AS s FROM '/Derive/*/lakes/*.csv' GROUP BY ALL ORDER BY ALL",
    ).rows(),
    [
      { capture1: "clean", filename: "/Derive/clean/lakes/a.csv", s: 80 },
      { capture1: "clean", filename: "/Derive/clean/lakes/b.csv", s: 2 },
    ],
  );
  const bytes = await pond.readFile("/Derive/clean/lakes/a.csv");
  assertEquals(new TextDecoder().decode(bytes.subarray(0, 4)), "PAR1");
  const [a] = await Array.fromAsync(pond.listDirectory("/Derive/clean/lakes"));
  assertEquals(a?.sizeBytes, bytes.length);
  // The cache can go at any time, and what comes back are the same bytes.
  await Deno.remove(temp.join("pond/cache/views"), { recursive: true });
  assertEquals(await pond.readFile("/Derive/clean/lakes/a.csv"), bytes);
});

Deno.test("a view follows what it is made from, and shows earlier states as they were", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  await commit(pond, { "/in/a.csv": "t,m\n1,10\n" });
  await apply(pond, DERIVE);
  const sum = "SELECT sum(m2)::INT AS s FROM '/Derive/clean/lakes/*.csv'";
  assertEquals(await pond.query(sum).rows(), [{ s: 20 }]);
  const { version } = pond;
  await commit(pond, {
    "/in/a.csv": "t,m\n1,10\n2,5\n",
    "/in/b.csv": "t,m\n1,1\n",
  });
  assertEquals(await pond.query(sum).rows(), [{ s: 32 }]);
  assertEquals(await pond.query(sum, { at: `v${version}` }).rows(), [{
    s: 20,
  }]);
  const view = await pond.at(`v${version}`);
  assertEquals(await namesIn(view, "/Derive/clean/lakes"), ["a.csv"]);
  await apply(pond, DERIVE.replace("m * 2", "m * 3"));
  assertEquals(await pond.query(sum).rows(), [{ s: 48 }]);
  assertEquals(await pond.query(sum, { at: `v${version}` }).rows(), [{
    s: 20,
  }]);
  // What is pending is seen by those who ask for it.
  await pond.writeFile("/in/c.csv", "t,m\n1,100\n");
  assertEquals(await pond.query(sum).rows(), [{ s: 48 }]);
  assertEquals(await pond.query(sum, { pending: true }).rows(), [{ s: 348 }]);
  assertEquals(await namesIn(pond, "/Derive/clean/lakes"), [
    "a.csv",
    "b.csv",
    "c.csv",
  ]);
});

Deno.test("nothing can be changed in a view", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  await commit(pond, { "/in/a.csv": "t,m\n1,10\n", "/x": "x" });
  await apply(pond, DERIVE);
  const file = "/Derive/clean/lakes/a.csv";
  const changes: Readonly<Record<string, () => Promise<unknown>>> = {
    write: () => pond.writeFile(file, "x"),
    update: () => pond.updateFile(file, "x"),
    create: () => pond.createFile("/Derive/clean/lakes/z.csv", "x"),
    "create at the top": () => pond.createFile("/Derive/clean/z.csv", "x"),
    mkdir: () => pond.createDirectory("/Derive/clean/z"),
    "mkdir -p": () =>
      pond.createDirectory("/Derive/clean/lakes/z/y", { recursive: true }),
    symlink: () => pond.createSymlink("/Derive/clean/z", "/x"),
    delete: () => pond.delete(file),
    "delete a directory": () =>
      pond.delete("/Derive/clean/lakes", { recursive: true }),
    "move in": () => pond.rename("/x", "/Derive/clean/x"),
    "move in deeper": () => pond.rename("/x", "/Derive/clean/lakes/x"),
    "move out": () => pond.rename(file, "/y"),
    touch: () => pond.touch(file),
    attributes: () => pond.setAttributes(file, { a: 1 }),
    mode: () => pond.setMetadata("/Derive/clean/lakes", { mode: 0o700 }),
    append: () => pond.appendToSeries(file, "x", { of: "text" }),
    "copy in": () => pond.copy("/x", "/Derive/clean/x"),
    "copy over": () => pond.copy("/x", file),
  };
  for (const [what, change] of Object.entries(changes)) {
    const error = await assertRejects(change, PondError, undefined, what);
    assertEquals([what, error.code], [what, "READ_ONLY"]);
  }
  assertEquals(pond.getStatus().pendingOperations, 0);
});

Deno.test("what a view shows can be copied out of it", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  await commit(pond, { "/in/a.csv": "t,m\n1,10\n" });
  await apply(pond, DERIVE);
  await pond.copy("/Derive/clean/lakes/a.csv", "/a.parquet");
  await pond.copy("/Derive", "/all", { recursive: true });
  await pond.commit();
  assertEquals(
    await pond.query("FROM '/a.parquet'").rows(),
    [{ t: 1n, m2: 20n }],
  );
  assertEquals(await namesIn(pond, "/all/clean/lakes"), ["a.csv"]);
  assertEquals(await pond.viewResource("/all/clean"), undefined);
  assertEquals(
    await pond.readFile("/all/clean/lakes/a.csv"),
    await pond.readFile("/a.parquet"),
  );
});

Deno.test("programs for Node read what a view shows, and change nothing", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  await commit(pond, { "/in/a.csv": "t,m\n1,10\n" });
  await apply(pond, DERIVE);
  const fs = await pond.nodeFs();
  const file = "/Derive/clean/lakes/a.csv";
  assertEquals(await fs.readdir("/Derive", { recursive: true }), [
    "clean",
    "clean/lakes",
    "clean/lakes/a.csv",
  ]);
  const bytes = await fs.readFile(file);
  assertEquals((await fs.stat(file)).size, bytes.length);
  const open = await fs.open(file, "r");
  assertEquals(Uint8Array.from(await open.readFile()), Uint8Array.from(bytes));
  await open.close();
  await fs.copyFile(file, "/copy.parquet");
  await fs.cp("/Derive/clean", "/all", { recursive: true });
  for (const path of ["/copy.parquet", "/all/lakes/a.csv"]) {
    assertEquals(
      Uint8Array.from(await fs.readFile(path)),
      Uint8Array.from(bytes),
    );
  }
  const changes = [
    () => fs.writeFile(file, "x"),
    () => fs.unlink(file),
    () => fs.rename(file, "/x"),
    () => fs.mkdir("/Derive/clean/x"),
    () => fs.chmod(file, 0o600),
    () => fs.open(file, "r+"),
  ];
  for (const change of changes) {
    const error = await assertRejects(change, Error);
    assertEquals(Reflect.get(error, "code"), "EROFS");
  }
});

Deno.test("a view goes with its resource, and comes back with an undo", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  await commit(pond, { "/in/a.csv": "t,m\n1,10\n" });
  await apply(pond, DERIVE);
  const { version } = pond;
  const resources = await findResources(pond);
  await pond.transaction((tx) => deleteResources(tx, resources));
  assertEquals(await pond.exists("/Derive/clean"), false);
  await pond.restore(`v${version}`);
  assertEquals(await namesIn(pond, "/Derive/clean/lakes"), ["a.csv"]);
  await pond.createBranch("other");
  await using other = await pond.at("v1");
  assertEquals(await other.exists("/Derive/clean"), false);
  // Without its directory, the resource is applied again.
  await pond.delete("/Derive/clean", { recursive: true });
  await pond.commit();
  await apply(pond, DERIVE);
  assertEquals(await namesIn(pond, "/Derive/clean/lakes"), ["a.csv"]);
});

Deno.test("apply refuses to put a view where something is", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  await commit(pond, { "/Derive/clean/mine": "x" });
  const error = await assertRejects(() => apply(pond, DERIVE), PondError);
  assertEquals(error.code, "ALREADY_EXISTS");
  assertEquals(await pond.exists("/.pond/resources/Derive/clean.yaml"), false);
});

Deno.test("a view that is made from itself is an error which names it", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  const of = (name: string, pattern: string) =>
    `kind: Derive\nname: ${name}\nspec:\n  collections:\n  - {pattern: ${pattern}, name: x, query: "FROM '$1'"}\n`;
  await commit(pond, { "/in/a.csv": "t,m\n1,10\n" });
  await apply(
    pond,
    `${of("a", "/Derive/b/x/*")}---\n${of("b", "/Derive/c/x/*")}---\n${
      of("c", "/Derive/a/x/*")
    }`,
  );
  const error = await assertRejects(
    () => namesIn(pond, "/Derive/b"),
    PondError,
  );
  assertEquals(error.code, "LOOP");
  assertStringIncludes(
    error.message,
    "/.pond/resources/Derive/b.yaml <- /.pond/resources/Derive/c.yaml <- /.pond/resources/Derive/a.yaml <- /.pond/resources/Derive/b.yaml",
  );
  await apply(pond, of("c", "/in/*"));
  assertEquals(
    await pond.query("FROM '/Derive/a/x/a.csv'").rows(),
    [{ t: 1n, m: 10n }],
  );
});
