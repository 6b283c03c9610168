/** Cases of pond check. */
import { POND } from "../world.ts";
import type { Case, CommandCases } from "../case.ts";

/** A bit of a data file is another one. */
const damaged: Case["prepare"] = (disk) => {
  const files = [...disk.snapshot().keys()].filter((path) =>
    path.startsWith(`${POND}/oplog/part-`)
  );
  disk.flipBit(files.sort().at(-1) ?? "", 99);
};

/** What `pond check` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "what is there, as a hash",
      line: "pond check --root /sensors",
    },
    {
      says: "the same for programs",
      line: "pond check --root /sensors --json",
    },
    {
      says: "no damage",
      line: "pond check",
    },
    {
      says: "for programs",
      line: "pond check --json",
    },
    {
      says: "a part of all blobs",
      line: "pond check --read-data 50%",
    },
    {
      says: "a part of all blobs, for programs",
      line: "pond check --read-data 1/2 --json",
    },
    {
      says: "a repair, only shown",
      line: "pond check --repair -n",
    },
    {
      says: "damage",
      line: "pond check",
      exit: 6,
      prepare: damaged,
    },
    {
      says: "damage, for programs",
      line: "pond check --json",
      exit: 6,
      prepare: damaged,
    },
    {
      says: "options that exclude each other",
      line: "pond check --quick --read-data",
      error: "INVALID_ARGUMENT",
    },
  ],
};
