/** Archives that are no bundles, are damaged, or try to get out. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { hasCode, PondError } from "../../src/errors.ts";
import type { MemoryHost } from "../../src/host/memory.ts";
import {
  archiveOf,
  bundleOf,
  fileMember,
  membersOf,
  rawArchiveOf,
  textOfMember,
  unbundled,
  type WholeMember,
} from "../support/archives.ts";
import {
  newHost,
  pathsLike,
  pondWithBranches,
} from "../support/checked_pond.ts";

const start = await pondWithBranches("clustered");
const ARCHIVE = await bundleOf(start);
const MEMBERS = await membersOf(ARCHIVE);

/** Fails, says why, and leaves nothing. */
async function assertRefused(
  archive: Uint8Array,
  why: string,
  code: "INTEGRITY" | "FORMAT_TOO_NEW" = "INTEGRITY",
): Promise<void> {
  const host = newHost();
  let error: unknown;
  try {
    await unbundled(host, archive, "/copy");
  } catch (thrown) {
    error = thrown;
  }
  assert(error instanceof PondError, `${why}: nothing was thrown: ${error}`);
  assertEquals(error.code, code, error.message);
  assertStringIncludes(error.message, why);
  assertLeavesNothing(host);
}

function assertLeavesNothing(host: MemoryHost): void {
  assertEquals(pathsLike(host, /./), []);
}

function without(pattern: RegExp): WholeMember[] {
  return MEMBERS.filter(({ path }) => !pattern.test(path));
}

function withOne(member: WholeMember): WholeMember[] {
  return [...without(/\/sums\//), member];
}

Deno.test("an archive that is put together anew is taken", async () => {
  const host = newHost();
  await unbundled(host, await archiveOf(MEMBERS), "/copy");
});

Deno.test("names that lead elsewhere, or are not those of a bundle, are refused", async () => {
  for (
    const path of [
      "pond/../evil",
      "../evil",
      "/evil",
      "pond//evil",
      "pond/./evil",
      "pond/evil",
      "pond/files/../../evil",
      "pond/oplog/../../evil.parquet",
      "pond/oplog/a/../b.parquet",
      "pond/oplog/.hidden.parquet",
      "pond/oplog/_delta_log/../x.parquet",
      "pond/oplog/_delta_log/evil.json",
      "pond/oplog/evil",
      "pond/branches/../oplog/a.parquet",
      "pond/branches/.a/branch.json",
      "pond/branches/exp/evil",
      "pond/blobs/aa/evil",
      `pond/blobs/aa/${"b".repeat(64)}`,
      "pond/staging/1.ndjson",
      "pond/tmp/x",
      "pond",
      "evil",
    ]
  ) {
    const archive = await archiveOf(withOne(fileMember(path, "evil")));
    await assertRefused(archive, "has no place in a bundle");
  }
});

Deno.test("links to anything but an earlier file of the bundle are refused", async () => {
  const link = (path: string, type: "link" | "symlink", target: string) => ({
    ...fileMember(path, ""),
    type,
    target,
  });
  for (
    const member of [
      link("pond/oplog/a.parquet", "symlink", "/etc/passwd"),
      link("pond/branch", "symlink", "../x"),
      link("pond/oplog/a.parquet", "link", "/etc/passwd"),
      link("pond/oplog/a.parquet", "link", "pond/../../etc/passwd"),
      link("pond/oplog/a.parquet", "link", "pond/README.md"),
      link("pond/blobs/aa/" + "a".repeat(64), "link", "pond/pond.json"),
      link("pond/files/a", "link", "pond/pond.json"),
      link("pond/files/a", "link", "/etc/passwd"),
    ]
  ) {
    const { path, type } = member;
    await assertRefused(
      await archiveOf(withOne(member)),
      type === "symlink"
        ? `"${path}" is a symlink in it`
        : `"${path}" is a link to`,
    );
  }
});

Deno.test("a member that is there twice is refused", async () => {
  const pondFile = MEMBERS.find(({ path }) => path === "pond/pond.json");
  assert(pondFile !== undefined);
  await assertRefused(await archiveOf(withOne(pondFile)), "is in it twice");
});

Deno.test("an archive that is cut anywhere is refused", async () => {
  const step = Math.ceil(ARCHIVE.length / 40);
  for (let length = 0; length < ARCHIVE.length; length += step) {
    await assertRefused(ARCHIVE.subarray(0, length), "");
  }
  for (const back of [1, 512, 1024, 1536]) {
    await assertRefused(ARCHIVE.subarray(0, ARCHIVE.length - back), "");
  }
});

Deno.test("an archive without some of its members is refused", async () => {
  const missing: readonly (readonly [RegExp, string])[] = [
    [/\/sums\//, "its end is missing"],
    [/\/pond\.json$/, ""],
    [/\/bundle\.json$/, "its end is missing"],
    [/\/README\.md$/, "it is no bundle of a pond"],
    [/^pond\/oplog\/_delta_log\/\d+\.json$/, ""],
    [/\/blobs\//, ""],
    [/^pond\/oplog\/part-/, ""],
  ];
  for (const [pattern, why] of missing) {
    await assertRefused(await rawArchiveOf(without(pattern)), "");
    if (!pattern.test("/sums/")) {
      await assertRefused(await archiveOf(without(pattern)), why);
    }
  }
});

Deno.test("a changed bit anywhere in an archive is refused, or is of no file of the pond", async () => {
  const host = newHost();
  await unbundled(host, ARCHIVE, "/copy");
  const expected = contentOf(host);
  let refused = 0;
  for (let at = 3; at < ARCHIVE.length; at += 2011) {
    const damaged = ARCHIVE.slice();
    damaged[at] = (damaged[at] ?? 0) ^ (1 << at % 8);
    const copy = newHost();
    try {
      await unbundled(copy, damaged, "/copy");
    } catch (error) {
      assert(hasCode(error, "INTEGRITY", "FORMAT_TOO_NEW"), String(error));
      assertLeavesNothing(copy);
      refused++;
      continue;
    }
    assertEquals(contentOf(copy), expected, `byte ${at}`);
  }
  assert(refused > 100, String(refused));
});

function contentOf(host: MemoryHost): Map<string, Uint8Array> {
  return new Map([...host.files.snapshot()].sort());
}

Deno.test("a bundle that says of itself what isn't so is refused", async () => {
  const header = textOfMember(MEMBERS, "pond/bundle.json");
  const told = async (text: string) =>
    await archiveOf(
      MEMBERS.map((member) =>
        member.path === "pond/bundle.json"
          ? fileMember(member.path, text)
          : member
      ),
    );
  const other = header.replace(/"content_root": "./, '"content_root": "x');
  await assertRefused(await told(other), "another pond than its bundle.json");
  for (const text of ["", "{}", "null", "[1]", header.replace("main", "x")]) {
    await assertRefused(await told(text), "no description of a pond");
  }
  const newer = header.replace('"bundle": 1', '"bundle": 2');
  await assertRefused(await told(newer), "reads up to 1", "FORMAT_TOO_NEW");
});

Deno.test("archives of other programs, and what is no archive, are refused", async () => {
  const foreign = await rawArchiveOf([fileMember("a/b", "x")]);
  await assertRefused(foreign, "it is no bundle of a pond");
  await assertRefused(await rawArchiveOf([]), "it is no bundle of a pond");
  await assertRefused(new Uint8Array(), "");
  await assertRefused(new Uint8Array(5000).fill(65), "");
});
