/** Whatever is done in a confined directory, nothing outside is seen or changed. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { PondError } from "../../src/errors.ts";
import { FS } from "../../src/tinyfs/mod.ts";
import { dumpOf, onSubject, stepsOf } from "./filesystem_model.ts";

const HISTORIES = 1000;

Deno.test(`${HISTORIES} random histories in a confined directory leave what is outside as it was`, async () => {
  await fc.assert(
    fc.asyncProperty(stepsOf(50), async (steps) => {
      const { root } = new FS();
      await root.createDirectory("/jail/x", { recursive: true });
      await root.createDirectory("/a/b", { recursive: true });
      await root.createFile("/b", "outside");
      await root.createFile("/a/a", "outside");
      await root.createSymlink("/c", "jail/a");
      const outside = await outsideOf(root);
      const jail = await root.confine("/jail");
      for (const step of steps) {
        const answer = await onSubject(step, jail).catch((error) => {
          if (error instanceof PondError) return error.code;
          throw error;
        });
        const seen = step.kind === "readFile" && answer === "outside";
        assertEquals(seen, false, JSON.stringify(step));
      }
      assertEquals(await outsideOf(root), outside);
    }),
    { numRuns: HISTORIES },
  );
});

async function outsideOf(root: FS["root"]): Promise<string[]> {
  return (await dumpOf(root)).filter((line) => !line.startsWith("/jail/"));
}
