import { assertEquals, assertStringIncludes } from "@std/assert";
import { decodeUtf8 } from "../../src/bytes.ts";
import { memoryHost } from "../../src/host/memory.ts";
import { OplogTable } from "../../src/oplog/mod.ts";
import { TAG_PART_ID } from "../../src/oplog/record.ts";
import { type Layout, TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { pinnedVersions } from "../../src/tinylogfs/tags.ts";
import { checked, newHost, POND } from "../support/checked_pond.ts";
import { assertCode } from "./scratch.ts";

const LAYOUTS: readonly Layout[] = ["clustered", "hive"];

/** A pond in which `/a` is `a1`, `a2`, `a3` in these versions. */
async function somePond(layout: Layout = "clustered") {
  const host = newHost();
  const fs = await TinyLogFS.initEmpty(host, POND, { layout });
  for (const text of ["a1", "a2", "a3"]) {
    await fs.writeFile("/a", text);
    await fs.commit();
  }
  return { host, fs };
}

async function tagsOf(fs: TinyLogFS): Promise<Record<string, number>> {
  const tags = await fs.tags();
  return Object.fromEntries(tags.map(({ name, version }) => [name, version]));
}

for (const layout of LAYOUTS) {
  Deno.test(`a tag (${layout}) is a revision, for every process`, async () => {
    const { host, fs } = await somePond(layout);
    await fs.tag("first", "v1");
    await fs.tag("newest");
    assertEquals(await tagsOf(fs), { first: 1, newest: 4 });
    const other = await TinyLogFS.open(memoryHost({ files: host.files }), POND);
    const view = await other.at("first");
    assertEquals([view.version, decodeUtf8(await view.readFile("/a"))], [
      1,
      "a1",
    ]);
    await other.restore("first");
    assertEquals(decodeUtf8(await other.readFile("/a")), "a1");
    const changes = await Array.fromAsync(other.diff("first", "newest"));
    assertEquals(changes.map(({ path }) => path), ["/a"]);
    assertEquals(await tagsOf(other), { first: 1, newest: 4 });
    await other.optimize();
    assertEquals(await tagsOf(other), { first: 1, newest: 4 });
    assertEquals((await checked(host)).findings, []);
  });
}

Deno.test("tags(): nothing that goes back changes them, and a branch begins with them", async () => {
  const { host, fs } = await somePond();
  await fs.tag("t", "v2");
  await fs.restore("v1");
  await fs.undo("v1", { dryRun: true });
  await fs.undo();
  assertEquals(await tagsOf(fs), { t: 2 });
  await fs.createBranch("trial");
  await fs.deleteTag("t");
  const trial = await TinyLogFS.open(memoryHost({ files: host.files }), POND, {
    branch: "trial",
  });
  assertEquals(await tagsOf(trial), { t: 2 });
  assertEquals(await tagsOf(fs), {});
  assertEquals((await checked(host)).findings, []);
});

Deno.test("undo() takes back what was committed before a tag, and a diff of one is empty", async () => {
  const { fs } = await somePond();
  await fs.tag("t");
  assertEquals(await Array.fromAsync(fs.diff("v3", "v4")), []);
  const { transaction } = await fs.undo();
  assertEquals(transaction.version, 3);
  assertEquals(decodeUtf8(await fs.readFile("/a")), "a2");
});

Deno.test("tag() refuses to move a tag without force, and does nothing when it is there", async () => {
  const { fs } = await somePond();
  const { createdUs } = await fs.tag("t", "v1");
  const { version } = fs;
  assertEquals(await fs.tag("t", "v1"), { name: "t", version: 1, createdUs });
  assertEquals(fs.version, version);
  const error = await assertCode("ALREADY_EXISTS", () => fs.tag("t", "v2"));
  assertStringIncludes(error.message, "that is v1");
  await fs.tag("t", "v2", { force: true });
  assertEquals(await tagsOf(fs), { t: 2 });
  await fs.deleteTag("t");
  await assertCode("NOT_FOUND", () => fs.deleteTag("t"));
  await assertCode("REVISION_NOT_FOUND", () => fs.at("t"));
  await assertCode("REVISION_NOT_FOUND", () => fs.tag("u", "v99"));
  await assertCode("INVALID_ARGUMENT", () => fs.tag("u", "@pending"));
  await fs.writeFile("/b", "pending");
  await assertCode("INVALID_ARGUMENT", () => fs.tag("u"));
  assertEquals(fs.getStatus().pendingOperations, 1);
});

Deno.test("tag() refuses names that are read as other revisions", async () => {
  const { fs } = await somePond();
  const names = [
    ..."@ @pending pending v1 v-1 v12345678901234567 2h P3D PT2H abcdef".split(
      " ",
    ),
    ..."2026-01-05 2026 a/b a@b -x .x é".split(" "),
    "",
    "a b",
    "x".repeat(101),
  ];
  for (const name of names) {
    await assertCode("INVALID_NAME", () => fs.tag(name));
  }
  for (const name of ["v1.2", "release-1.0", "beef", "toString", "__proto__"]) {
    await fs.tag(name, "v2");
    assertEquals((await fs.at(name)).version, 2, name);
  }
  await assertCode("REVISION_NOT_FOUND", () => fs.at("constructor"));
});

Deno.test("two processes that tag at once keep both tags", async () => {
  const { host, fs } = await somePond();
  const other = await TinyLogFS.open(memoryHost({ files: host.files }), POND);
  await Promise.all([fs.tag("one", "v1"), other.tag("two", "v2")]);
  await fs.tag("three", "v3");
  assertEquals(await tagsOf(fs), { one: 1, two: 2, three: 3 });
});

Deno.test("pinnedVersions() are the versions with a tag", async () => {
  const { fs } = await somePond();
  assertEquals(await pinnedVersions(fs.oplog), []);
  await fs.tag("b", "v2");
  await fs.tag("c", "v2");
  await fs.tag("a", "v0");
  assertEquals(await pinnedVersions(fs.oplog), [0, 2]);
});

Deno.test("check() finds a tag of a version that wasn't there", async () => {
  const { host, fs } = await somePond();
  const table = await OplogTable.open(host, `${POND}/oplog`, {
    headPath: `${POND}/head`,
  });
  const row = (tags: unknown) => ({
    partId: TAG_PART_ID,
    nodeId: "e".repeat(32),
    fileType: "transaction" as const,
    metadata: JSON.stringify({ tags }),
    content: null,
    operation: "create" as const,
    nodeVersion: 1,
    position: -1,
    name: "",
    path: "",
  });
  const point = table.nextPoint();
  const tags = { late: { version: point.version, created: 1 } };
  const note = {
    operation: "WRITE",
    transactionId: "e".repeat(32),
    userName: "tester",
    message: "",
    operations: 0,
  };
  await table.append(
    [{ partId: TAG_PART_ID, entries: [row(tags)] }],
    point,
    note,
  );
  const [finding] = (await fs.check()).findings;
  assertStringIncludes(finding?.problem ?? "", "the tag late means version 4");
});

Deno.test("tag() and deleteTag() with dryRun say what they would do, and do nothing", async () => {
  const { fs } = await somePond();
  await fs.tag("first", "v1");
  const { version } = fs;
  const planned = await fs.tag("second", "v2", { dryRun: true });
  assertEquals([planned.name, planned.version], ["second", 2]);
  const result = await fs.deleteTag("first", { dryRun: true });
  assertEquals([result.operationsCommitted, result.version], [0, version]);
  await assertCode(
    "ALREADY_EXISTS",
    () => fs.tag("first", "v2", { dryRun: true }),
  );
  await assertCode("NOT_FOUND", () => fs.deleteTag("second", { dryRun: true }));
  assertEquals([fs.version, await tagsOf(fs)], [version, { first: 1 }]);
  await fs.createFile("/b", "");
  const refused = () => fs.tag("third", "v1", { dryRun: true });
  await assertCode("INVALID_ARGUMENT", refused);
});
