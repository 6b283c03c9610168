/** Cases of pond export. */
import { encodeUtf8 } from "../../../../src/bytes.ts";
import { formatManifest } from "../../../../src/export/manifest.ts";
import type { Case, CommandCases } from "../case.ts";
import { HOME } from "../world.ts";

const LINE = "pond export /sensors/a.csv --to lake";

const otherExport: Case["prepare"] = async (disk) => {
  const manifest = await formatManifest({
    pondId: "0".repeat(32),
    version: 7,
    definition: {
      glob: "/other.csv",
      partitionBy: ["year"],
      timeColumn: undefined,
      where: undefined,
      format: "parquet",
    },
    sources: new Map(),
    gone: [],
  });
  disk.plant(`${HOME}/lake/.pond-export/manifest.json`, manifest.slice());
};

/** What `pond export` is asked. */
export const CASES: CommandCases = {
  onHost: true,
  cases: [
    { says: "a table", line: LINE },
    {
      says: "pages that are none",
      line: `${LINE} --pages /sensors/a.csv`,
      error: "INVALID_ARGUMENT",
    },
    {
      says: "for programs",
      line: "pond export '/sensors/*.csv' --to lake --partition-by t --json",
    },
    {
      says: "what would be done",
      line: "pond export '/sensors/*.csv' --to lake -n",
    },
    {
      says: "what is no table",
      line: "pond export '/{sensors/a.csv,big.bin}' --to lake",
      exit: 3,
    },
    {
      says: "the export of another pond",
      prepare: otherExport,
      line: LINE,
      error: "INVALID_ARGUMENT",
    },
    {
      says: "the export of another pond, forced",
      prepare: otherExport,
      line: `${LINE} --force --format csv`,
    },
    {
      says: "parts of a time that there is none of",
      line: "pond export /sensors/a.csv --to lake --partition-by year",
      exit: 2,
    },
    {
      says: "without a directory",
      line: "pond export /sensors/a.csv",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "SQL that is wrong",
      line: "pond export /sensors/a.csv --to lake --where nosuch=1",
      exit: 1,
    },
    {
      says: "where a file is",
      line: "pond export /sensors/a.csv --to readings.csv",
      error: "ALREADY_EXISTS",
    },
    {
      says: "while another process does the same",
      line: LINE,
      refuse: { method: "tryLock", code: "nothing" },
      error: "LOCKED",
    },
    {
      says: "a full disk",
      line: LINE,
      refuse: { method: "create", code: "NO_SPACE" },
      error: "NO_SPACE",
    },
    {
      says: "nothing matches",
      line: "pond export '/nothing*' --to lake",
      error: "NOT_FOUND",
    },
    {
      says: "a manifest that is damaged",
      prepare: (disk) =>
        disk.plant(
          `${HOME}/lake/.pond-export/manifest.json`,
          encodeUtf8("{"),
        ),
      line: LINE,
      error: "INTEGRITY",
    },
    {
      says: "a revision that isn't there",
      line: "pond export /sensors/a.csv --to lake --at v99",
      error: "REVISION_NOT_FOUND",
    },
  ],
};
