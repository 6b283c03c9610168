/**
 * Other engines read, and write into, the table of a pond; pond goes on with
 * what they leave.
 */
import { assertEquals, assertGreater } from "@std/assert";
import { denoHost } from "../../src/host/deno_host.ts";
import { type CheckFinding, TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { treeOf } from "../support/tree.ts";
import { Engine } from "./engine.ts";
import { canRunSpark } from "./java.ts";
import { readByPond, somePond } from "./rows.ts";

const FOREIGN = "a".repeat(32);

for (const name of ["deltalake", "spark"] as const) {
  const options = {
    name:
      `${name} reads a pond, appends, deletes, optimizes and checkpoints, and pond goes on`,
    ignore: name === "spark" && !canRunSpark,
  };
  Deno.test(options, async (t) => {
    await using engine = await Engine.start(name);
    for (const layout of ["clustered", "hive"] as const) {
      await t.step(layout, async () => {
        await using temp = await tempDirectory();
        const pond = temp.join("pond");
        const table = `${pond}/oplog`;
        await using fs = await somePond(pond, layout);
        const tree = await treeOf(fs);

        /** The engine and pond read the same, and the tree is what it was. */
        const agree = async (what: string) => {
          await using again = await TinyLogFS.open(denoHost(), pond);
          const newest = await engine.read(table);
          const { delta } = again.oplog;
          assertEquals(newest.version, delta.snapshot.version, what);
          assertEquals(newest.rows, await readByPond(again), what);
          const { "/goes-on": _, ...rest } = await treeOf(again);
          assertEquals(rest, tree, what);
          await again.writeFile("/goes-on", what);
          await again.commit();
          const { version, rows } = await engine.read(table);
          assertEquals(version, delta.snapshot.version, what);
          assertEquals(rows, await readByPond(again), what);
        };

        await agree("as it was made");
        const earlier = await engine.read(table, 66);
        assertEquals(earlier.rows, await readByPond(fs, 66));
        await engine.tell({ do: "append", table, part_id: FOREIGN });
        await agree("after an append");
        await engine.tell({ do: "checkpoint", table });
        await agree("after a checkpoint");
        await engine.tell({ do: "delete", table, part_id: FOREIGN });
        await agree("after a delete");
        await engine.tell({ do: "optimize", table });
        await agree("after an optimize");
        // A writer that has the pond open all the while takes all of it in.
        await fs.refresh();
        await fs.writeFile("/goes-on", "open all the while");
        assertGreater((await fs.commit()).version, 72);
        const { rows } = await engine.read(table);
        assertEquals(rows, await readByPond(fs));
        // What the engines wrote is no damage, their checkpoints included.
        const { findings } = await fs.check({ depth: "data" });
        const isDamage = ({ severity }: CheckFinding) => severity === "damage";
        assertEquals(findings.filter(isDamage), []);
      });
    }
  });
}
