/** The versions of a node, wherever it has been. */
import { assertEquals } from "@std/assert";
import { assertCode, historyOf, withPond } from "./scratch.ts";

Deno.test("getNodeHistory() of a file that went there and back in one transaction comes to an end", async () => {
  await withPond(async ({ fs }) => {
    await fs.createDirectory("/a");
    await fs.createDirectory("/b");
    await fs.createFile("/a/f", "1");
    await fs.commit();
    await fs.rename("/a/f", "/b/f");
    await fs.updateFile("/b/f", "2");
    await fs.rename("/b/f", "/a/f");
    const expected = [
      "move 4 /a/f",
      "update 3 /b/f",
      "move 2 /b/f",
      "create 1 /a/f",
    ];
    assertEquals(await historyOf(fs, "/a/f"), expected);
    await fs.commit();
    assertEquals(await historyOf(fs, "/a/f"), expected);
    await fs.rename("/a/f", "/b/g");
    await fs.rename("/b/g", "/a/g");
    await fs.commit();
    assertEquals(await historyOf(fs, "/a/g"), [
      "move 6 /a/g",
      "move 5 /b/g",
      ...expected,
    ]);
  });
});

Deno.test("getNodeHistory() of a pending move shows what is committed, in all directories", async () => {
  await withPond(async ({ fs }) => {
    for (const path of ["/d", "/e"]) await fs.createDirectory(path);
    await fs.createFile("/a", "1");
    await fs.commit();
    await fs.updateFile("/a", "2");
    await fs.commit();
    await fs.rename("/a", "/d/a");
    await fs.rename("/d/a", "/e/a");
    await fs.updateFile("/e/a", "3");
    const expected = [
      "update 5 /e/a",
      "move 4 /e/a",
      "move 3 /d/a",
      "update 2 /a",
      "create 1 /a",
    ];
    assertEquals(await historyOf(fs, "/e/a"), expected);
    await fs.delete("/e/a");
    const gone = ["delete 6 /e/a", ...expected];
    assertEquals(await historyOf(fs, "/e/a"), gone);
    await fs.commit();
    assertEquals(await historyOf(fs, "/e/a"), gone);
  });
});

Deno.test("a restored file goes on with its versions, and getNodeHistory() shows those of the place where it was deleted", async () => {
  await withPond(async ({ fs }) => {
    for (const path of ["/a", "/b"]) await fs.createDirectory(path);
    await fs.createFile("/a/f", "1");
    await fs.commit();
    await fs.rename("/a/f", "/b/f");
    await fs.commit();
    await fs.updateFile("/b/f", "2");
    await fs.commit();
    await fs.delete("/b/f");
    await fs.commit();
    await fs.restore("v1");
    const expected = [
      "create 5 /a/f",
      "delete 4 /b/f",
      "update 3 /b/f",
      "move 2 /b/f",
      "create 1 /a/f",
    ];
    assertEquals(await historyOf(fs, "/a/f"), expected);
    await fs.touch("/a/f");
    assertEquals(await historyOf(fs, "/a/f"), ["update 6 /a/f", ...expected]);
  });
});

Deno.test("getNodeHistory() takes a path in any form, of a node that is gone as well", async () => {
  await withPond(async ({ fs }) => {
    await fs.createDirectory("/d");
    await fs.createFile("/d/f", "1");
    await fs.createFile("/g", "1");
    const paths = ["/d/f", "d/f", "//d/f", "/d/./f", "/d/x/../f", "/../d/f"];
    const check = async (forms: readonly string[], rows: number) => {
      for (const path of forms) {
        assertEquals((await historyOf(fs, path)).length, rows, path);
      }
    };
    await check(paths.filter((path) => !path.includes("x")), 1);
    await fs.commit();
    await fs.delete("/d", { recursive: true });
    await check(paths, 2);
    await fs.commit();
    await check(paths, 2);
    await fs.createFile("/d", "now it is a file");
    await check(["/d/f", "d/f"], 2);
    await assertCode("NOT_FOUND", () => historyOf(fs, "/no"));
    await assertCode("NOT_A_DIRECTORY", () => historyOf(fs, "/g/no"));
  });
});
