/**
 * Anything happens on both sides, and runs in between, which are ended at any
 * moment, with or without a power cut. Nothing that a run has found on either side
 * is lost; and in the end both sides agree, or the conflicts are listed.
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { encodeUtf8, sha256Hex } from "../../src/bytes.ts";
import { hasCode, PondError } from "../../src/errors.ts";
import {
  type CrashMode,
  type SimDisk,
  SimStop,
} from "../../src/host/memory.ts";
import type { MirrorRunOptions, MirrorSync } from "../../src/mirror/mod.ts";
import type { Layout, TinyLogFS } from "../../src/tinylogfs/mod.ts";
import {
  DIR,
  emptyDisk,
  hostTree,
  LAYOUTS,
  lines,
  pondTree,
  withMirror,
} from "./support.ts";

type Direction = "push" | "pull" | "sync";

/** Few names, so that the sides meet. */
const PATHS = ["/a", "/b", "/d", "/d/a", "/d/b", "/d/e", "/d/e/a", "/c"];

type Edit =
  | { readonly do: "write"; readonly path: string; readonly text: string }
  | { readonly do: "mkdir" | "delete"; readonly path: string }
  | { readonly do: "link"; readonly path: string; readonly text: string };

interface Run {
  readonly do: "run";
  readonly direction: Direction;
  readonly deletes: boolean;
  readonly prefers: boolean;
  /** At which operation of the disk it is ended, if it is. */
  readonly stop: number | undefined;
  readonly end: CrashMode | "killed" | "NO_SPACE" | "IO";
}

type Step = Run | { readonly on: "pond" | "host"; readonly edit: Edit };

const path = fc.constantFrom(...PATHS);

/** Equal sizes: no run can tell contents apart by these. Some are large. */
const text = fc.oneof(
  fc.integer({ min: 100, max: 999 }).map(String),
  fc.constantFrom("L1", "L2", "L3"),
);

const edit: fc.Arbitrary<Edit> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("write" as const), path, text }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom("mkdir" as const, "delete" as const),
      path,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("link" as const),
      path,
      text: fc.constantFrom("a", "../..", "/etc", "d/a"),
    }),
  },
);

const run: fc.Arbitrary<Run> = fc.record({
  do: fc.constant("run" as const),
  direction: fc.constantFrom<Direction>("push", "pull", "sync"),
  deletes: fc.boolean(),
  prefers: fc.boolean(),
  stop: fc.option(fc.integer({ min: 1, max: 150 }), { nil: undefined }),
  end: fc.constantFrom(
    "killed" as const,
    "random" as const,
    "nothing survives" as const,
    "NO_SPACE" as const,
    "IO" as const,
  ),
});

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ on: fc.constantFrom("pond", "host"), edit }),
    },
    { weight: 2, arbitrary: run },
  ),
  { minLength: 5, maxLength: 30 },
);

/** Contents that are blobs have short names here. */
function contentOf(text: string): string {
  return text.startsWith("L") ? text.repeat(35_000) : text;
}

async function editHost(disk: SimDisk, edit: Edit): Promise<void> {
  const path = `${DIR}${edit.path}`;
  switch (edit.do) {
    case "write":
      return await disk.replace(path, encodeUtf8(contentOf(edit.text)));
    case "mkdir":
      return await disk.makeDirectory(path);
    case "link":
      return await disk.makeLink(path, edit.text);
    case "delete":
      return await removeTree(disk, path);
    default:
      return edit satisfies never;
  }
}

async function removeTree(disk: SimDisk, path: string): Promise<void> {
  if ((await disk.stat(path))?.type === "directory") {
    const names: string[] = [];
    for await (const { name } of disk.list(path)) names.push(name);
    for (const name of names) await removeTree(disk, `${path}/${name}`);
  }
  await disk.remove(path);
}

async function editPond(fs: TinyLogFS, edit: Edit): Promise<void> {
  switch (edit.do) {
    case "write":
      await fs.writeFile(edit.path, contentOf(edit.text));
      break;
    case "mkdir":
      await fs.createDirectory(edit.path);
      break;
    case "link":
      await fs.createSymlink(edit.path, edit.text);
      break;
    case "delete":
      await fs.delete(edit.path, { recursive: true });
      break;
    default:
      edit satisfies never;
  }
  await fs.commit();
}

/** An edit that can't be made isn't. */
async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof PondError)) throw error;
  }
}

async function doRun(
  mirror: MirrorSync,
  { deletes, direction, prefers }: Run,
): Promise<void> {
  const prefer = direction === "push" ? "pond" : "host";
  const options: MirrorRunOptions = {
    deletes,
    ...(prefers ? { prefer } : {}),
  };
  switch (direction) {
    case "push":
      await mirror.syncToFilesystem(options);
      break;
    case "pull":
      await mirror.syncFromFilesystem(options);
      break;
    case "sync":
      await mirror.sync(options);
      break;
    default:
      direction satisfies never;
  }
}

