/** Directories that are larger than the memory for them. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type MemoryHost, memoryHost } from "../../src/host/memory.ts";
import { type Layout, TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { assertCode } from "./scratch.ts";

const LAYOUTS: readonly Layout[] = ["clustered", "hive"];

const FILES = 2400;
const FILES_A_TRANSACTION = 800;

/** Less than what the entries of the directory take. */
const OPTIONS = { cacheBytes: 300 * 600 };

function nameOf(n: number): string {
  return `f${String(n).padStart(4, "0")}`;
}

async function open(host: MemoryHost): Promise<TinyLogFS> {
  return await TinyLogFS.open(host, "/pond", OPTIONS);
}

/** A pond with a large directory, the work of several transactions. */
async function largePond(layout: Layout): Promise<MemoryHost> {
  const host = memoryHost();
  await using fs = await TinyLogFS.initEmpty(host, "/pond", {
    layout,
    ...OPTIONS,
  });
  await fs.createDirectory("/d");
  await fs.commit();
  for (let first = 0; first < FILES; first += FILES_A_TRANSACTION) {
    await fs.transaction(async (tx) => {
      for (let n = first; n < first + FILES_A_TRANSACTION; n++) {
        await tx.createFile(`/d/${nameOf(n)}`, "x");
      }
    });
  }
  return host;
}

async function namesIn(fs: TinyLogFS): Promise<string[]> {
  const entries = await Array.fromAsync(fs.listDirectory("/d"));
  return entries.map(({ name }) => name);
}

/** Counts what is read of data files. */
function countReads(host: MemoryHost): { bytes: number } {
  const counted = { bytes: 0 };
  const read = host.files.read.bind(host.files);
  host.files.read = async (path, range) => {
    const bytes = await read(path, range);
    if (path.endsWith(".parquet")) counted.bytes += bytes.length;
    return bytes;
  };
  return counted;
}

/** What is done in the directory, in turns by two processes. */
type Step =
  | { readonly kind: "create" | "update" | "delete"; readonly n: number }
  | { readonly kind: "rename"; readonly n: number; readonly to: number }
  | { readonly kind: "commit" | "pass" | "reopen" | "merge" };

/** Around the ends of the transactions that have made the files. */
const number = fc.oneof(
  fc.nat({ max: 12 }),
  fc.integer({ min: 795, max: 805 }),
  fc.integer({ min: 2395, max: 2412 }),
);

const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constantFrom("create", "update", "delete"),
        n: number,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("rename"),
        n: number,
        to: number,
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constantFrom("commit", "pass", "reopen", "merge"),
      }),
    },
  ),
  { minLength: 10, maxLength: 40 },
) as fc.Arbitrary<Step[]>;

/** Does a step in the pond as in the model, or in neither. */
async function perform(
  fs: TinyLogFS,
  model: Map<string, string>,
  step: Exclude<Step, { kind: "commit" | "pass" | "reopen" | "merge" }>,
): Promise<void> {
  const name = nameOf(step.n);
  const path = `/d/${name}`;
  const there = model.has(name);
  assertEquals(await fs.exists(path), there, path);
  switch (step.kind) {
    case "create":
      if (there) {
        await assertCode("ALREADY_EXISTS", () => fs.createFile(path, "new"));
        return;
      }
      await fs.createFile(path, "new");
      model.set(name, "new");
      return;
    case "update":
      if (!there) {
        await assertCode("NOT_FOUND", () => fs.updateFile(path, "changed"));
        return;
      }
      await fs.updateFile(path, "changed");
      model.set(name, "changed");
      return;
    case "delete":
      if (!there) {
        await assertCode("NOT_FOUND", () => fs.delete(path));
        return;
      }
      await fs.delete(path);
      model.delete(name);
      return;
    case "rename": {
      const to = nameOf(step.to);
      if (!there || step.to === step.n || model.has(to)) return;
      await fs.rename(path, `/d/${to}`);
      model.set(to, model.get(name) ?? "");
      model.delete(name);
      return;
    }
    default:
      return step satisfies never;
  }
}

/** A whole session; `others` is a process that knows older versions. */
async function session(layout: Layout, all: readonly Step[]): Promise<void> {
  const host = await largePond(layout);
  const model = new Map<string, string>();
  for (let n = 0; n < FILES; n++) model.set(nameOf(n), "x");
  let [fs, other] = [await open(host), await open(host)];
  for (const step of all) {
    switch (step.kind) {
      case "commit":
        await fs.commit();
        await other.refresh();
        break;
      case "pass":
        await fs.commit();
        // The other one goes on, with what it has found out so far.
        await other.refresh();
        [fs, other] = [other, fs];
        break;
      case "reopen":
        await fs.commit();
        fs = await open(host);
        await other.refresh();
        break;
      case "merge":
        await fs.commit();
        await fs.optimize();
        await other.refresh();
        break;
      default:
        await perform(fs, model, step);
    }
  }
  await fs.commit();
  const fresh = await open(host);
  assertEquals(await namesIn(fs), [...model.keys()].sort());
  assertEquals(await namesIn(fresh), [...model.keys()].sort());
  for (const n of [0, 5, 799, 800, 2399, 2400]) {
    const text = model.get(nameOf(n));
    if (text === undefined) continue;
    const bytes = await fresh.readFile(`/d/${nameOf(n)}`);
    assertEquals(new TextDecoder().decode(bytes), text);
  }
  const { findings } = await fresh.check();
  assertEquals(findings, []);
}

