/** Where paths lead, in memory and on this machine. */
import { assertEquals, assertRejects } from "@std/assert";
import { PondError } from "../../src/errors.ts";
import { denoHost } from "../../src/host/deno_host.ts";
import type { FileStore } from "../../src/host/host.ts";
import { memoryHost } from "../../src/host/memory.ts";
import { leadsInto, realPath } from "../../src/host/real_path.ts";
import { tempDirectory } from "../support/temp_directory.ts";

/** A directory with links of all kinds. */
async function planted(files: FileStore, top: string): Promise<void> {
  for (const path of ["pond", "pond/tmp", "beside"]) {
    await files.makeDirectory(`${top}/${path}`);
  }
  const links: Readonly<Record<string, string>> = {
    door: `${top}/pond`,
    "beside/up": "../pond/tmp",
    "beside/around": "up/..",
    dangling: "pond/new/place",
    chain: "door",
    self: "./self",
    out: "beside",
  };
  for (const [path, target] of Object.entries(links)) {
    await files.makeLink(`${top}/${path}`, target);
  }
}

const LEADS: Readonly<Record<string, string>> = {
  "pond": "pond",
  "pond/not/there": "pond/not/there",
  "door/tmp": "pond/tmp",
  "beside/up/x": "pond/tmp/x",
  // The name above is that of the place, and not of the link.
  "beside/around/tmp": "pond/tmp",
  "dangling/x": "pond/new/place/x",
  "chain/": "pond",
  "out": "beside",
};

async function testFiles(files: FileStore, top: string): Promise<void> {
  await planted(files, top);
  for (const [path, real] of Object.entries(LEADS)) {
    assertEquals(await realPath(files, `${top}/${path}`), `${top}/${real}`);
    for (const pond of ["pond", "door", "chain"]) {
      assertEquals(
        await leadsInto(files, `${top}/${path}`, `${top}/${pond}`),
        real.startsWith("pond"),
        `${path} in ${pond}`,
      );
    }
  }
  assertEquals(await realPath(files, "/"), "/");
  assertEquals(await leadsInto(files, `${top}/out`, "/"), true);
  assertEquals(await leadsInto(files, `${top}/pond2`, `${top}/pond`), false);
  assertEquals(await leadsInto(files, "/", `${top}/pond`), false);
  const error = await assertRejects(
    () => realPath(files, `${top}/self/x`),
    PondError,
    "it links to itself",
  );
  assertEquals(error.code, "LOOP");
}

Deno.test("realPath() and leadsInto() follow links in memory", async () => {
  await testFiles(memoryHost({ seed: 1 }).files, "");
});

Deno.test("realPath() and leadsInto() follow links of this machine, as it does itself", async () => {
  await using temp = await tempDirectory();
  const top = temp.path;
  await testFiles(denoHost().files, top);
  for (const path of ["door/tmp", "beside/around/tmp", "chain", "out"]) {
    const expected = await Deno.realPath(`${top}/${path}`);
    assertEquals(await realPath(denoHost().files, `${top}/${path}`), expected);
  }
});
