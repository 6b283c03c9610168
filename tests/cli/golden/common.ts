/**
 * Cases that every command has, or every one that opens a pond.
 *
 * @module
 */
import { encodeUtf8 } from "../../../src/bytes.ts";
import type { PondErrorCode } from "../../../src/errors.ts";
import { errorsOf } from "../../../src/cli/exit_codes.ts";
import type { TableEntry } from "../../../src/cli/command.ts";
import type { Case } from "./case.ts";
import { POND } from "./world.ts";

/**
 * The cases of a command that follow from its entry in the table.
 *
 * @param own Its own cases; the first one works.
 */
export function commonCases(
  entry: TableEntry,
  own: readonly Case[],
): readonly Case[] {
  const cases: Case[] = [{
    says: "an option that it doesn't have",
    line: `pond ${entry.name} --no-such-option`,
    error: "INVALID_ARGUMENT",
  }];
  const [first] = own;
  if (first === undefined) return cases;
  const errors = errorsOf(entry);
  // What opens no pond finds nothing of it that is damaged, or newer.
  const needsPond = (code: PondErrorCode) =>
    !["FORMAT_TOO_NEW", "INTEGRITY"].includes(code) ||
    errors.includes("NO_POND");
  const add = (code: PondErrorCode, says: string, more: Partial<Case>) => {
    if (errors.includes(code) && needsPond(code)) {
      cases.push({ ...first, says, error: code, ...more });
    }
  };
  add("NO_POND", "there is no pond", {
    env: { POND: "" },
    cwd: "/home",
    setup: [],
  });
  add("FORMAT_TOO_NEW", "the pond is of a newer format", {
    prepare: (disk) => {
      disk.uproot(`${POND}/pond.json`);
      disk.plant(`${POND}/pond.json`, encodeUtf8('{"format":99}\n'));
    },
  });
  add("INTEGRITY", "the newest commit is damaged", {
    prepare: (disk) =>
      disk.flipBit(newestCommit([...disk.snapshot().keys()]), 99),
  });
  // Of a commit; what else a command does with the disk, its own cases show.
  const addUnlessOwn: typeof add = (code, says, more) => {
    if (!own.some(({ error }) => error === code)) add(code, says, more);
  };
  addUnlessOwn("NO_SPACE", "the disk is full", {
    refuse: { method: "link", code: "NO_SPACE" },
  });
  addUnlessOwn("READ_ONLY", "the disk is read-only", {
    refuse: { method: "create", code: "READ_ONLY" },
  });
  addUnlessOwn("LOCKED", "others are faster each time", {
    refuse: { method: "link", code: "ALREADY_EXISTS" },
    // It tries a hundred times.
    isSlow: true,
  });
  addUnlessOwn(
    "OUTCOME_UNKNOWN",
    "the disk fails while a commit gets its name",
    {
      refuse: { method: "link", code: "IO" },
    },
  );
  add("ABORTED", "Ctrl-C", { aborted: true });
  return cases;
}

function newestCommit(paths: readonly string[]): string {
  const log = `${POND}/oplog/_delta_log/`;
  return paths.filter((path) => path.startsWith(log) && path.endsWith(".json"))
    .sort().at(-1) ?? log;
}
