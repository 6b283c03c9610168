import { assertEquals, assertThrows } from "@std/assert";
import { concatBytes } from "../../src/bytes.ts";
import {
  findLibrary,
  readLibrary,
  withLibrary,
} from "../../src/host/executable_library.ts";
import { tempDirectory } from "../support/temp_directory.ts";

const PROGRAM = new Uint8Array(1000).fill(1);
const EMBEDDED = new Uint8Array(300).fill(2);
const LIBRARY = new Uint8Array(5000).fill(3);

/** What `deno compile` makes: a program, what is embedded, and its length. */
function executable(length: number = EMBEDDED.length + 16): Uint8Array<
  ArrayBuffer
> {
  const end = new Uint8Array(16);
  new DataView(end.buffer).setBigUint64(8, BigInt(length), true);
  return concatBytes([PROGRAM, EMBEDDED, end]);
}

Deno.test("withLibrary() leaves the program at the beginning, and what is embedded at the end", () => {
  const carrying = concatBytes(withLibrary(executable(), LIBRARY));
  assertEquals(carrying.subarray(0, PROGRAM.length), PROGRAM);
  const rest = EMBEDDED.length + 16;
  assertEquals(
    carrying.subarray(-rest),
    executable().subarray(PROGRAM.length),
  );
});

Deno.test("findLibrary() and readLibrary() give the library back", async () => {
  await using temp = await tempDirectory();
  const path = temp.join("pond");
  await Deno.writeFile(path, concatBytes(withLibrary(executable(), LIBRARY)));
  const place = await findLibrary(path);
  assertEquals(place, { offset: PROGRAM.length, sizeBytes: LIBRARY.length });
  assertEquals(place && await readLibrary(path, place), LIBRARY);
});

Deno.test("findLibrary() finds none where none is carried", async () => {
  await using temp = await tempDirectory();
  const path = temp.join("pond");
  const lying = new Uint8Array(16);
  new DataView(lying.buffer).setBigUint64(0, 1n << 60n, true);
  lying.set(new TextEncoder().encode("POND-LIB"), 8);
  const files = [
    executable(),
    executable(1 << 30),
    new Uint8Array(10),
    new Uint8Array(0),
    concatBytes([lying, EMBEDDED, executable().subarray(-16)]),
  ];
  for (const bytes of files) {
    await Deno.writeFile(path, bytes);
    assertEquals(await findLibrary(path), undefined, `${bytes.length}`);
  }
});

Deno.test("withLibrary() takes only what deno compile made", () => {
  for (const bytes of [new Uint8Array(3), executable(0), executable(1 << 30)]) {
    assertThrows(() => withLibrary(bytes, LIBRARY), TypeError);
  }
});
