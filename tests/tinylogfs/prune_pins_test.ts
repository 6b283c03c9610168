/** What history is kept because somebody may ask for it: tags, and merges. */
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { decodeUtf8 } from "../../src/bytes.ts";
import { PondError } from "../../src/errors.ts";
import { memoryHost } from "../../src/host/memory.ts";
import { TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { treeOf } from "../support/tree.ts";

const POND = "/pond";

for (const layout of ["clustered", "hive"] as const) {
  Deno.test(`prune() leaves the states that tags mean, and the tags (${layout})`, async () => {
    await using fs = await TinyLogFS.initEmpty(memoryHost(), POND, { layout });
    for (let i = 1; i <= 9; i++) {
      // A tag that is set before all that stays is there as well; it makes a
      // version.
      if (i === 5) await fs.tag("early", "v2");
      await fs.writeFile("/f", `${i}`);
      await fs.writeFile(`/only-${i}`, `${i}`);
      if (i > 1) await fs.delete(`/only-${i - 1}`);
      await fs.commit();
    }
    await fs.tag("third", "v3");
    const third = await treeOf(await fs.at("v3"));
    await fs.prune({ before: "v8" });
    assertEquals(await treeOf(await fs.at("third")), third);
    assertEquals(await treeOf(await fs.at("v3")), third);
    assertEquals(decodeUtf8(await (await fs.at("v8")).readFile("/f")), "7");
    const error = await assertRejects(() => fs.at("v6"), PondError);
    assertEquals(error.code, "REVISION_NOT_FOUND");
    const names = (await fs.tags()).map(({ name }) => name);
    assertEquals(names, ["early", "third"]);
    assertEquals(decodeUtf8(await (await fs.at("early")).readFile("/f")), "2");
    const { findings, isSound } = await fs.check();
    assert(isSound, JSON.stringify(findings));
    // Without the tag, it goes.
    await fs.deleteTag("third");
    await fs.prune({ before: "v8" });
    await assertRejects(() => fs.at("v3"), PondError);
  });

  Deno.test(`a merge whose base was dropped takes nothing in by guessing (${layout})`, async () => {
    const host = memoryHost();
    await using fs = await TinyLogFS.initEmpty(host, POND, { layout });
    await fs.writeFile("/f", "base");
    await fs.commit();
    await fs.createBranch("other");
    await using other = await TinyLogFS.open(host, POND, { branch: "other" });
    await other.writeFile("/g", "theirs");
    await other.commit();
    for (let i = 0; i < 3; i++) {
      await fs.writeFile("/f", `${i}`);
      await fs.commit();
    }
    await fs.prune({ before: "@" });
    const before = await treeOf(fs);
    const attempt = () => fs.merge("other");
    const error = await assertRejects(attempt, PondError);
    assertEquals(error.code, "UNSUPPORTED");
    assertStringIncludes(error.hint ?? "", "pruned");
    assertEquals(await treeOf(fs), before);
  });
}
