/** Cases of pond migrate. */
import { encodeUtf8, streamBytes } from "../../../../src/bytes.ts";
import type { FileStore, ReadRange } from "../../../../src/host/mod.ts";
import type { SimDisk } from "../../../../src/host/memory.ts";
import { PocPond } from "../../../support/poc_pond.ts";
import type { CommandCases } from "../case.ts";
import { HOME } from "../world.ts";

/** An old pond of files alone: what becomes of tables depends on who packs them. */
async function plant(
  disk: SimDisk,
  change: (files: Map<string, Uint8Array>) => void = () => {},
): Promise<void> {
  const old = new PocPond();
  await old.data("/field/a.txt", "first\n");
  await old.data("/field/a.txt", "second\n");
  await old.data("/field/b.txt", "b\n");
  old.symlink("/field/latest", "a.txt");
  await old.commit();
  change(old.files);
  for (const [path, bytes] of old.files) {
    disk.plant(`${HOME}/old/${path}`, bytes.slice());
  }
}

/** A file of the old pond is another one when it is read a second time. */
function changing(files: FileStore): FileStore {
  let reads = 0;
  return new Proxy(files, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      if (name !== "stream") return value.bind(target);
      return async (path: string, range?: ReadRange) => {
        if (!path.endsWith("b.txt.1.data") || ++reads < 2) {
          return await target.stream(path, range);
        }
        return streamBytes(encodeUtf8("B\n"));
      };
    },
  });
}

const damage = (disk: SimDisk) =>
  plant(disk, (files) => {
    files.set("field/a.txt.1.data", new TextEncoder().encode("fIrst\n"));
    files.set("field/c.txt.1.data", new Uint8Array());
  });

/** What `pond migrate` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "an old pond",
      prepare: plant,
      line: "pond migrate old",
    },
    {
      says: "for programs",
      prepare: plant,
      line: "pond migrate --json old",
    },
    {
      says: "only a look",
      prepare: plant,
      line: "pond migrate -n old",
    },
    {
      says: "an old pond that is damaged",
      prepare: damage,
      line: "pond migrate old",
      exit: 3,
    },
    {
      says: "one that is damaged, strictly",
      prepare: damage,
      line: "pond migrate --strict old",
      error: "INTEGRITY",
    },
    {
      says: "where something else is",
      setup: ["pond mkdir /field", "pond put readings.csv /field/a.txt"],
      prepare: plant,
      line: "pond migrate old",
      exit: 3,
    },
    {
      says: "a file that changes meanwhile",
      prepare: plant,
      between: changing,
      line: "pond migrate old",
      error: "CONFLICT",
    },
    {
      says: "what isn't there",
      line: "pond migrate nowhere",
      error: "NOT_FOUND",
    },
    {
      says: "what is no old pond",
      line: "pond migrate sensors",
      error: "NOT_FOUND",
    },
    {
      says: "a file",
      line: "pond migrate readings.csv",
      error: "NOT_A_DIRECTORY",
    },
  ],
};
