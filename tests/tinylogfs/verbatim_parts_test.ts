/** Parts of series that are never merged with others. */
import { assertEquals } from "@std/assert";
import { encodeUtf8 } from "../../src/bytes.ts";
import { TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { newHost, POND } from "../support/checked_pond.ts";

const APPENDS = 20;

for (
  const [what, part, expected] of [
    ["that are usual are merged", {}, 6],
    ["whose bytes have to stay aren't", { verbatim: true }, APPENDS],
    ["with seconds aren't", { seconds: "t" }, APPENDS],
  ] as const
) {
  Deno.test(`parts ${what}`, async () => {
    await using fs = await TinyLogFS.initEmpty(newHost(), POND);
    for (let i = 0; i < APPENDS; i++) {
      const bytes = encodeUtf8(`${i}\n`);
      await fs.transaction((tx) =>
        tx.appendToSeries("/log", bytes, { of: "text", ...part })
      );
    }
    const parts = await Array.fromAsync(fs.fileParts("/log"));
    assertEquals(parts.length, expected);
    const lines = Array.from({ length: APPENDS }, (_, i) => `${i}\n`);
    assertEquals(await fs.readFile("/log"), encodeUtf8(lines.join("")));
  });
}
