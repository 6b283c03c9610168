/**
 * A large file goes into a pond and out again, in little memory.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { denoArgs, PROJECT_ROOT, runDeno } from "./deno_process.ts";
import { tempDirectory } from "./temp_directory.ts";

const CHUNK_BYTES = 1024 * 1024;
const MAX_PEAK_KIB = 250 * 1024;

/** Carries a file of so many MiB in and out, and compares every byte. */
export async function carryLargeFile(sizeMiB: number): Promise<void> {
  await using temp = await tempDirectory();
  const env = { POND: temp.join("pond") };
  const [source, target] = [temp.join("in"), temp.join("out")];
  await writeNoise(source, sizeMiB);
  const script = `${PROJECT_ROOT}/tests/support/peak_memory.ts`;
  const pond = async (...args: string[]) => {
    const command = ["run", "-A", ...denoArgs(), script, ...args];
    const { code, stderr } = await runDeno(command, { env });
    const [, peak] = /^peak (\d+)$/m.exec(stderr) ?? [];
    assertEquals(code, 0, stderr);
    assert(Number(peak) < MAX_PEAK_KIB, `${args[0]}: ${stderr}`);
  };
  await pond("init");
  await pond("put", source, "/large");
  await pond("get", "/large", target);
  await assertSameContent(source, target);
}

/** Bytes that don't repeat: each chunk is the last one, changed throughout. */
async function writeNoise(path: string, sizeMiB: number): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true });
  const words = new Uint32Array(CHUNK_BYTES / 4);
  let state = 1;
  for (let chunk = 0; chunk < sizeMiB; chunk++) {
    for (let i = 0; i < words.length; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      words[i] = state;
    }
    await file.write(new Uint8Array(words.buffer));
  }
}

async function assertSameContent(a: string, b: string): Promise<void> {
  using fileA = await Deno.open(a);
  using fileB = await Deno.open(b);
  const [readA, readB] = [fileA, fileB].map((file) =>
    file.readable.getReader({ mode: "byob" })
  );
  for (let offset = 0;; offset += CHUNK_BYTES) {
    const [chunkA, chunkB] = await Promise.all([
      readA?.read(new Uint8Array(CHUNK_BYTES), { min: CHUNK_BYTES }),
      readB?.read(new Uint8Array(CHUNK_BYTES), { min: CHUNK_BYTES }),
    ]);
    const [bytesA, bytesB] = [chunkA?.value, chunkB?.value];
    assertEquals(bytesA?.length, bytesB?.length);
    const same = bytesA?.every((byte, i) => byte === bytesB?.[i]);
    assert(same !== false, `they differ after ${offset} bytes`);
    if (chunkA?.done) return;
  }
}