for (const layout of LAYOUTS) {
  Deno.test(`one more file in a large directory (${layout}) reads none of its entries`, async () => {
    const host = await largePond(layout);
    // The newest record is read as a whole: let it be a small one.
    {
      await using fs = await open(host);
      await fs.createFile("/d/first", "x");
      await fs.commit();
    }
    const counted = countReads(host);
    await using fs = await open(host);
    await fs.createFile("/d/one-more", "x");
    await fs.commit();
    const added = counted.bytes;
    assertEquals((await namesIn(fs)).length, FILES + 2);
    assert(counted.bytes > 10 * added, `${added} of ${counted.bytes} bytes`);
  });

  Deno.test(`names that are looked up in a large directory (${layout}) are remembered within the cache's bound`, async () => {
    const host = await largePond(layout);
    await using fs = await open(host);
    const counted = countReads(host);
    for (let n = 0; n < 1000; n++) {
      assertEquals(await fs.exists(`/d/missing-${n}`), false);
    }
    const { memoryUsage } = fs.getStatus();
    assert(memoryUsage <= OPTIONS.cacheBytes, `${memoryUsage} bytes`);
    // A quarter of the bound is for them, and the last ones are still there.
    assert(memoryUsage > OPTIONS.cacheBytes / 5, `${memoryUsage} bytes`);
    counted.bytes = 0;
    for (let n = 990; n < 1000; n++) {
      assertEquals(await fs.exists(`/d/missing-${n}`), false);
    }
    assertEquals(counted.bytes, 0);
    await fs.createFile("/d/missing-999", "x");
    await fs.createFile("/d/missing-0", "x");
    await fs.commit();
    for (let n = 0; n < 200; n++) await fs.exists(`/d/absent-${n}`);
    assertEquals(await fs.exists("/d/missing-999"), true);
    assertEquals(await fs.exists("/d/missing-0"), true);
  });

  Deno.test(`sessions of two processes in a large directory (${layout}) are what a map says`, async () => {
    await fc.assert(
      fc.asyncProperty(steps, (all) => session(layout, all)),
      { numRuns: 6 },
    );
  });

  Deno.test(`an earlier state of a large directory (${layout}) is looked up and listed as it was`, async () => {
    const host = await largePond(layout);
    await using fs = await open(host);
    const { version } = fs;
    await fs.delete(`/d/${nameOf(3)}`);
    await fs.createFile("/d/later", "x");
    await fs.commit();
    await fs.delete("/d", { recursive: true });
    await fs.commit();
    assertEquals(await fs.exists(`/d/${nameOf(4)}`), false);
    const then = await fs.at(`v${version}`);
    assertEquals(await then.exists(`/d/${nameOf(3)}`), true);
    assertEquals(await then.exists("/d/later"), false);
    assertEquals((await namesIn(then)).length, FILES);
    const between = await fs.at(`v${version + 1}`);
    assertEquals(await between.exists(`/d/${nameOf(3)}`), false);
    assertEquals(await between.exists("/d/later"), true);
    // In the directory that is made anew, nothing is there from after that.
    await fs.restore(`v${version}`, { path: "/d" });
    const fresh = await open(host);
    assertEquals(await fresh.exists("/d/later"), false);
    assertEquals(await fresh.exists(`/d/${nameOf(3)}`), true);
    assertEquals((await namesIn(fresh)).length, FILES);
  });

  Deno.test(`a large directory (${layout}) of which more changes than it has is written whole, and found the same`, async () => {
    const host = await largePond(layout);
    await using fs = await open(host);
    await fs.transaction(async (tx) => {
      for (let n = 0; n < FILES; n++) {
        await tx.updateFile(`/d/${nameOf(n)}`, "changed");
      }
    });
    await fs.createFile("/d/after", "x");
    await fs.commit();
    const fresh = await open(host);
    const { version } = await fresh.entry(`/d/${nameOf(1)}`);
    assertEquals(version, 2);
    assertEquals(await fresh.exists("/d/after"), true);
    assertEquals((await namesIn(fresh)).length, FILES + 1);
  });

  Deno.test(`a listing of a large directory (${layout}) has what is pending in its place, and nothing that came later`, async () => {
    const host = await largePond(layout);
    await using fs = await open(host);
    await fs.createFile("/d/a-first", "x");
    await fs.createFile(`/d/${nameOf(7)}-and-a-half`, "x");
    await fs.delete(`/d/${nameOf(8)}`);
    await fs.createFile("/d/z-last", "x");
    const listing = fs.listDirectory("/d");
    const first = (await listing.next()).value;
    await fs.createFile("/d/m-later", "x");
    const rest = (await Array.fromAsync(listing)).map(({ name }) => name);
    const expected = Array.from({ length: FILES }, (_, n) => nameOf(n));
    expected.splice(8, 1, `${nameOf(7)}-and-a-half`);
    assertEquals(first?.name, "a-first");
    assertEquals(rest, [...expected, "z-last"]);
  });
}
