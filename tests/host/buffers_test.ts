/** Bytes as programs of the host hold them: on every platform alike. */
import { Buffer } from "node:buffer";
import { assertEquals, assertInstanceOf } from "@std/assert";
import { denoHost } from "../../src/host/deno_host.ts";
import { memoryHost } from "../../src/host/memory.ts";
import type { NodeEncoding } from "../../src/host/host.ts";

const TEXT = "ä€ \u{1F986}";

for (
  const [name, host] of [
    ["denoHost()", denoHost()],
    ["memoryHost()", memoryHost()],
  ] as const
) {
  Deno.test(`${name}: wrap() makes a Buffer of the same bytes, not of others around them`, async () => {
    const buffers = await host.buffers();
    const bytes = Uint8Array.of(0, 1, 2, 3).subarray(1, 3);
    const buffer = buffers.wrap(bytes);
    assertInstanceOf(buffer, Buffer);
    assertEquals([...buffer], [1, 2]);
    bytes[0] = 7;
    assertEquals([...buffer], [7, 2]);
  });

  Deno.test(`${name}: bytes() inverts text() in the encodings that hold all bytes, and text() inverts bytes() in those of all text`, async () => {
    const buffers = await host.buffers();
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const ofBytes: NodeEncoding[] = [
      "hex",
      "base64",
      "base64url",
      "latin1",
      "binary",
    ];
    for (const encoding of ofBytes) {
      const text = buffers.text(all, encoding);
      assertEquals(buffers.bytes(text, encoding), all, encoding);
    }
    const ofText: NodeEncoding[] = ["utf8", "utf-8", "utf16le", "ucs2"];
    for (const encoding of ofText) {
      const bytes = buffers.bytes(TEXT, encoding);
      assertEquals(buffers.text(bytes, encoding), TEXT, encoding);
    }
    assertEquals(buffers.text(all.subarray(65, 68), "ascii"), "ABC");
  });
}
