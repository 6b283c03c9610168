/** Transactions whose rows of one partition are several, after merges. */
import { assertEquals } from "@std/assert";
import { decodeUtf8 } from "../../src/bytes.ts";
import { type Layout, TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { newHost, POND } from "../support/checked_pond.ts";

const LAYOUTS: readonly Layout[] = ["clustered", "hive"];

for (const layout of LAYOUTS) {
  Deno.test(`the last write of a transaction of several rows stays the last one in merged files (${layout})`, async () => {
    const host = newHost();
    {
      await using fs = await TinyLogFS.initEmpty(host, POND, { layout });
      await fs.createDirectory("/big");
      await fs.commit();
      await fs.writeFile("/big/f", "old");
      for (let i = 0; i < 90; i++) {
        await fs.writeFile(`/big/x${i}`, "line of text\n".repeat(4600) + i);
      }
      await fs.writeFile("/big/f", "new!");
      await fs.commit();
      for (let i = 0; i < 20; i++) {
        await fs.writeFile(`/r${i}`, "r");
        await fs.commit();
      }
      await fs.optimize();
    }
    await using fs = await TinyLogFS.open(host, POND);
    assertEquals(decodeUtf8(await fs.readFile("/big/f")), "new!");
  });
}
