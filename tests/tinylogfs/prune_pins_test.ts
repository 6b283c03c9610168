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
import { type PruneReport, TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { pruneWith } from "../support/pruned_pond.ts";
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

  Deno.test(`a branch merges after a prune of what was before it parted, and of merges (${layout})`, async () => {
    const host = memoryHost();
    await using fs = await TinyLogFS.initEmpty(host, POND, { layout });
    await fs.createDirectory("/d");
    await fs.writeFile("/d/f", "base");
    await fs.writeFile("/g", "base");
    await fs.commit();
    await fs.createBranch("other");
    await using other = await TinyLogFS.open(host, POND, { branch: "other" });
    await other.writeFile("/g", "theirs");
    await other.commit();
    // Moved, and then something else: the row of the move isn't needed by a state.
    await fs.rename("/d", "/e");
    await fs.commit();
    for (let i = 0; i < 3; i++) {
      await fs.writeFile(`/e/${i}`, `${i}`);
      await fs.commit();
    }
    assertEquals(keptBy(await fs.prune({ before: "@" })), ["v1"]);
    const { changes, conflicts } = await other.merge("main");
    assertEquals(changes.map(({ kind, path }) => `${kind} ${path}`), [
      "moved /e",
      "added /e/0",
      "added /e/1",
      "added /e/2",
    ]);
    assertEquals(conflicts, []);
    // The merge is what they have in common now; its row and its state stay.
    for (const text of ["second", "third"]) {
      await other.writeFile("/g", text);
      await other.commit();
    }
    assertEquals(keptBy(await other.prune({ before: "@" })), ["v1", "v3"]);
    await fs.delete("/e/0");
    await fs.commit();
    await fs.prune({ before: "@" });
    const back = await other.merge("main");
    assertEquals(back.changes.map(({ path }) => path), ["/e/0"]);
    await fs.merge("other");
    assertEquals(await treeOf(fs), await treeOf(other));
    assertEquals((await TinyLogFS.check(host, POND)).findings, []);
    // Without the branch, nothing is kept for it.
    await fs.deleteBranch("other", { force: true });
    assertEquals(keptBy(await fs.prune({ before: "@" })), []);
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
    // As one does that knows of no branches.
    await pruneWith(host, fs.version, []);
    await fs.restoreFromOplog();
    const before = await treeOf(fs);
    const attempt = () => fs.merge("other");
    const error = await assertRejects(attempt, PondError);
    assertEquals(error.code, "UNSUPPORTED");
    assertStringIncludes(error.hint ?? "", "pruned");
    assertEquals(await treeOf(fs), before);
    // There is nothing to keep any more.
    assertEquals(keptBy(await fs.prune({ before: "@" })), []);
  });
}

function keptBy({ kept }: PruneReport): string[] {
  return kept.map((version) => `v${version}`);
}
