/** Trees as text. */
import { assertEquals } from "@std/assert";
import { dumpTree } from "../../src/tinyfs/mod.ts";
import { filesystemOf } from "./support.ts";

Deno.test("dumpTree() writes a node a line", async () => {
  const root = await filesystemOf("a/b.csv", "a/link -> b.csv", "empty/");
  assertEquals(
    await dumpTree(root.node),
    `/
/a/
/a/b.csv  7
/a/link -> b.csv
/empty/
`,
  );
  assertEquals(
    await dumpTree((await root.open("a")).node, "pond"),
    `pond/
pond/b.csv  7
pond/link -> b.csv
`,
  );
});

Deno.test("dumpTree() names a directory that is in itself, and doesn't enter it", async () => {
  const root = await filesystemOf("d/f");
  const { node } = await root.resolve("/d");
  await root.insert("/d/self", node);
  await root.insert("/again", node);
  assertEquals(
    await dumpTree(root.node),
    `/
/again/
/again/f  3
/again/self/  contains itself
/d/
/d/f  3
/d/self/  contains itself
`,
  );
});
