/** Cases of pond check. */
import type { Case, CommandCases } from "../case.ts";

/** A bit of the newest data file is another one. */
const damaged: Case["prepare"] = (disk) => {
  const files = [...disk.snapshot().keys()];
  const data = files.filter((path) => path.endsWith(".parquet")).sort();
  disk.flipBit(data[0] ?? "", 99);
};

/** What `pond check` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "no damage",
      line: "pond check",
    },
    {
      says: "for programs",
      line: "pond check --json",
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
