import { assertEquals } from "@std/assert";
import { encodeUtf8 } from "../../src/bytes.ts";
import { displayed, isText } from "../../src/cli/display.ts";
import { printable } from "../../src/cli/output.ts";
import {
  humanSize,
  modeText,
  octalMode,
  rfc3339,
} from "../../src/cli/units.ts";

async function shown(...chunks: readonly Uint8Array[]): Promise<string> {
  async function* content() {
    for (const chunk of chunks) yield await Promise.resolve(chunk);
  }
  let text = "";
  for await (const piece of displayed(content())) text += piece;
  return text;
}

Deno.test("displayed() shows text as it is, and ends its last line", async () => {
  assertEquals(await shown(encodeUtf8("a\tb\n")), "a\tb\n");
  assertEquals(await shown(encodeUtf8("é"), encodeUtf8("z")), "éz\n");
  assertEquals(await shown(), "");
});

Deno.test("displayed() puts characters together that chunks have cut", async () => {
  const bytes = encodeUtf8("日本\n");
  const chunks = Array.from(bytes, (byte) => Uint8Array.of(byte));
  assertEquals(await shown(...chunks), "日本\n");
  const long = encodeUtf8("本".repeat(5000));
  assertEquals(
    await shown(long.subarray(0, 8191), long.subarray(8191)),
    `${"本".repeat(5000)}\n`,
  );
});

Deno.test("displayed() makes control characters visible", async () => {
  assertEquals(await shown(encodeUtf8("\x1b[31mred\r\n")), "\\x1b[31mred\n");
});

Deno.test("displayed() dumps anything but text in hexadecimal digits", async () => {
  const bytes = Uint8Array.from({ length: 18 }, (_, index) => index + 0x38);
  bytes[0] = 0;
  const lines = [
    "00000000: 00 39 3a 3b 3c 3d 3e 3f 40 41 42 43 44 45 46 47  .9:;<=>?@ABCDEFG",
    "00000010: 48 49                                            HI",
    "",
  ];
  assertEquals(await shown(bytes), lines.join("\n"));
  assertEquals(
    await shown(bytes.subarray(0, 7), bytes.subarray(7)),
    lines.join("\n"),
  );
});

Deno.test("isText() refuses NUL and what is no UTF-8", () => {
  assertEquals(isText(encodeUtf8("")), true);
  assertEquals(isText(Uint8Array.of(0x61, 0)), false);
  assertEquals(isText(Uint8Array.of(0xff)), false);
  assertEquals(isText(encodeUtf8("é").subarray(0, 1)), true);
});

Deno.test("printable() escapes control characters and turned text", () => {
  assertEquals(printable("a\x1b\x7f\x9b\u202eb"), "a\\x1b\\x7f\\x9b\\u202eb");
  assertEquals(printable("a\nb", "\n"), "a\nb");
  assertEquals(printable("日本 é"), "日本 é");
});

Deno.test("humanSize() never shows 1024 of a unit", () => {
  const sizes = [0, 1023, 1024, 1536, 1024 ** 2 - 1, 1024 ** 3 * 2.5];
  assertEquals(sizes.map(humanSize), [
    "0 B",
    "1023 B",
    "1.0 KiB",
    "1.5 KiB",
    "1.0 MiB",
    "2.5 GiB",
  ]);
});

Deno.test("rfc3339() keeps microseconds", () => {
  assertEquals(rfc3339(1_700_000_000_123_456), "2023-11-14T22:13:20.123456Z");
  assertEquals(rfc3339(1_700_000_000_000_000), "2023-11-14T22:13:20.000Z");
});

Deno.test("modeText() and octalMode() write permissions", () => {
  assertEquals(modeText({ fileType: "directory", mode: 0o755 }), "drwxr-xr-x");
  assertEquals(modeText({ fileType: "file", mode: 0o640 }), "-rw-r-----");
  assertEquals(octalMode(0o100644), "0644");
});