/** Runs, and is perhaps ended at some operation of the disk. */
async function endedRun(disk: SimDisk, step: Run): Promise<void> {
  const { end, stop } = step;
  // What people have written was there long before.
  disk.crash("everything survives");
  const isCut = end !== "NO_SPACE" && end !== "IO";
  if (stop !== undefined) {
    const kind = isCut ? "stop" : end;
    disk.inject({ at: stop, kind, sticky: end === "NO_SPACE" });
  }
  try {
    await withMirror(disk, (mirror) => doRun(mirror, step));
  } catch (error) {
    const isEnd = error instanceof SimStop ||
      hasCode(error, "NO_SPACE", "IO", "OUTCOME_UNKNOWN");
    if (stop === undefined || !isEnd) throw error;
  }
  disk.inject(undefined);
  if (stop === undefined || !isCut) return;
  if (end === "killed") disk.kill();
  else disk.crash(end);
}

/** SHA-256 of all contents that a tree has; a killed run's drafts are none. */
async function contentsOf(tree: Record<string, string>): Promise<string[]> {
  const contents = Object.entries(tree).filter(([path, text]) =>
    text !== "/" && !path.includes("/.pond-mirror-")
  );
  return await Promise.all(
    contents.map(([, text]) => sha256Hex(encodeUtf8(text.replace(/^-> /, "")))),
  );
}

/** All contents in the history of the pond, and those the host has. */
async function keptContents(disk: SimDisk): Promise<ReadonlySet<string>> {
  const kept = new Set(await contentsOf(await hostTree(disk)));
  await withMirror(disk, async (_, fs) => {
    for await (const { content, metadata } of fs.historyRows()) {
      const { sha256 } = JSON.parse(metadata);
      if (sha256) kept.add(sha256);
      else if (content) kept.add(await sha256Hex(content));
    }
  });
  return kept;
}

async function check(layout: Layout, steps: readonly Step[]): Promise<void> {
  const disk = await emptyDisk(layout);
  for (const step of steps) {
    if ("on" in step) {
      const { edit, on } = step;
      if (on === "host") await attempt(() => editHost(disk, edit));
      else {
        await attempt(() => withMirror(disk, (_, fs) => editPond(fs, edit)));
      }
      continue;
    }
    const before = [
      ...await contentsOf(await hostTree(disk)),
      ...await contentsOf(await withMirror(disk, (_, fs) => pondTree(fs))),
    ];
    await endedRun(disk, step);
    const kept = await keptContents(disk);
    for (const content of before) assert(kept.has(content), "lost a content");
  }
  await agree(disk);
}

/** Both sides agree, but for the conflicts; and these can be decided. */
async function agree(disk: SimDisk): Promise<void> {
  await withMirror(disk, async (mirror, fs) => {
    const first = await mirror.sync({ deletes: true });
    assertEquals(first.items.filter(({ action }) => action === "fail"), []);
    const conflicts = first.items.filter(({ action }) => action === "conflict");
    const isAgreed = ([path]: [string, string]) =>
      !conflicts.some((it) => `${path}/`.startsWith(`${it.path}/`));
    const sides = [await hostTree(disk), await pondTree(fs)].map((tree) =>
      Object.entries(tree).filter(isAgreed)
    );
    assertEquals(sides[0], sides[1]);
    const names = await draftsOf(disk, DIR);
    assertEquals(names, []);
    const again = await mirror.sync({ deletes: true });
    assertEquals(
      lines(again),
      conflicts.map(({ path }) => `conflict ${path}`),
    );
    assertEquals(again.commits, 0);
    const decided = await mirror.sync({ deletes: true, prefer: "pond" });
    const left = decided.items.filter(({ action }) => action === "conflict");
    for (const { path, problem = "" } of left) {
      assert(/directory/.test(problem), `${path}: ${problem}`);
    }
    if (left.length === 0) {
      assertEquals(await hostTree(disk), await pondTree(fs));
    }
    const { findings } = await fs.check();
    const damage = findings.filter(({ severity }) => severity === "damage");
    assertEquals(damage, []);
  });
}

async function draftsOf(disk: SimDisk, directory: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, type } of disk.list(directory)) {
    if (name.startsWith(".pond-mirror-")) found.push(name);
    if (type === "directory" && name !== ".pond-mirror") {
      found.push(...await draftsOf(disk, `${directory}/${name}`));
    }
  }
  return found;
}

for (const layout of LAYOUTS) {
  Deno.test(`a mirror (${layout}) loses nothing, and both sides agree in the end`, async () => {
    await fc.assert(
      fc.asyncProperty(steps, (steps) => check(layout, steps)),
      { numRuns: 40 },
    );
  });
}
