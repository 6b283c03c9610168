/** How much a command keeps in memory can be said. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { parseSize } from "../../src/cli/cache_size.ts";
import { PondError } from "../../src/errors.ts";
import { scratchPond } from "./scratch.ts";

Deno.test("parseSize() reads bytes, with units of both kinds", () => {
  const sizes = {
    "0": 0,
    "512": 512,
    "1kB": 1000,
    "64MiB": 64 * 2 ** 20,
    "1.5G": 1.5 * 2 ** 30,
    "2 GB": 2e9,
  };
  for (const [text, bytes] of Object.entries(sizes)) {
    assertEquals(parseSize(text, "x"), bytes, text);
  }
  for (const text of ["", "MiB", "-1", "1e9", "1 mib", "9".repeat(20), "1XB"]) {
    assertThrows(() => parseSize(text, "x"), PondError, "Cannot read the size");
  }
});

Deno.test("--cache-size and POND_CACHE_SIZE bound what is kept, and change no answer", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("mkdir /d");
  await scratch.ok("touch /d/a /d/b");
  const { stdout } = await scratch.run(["ls"]);
  for (const size of ["0", "1kB", "64MiB"]) {
    const ran = await scratch.run(["--cache-size", size, "ls"]);
    assertEquals([ran.code, ran.stdout], [0, stdout]);
  }
  const bad = await scratch.run(["--cache-size", "much", "ls"]);
  assertEquals(bad.code, 2);
  assertStringIncludes(bad.stderr, "--cache-size");
});
