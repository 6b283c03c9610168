/**
 * Z85: four bytes as five printable characters.
 *
 * @see {@link https://rfc.zeromq.org/spec/32/}
 * @module
 */
import type { Bytes } from "../../bytes.ts";

const ALPHABET =
  "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

const DIGITS = new Map([...ALPHABET].map((character, i) => [character, i]));

/**
 * Decodes a text.
 *
 * @returns `undefined` when it is no Z85.
 */
export function decodeZ85(text: string): Bytes | undefined {
  if (text.length % 5 !== 0) return undefined;
  const bytes = new Uint8Array(text.length / 5 * 4);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < text.length; at += 5) {
    let value = 0;
    for (let i = at; i < at + 5; i++) {
      const digit = DIGITS.get(text.charAt(i));
      if (digit === undefined) return undefined;
      value = value * 85 + digit;
    }
    if (value > 0xffff_ffff) return undefined;
    view.setUint32(at / 5 * 4, value);
  }
  return bytes;
}
