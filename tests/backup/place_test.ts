/** Where the backups of a pond may be. */
import { assertEquals, assertRejects } from "@std/assert";
import { PondBackups } from "../../src/backup/mod.ts";
import { PondError } from "../../src/errors.ts";
import { newHost, pathsLike, POND } from "../support/checked_pond.ts";
import { TinyLogFS } from "../../src/tinylogfs/mod.ts";

Deno.test("PondBackups.add() refuses places in the pond, by whatever links", async () => {
  const host = newHost();
  {
    await using _ = await TinyLogFS.initEmpty(host, POND);
  }
  await host.files.makeLink("/door", "pond");
  await host.files.makeLink("/in", "/pond/tmp/backup");
  await host.files.makeDirectory("/disk");
  const before = pathsLike(host, /./);
  for (const pond of [POND, "/door"]) {
    const backups = new PondBackups(host, pond);
    for (const place of [`${POND}/b`, "/door/b", "/door", POND, "/in"]) {
      for (const dryRun of [true, false]) {
        const error = await assertRejects(
          () => backups.add("b", place, { dryRun }),
          PondError,
          `Cannot keep a backup at ${place}: that is in the pond itself`,
        );
        assertEquals(error.code, "INVALID_ARGUMENT");
      }
    }
    assertEquals(await backups.names(), []);
  }
  assertEquals(pathsLike(host, /./), before);
  // A link that leads away from the pond does.
  await host.files.makeLink("/pond/tmp/out", "/disk");
  await new PondBackups(host, "/door").add("b", "/pond/tmp/out/b");
  assertEquals(await new PondBackups(host, POND).names(), ["b"]);
});
