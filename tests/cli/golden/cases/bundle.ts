/** Cases of pond bundle. */
import { POND } from "../world.ts";
import type { CommandCases } from "../case.ts";

/** What `pond bundle` is asked. */
export const CASES: CommandCases = {
  cases: [
    { says: "a file", line: "pond bundle pond.tar" },
    { says: "for programs", line: "pond bundle --json pond.tar.gz" },
    { says: "how much it would be", line: "pond bundle -n pond.tar" },
    {
      says: "how much it would be, for programs",
      line: "pond bundle -n --no-files --json pond.tar",
    },
    {
      says: "something is staged",
      setup: ["pond touch --no-sync /staged"],
      line: "pond bundle pond.tar",
    },
    {
      says: "a file that is there",
      setup: ["pond bundle pond.tar"],
      line: "pond bundle pond.tar",
      error: "ALREADY_EXISTS",
    },
    {
      says: "a file that is replaced",
      setup: ["pond bundle pond.tar"],
      line: "pond bundle --force pond.tar",
    },
    {
      says: "into the pond itself",
      line: "pond bundle pond/own.tar",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a directory",
      line: "pond bundle sensors",
      error: "IS_A_DIRECTORY",
    },
    {
      says: "a directory that isn't there",
      line: "pond bundle nowhere/pond.tar",
      error: "NOT_FOUND",
    },
    {
      says: "a full disk",
      line: "pond bundle pond.tar",
      refuse: { method: "create", code: "NO_SPACE" },
      error: "NO_SPACE",
    },
    {
      says: "a blob that is damaged",
      line: "pond bundle pond.tar",
      prepare: (disk) => {
        const blobs = [...disk.snapshot().keys()].filter((path) =>
          path.startsWith(`${POND}/blobs/`)
        );
        disk.flipBit(blobs.sort()[0] ?? "", 99);
      },
      error: "INTEGRITY",
    },
  ],
};
