/** Files that change while they are read. */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { decodeUtf8, encodeUtf8 } from "../../src/bytes.ts";
import { PondError } from "../../src/errors.ts";
import { type MemoryHost, memoryHost } from "../../src/host/memory.ts";
import type { FileStore } from "../../src/host/mod.ts";
import type { HostNode } from "../../src/trees/host_tree.ts";
import { readStable } from "../../src/trees/stable_read.ts";

const PATH = "/f";

/** Files of which the first reads are each followed by a change. */
function changing(
  host: MemoryHost,
  changes: readonly string[],
): FileStore {
  const left = [...changes];
  return new Proxy(host.files, {
    get(files, name) {
      const member = Reflect.get(files, name);
      if (typeof member !== "function") return member;
      if (name !== "read") return member.bind(files);
      return async (...args: Parameters<FileStore["read"]>) => {
        const bytes = await files.read(...args);
        const next = left.shift();
        if (next !== undefined) await files.replace(PATH, encodeUtf8(next));
        return bytes;
      };
    },
  });
}

/** Like a log: the same file, with more at its end. */
function growing(host: MemoryHost, times: number): FileStore {
  let [left, text] = [times, "line\n"];
  return new Proxy(host.files, {
    get(files, name) {
      const member = Reflect.get(files, name);
      if (typeof member !== "function") return member;
      if (name !== "read") return member.bind(files);
      return async (...args: Parameters<FileStore["read"]>) => {
        const bytes = await files.read(...args);
        text += "more\n";
        if (left-- > 0) await files.overwrite(PATH, encodeUtf8(text));
        return bytes;
      };
    },
  });
}

async function nodeOf(host: MemoryHost, text: string): Promise<HostNode> {
  host.files.plant(PATH, encodeUtf8(text));
  const stat = await host.files.stat(PATH);
  if (stat === undefined) throw new TypeError("it was just planted");
  return { name: "f", source: PATH, path: "/", stat };
}

async function read(files: FileStore, node: HostNode) {
  const { signal } = new AbortController();
  const { hasGrown, value } = await readStable(
    files,
    node,
    signal,
    async (content) => {
      const chunks = content instanceof Uint8Array ? [content] : content;
      let text = "";
      for await (const chunk of chunks) text += decodeUtf8(chunk);
      return text;
    },
  );
  return { hasGrown, text: value };
}

Deno.test("readStable() reads a file once that nobody changes", async () => {
  const host = memoryHost();
  const node = await nodeOf(host, "one");
  assertEquals(await read(host.files, node), { hasGrown: false, text: "one" });
});

Deno.test("readStable() reads a file again that has changed, and gives what it was at one moment", async () => {
  const host = memoryHost();
  const node = await nodeOf(host, "one");
  const files = changing(host, ["two", "three"]);
  assertEquals(await read(files, node), { hasGrown: false, text: "three" });
});

Deno.test("readStable() gives up a file that changes each time, and says so", async () => {
  const host = memoryHost();
  const node = await nodeOf(host, "one");
  const files = changing(host, ["two", "six", "ten", "end"]);
  const error = await assertRejects(() => read(files, node), PondError);
  assertEquals([error.code, error.path], ["CONFLICT", PATH]);
  assertStringIncludes(error.message, "has changed each of the 3 times");
});

Deno.test("readStable() takes a file that grows as far as it went when it was opened", async () => {
  const host = memoryHost();
  const node = await nodeOf(host, "line\n");
  assertEquals(await read(growing(host, 2), node), {
    hasGrown: false,
    text: "line\nmore\nmore\n",
  });
  const again = await nodeOf(host, "line\n");
  const { hasGrown, text } = await read(growing(host, 9), again);
  assertEquals([hasGrown, text], [true, "line\nmore\nmore\n"]);
});

Deno.test("readStable() says that a file is gone", async () => {
  const host = memoryHost();
  const node = await nodeOf(host, "one");
  await host.files.remove(PATH);
  const error = await assertRejects(() => read(host.files, node), PondError);
  assertEquals(error.code, "NOT_FOUND");
});
