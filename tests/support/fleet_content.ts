/** What the processes of a fleet write into their files. */
import { encodeUtf8 } from "../../src/bytes.ts";

/**
 * The content of a file, which only its name decides.
 *
 * @param name `<process>-<number>`; every seventh is large enough to be a blob.
 */
export function numberedContent(name: string): Uint8Array {
  const number = Number(name.split("-")[1]);
  const text = `${name}\n`;
  return encodeUtf8(
    number % 7 === 6 ? text.repeat(Math.ceil(70_000 / text.length)) : text,
  );
}
