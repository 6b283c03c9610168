/** Cases of pond put. */
import type { FileStore } from "../../../../src/host/mod.ts";
import type { CommandCases } from "../case.ts";

/** Each time that it is read, somebody has added to the file since. */
function changing(files: FileStore): FileStore {
  return new Proxy(files, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return async (path: string, ...args: unknown[]): Promise<unknown> => {
        const given: unknown = await value.call(target, path, ...args);
        if (name === "read" && path.endsWith("/readings.csv")) {
          const now = await target.read(path);
          await target.replace(path, now.slice(1));
        }
        return given;
      };
    },
  });
}

/** What `pond put` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "a file",
      line: "pond put readings.csv /sensors/c.csv",
    },
    {
      says: "only shown, for programs",
      line: "pond put -n notes /copies --json",
    },
    {
      says: "staged, for programs",
      line: "pond put --no-sync notes /copies --json",
    },
    {
      says: "into a directory",
      line: "pond put readings.csv /sensors/",
    },
    {
      says: "a directory",
      line: "pond put notes /copies",
    },
    {
      says: "what is in a directory",
      line: "pond put -n notes/. /sensors --delete --exclude '.*'",
    },
    {
      says: "a file that can't be read, for programs",
      line: "pond put notes /copies --json",
      refuse: { method: "read", code: "PERMISSION_DENIED", path: /todo/ },
      exit: 3,
    },
    {
      says: "a file that changes each time",
      line: "pond put readings.csv /r.csv",
      between: changing,
      error: "CONFLICT",
    },
    {
      says: "nothing new, for programs",
      line: "pond put notes / --json",
    },
    {
      says: "standard input",
      line: "pond put - /note.txt",
      stdin: "a note\n",
    },
    {
      says: "only shown",
      line: "pond put -n notes /copies",
    },
    {
      says: "staged",
      line: "pond put --no-sync readings.csv /r.csv",
    },
    {
      says: "for programs",
      line: "pond put readings.csv /r.csv --json",
    },
    {
      says: "not there",
      line: "pond put nothing.csv /r.csv",
      error: "NOT_FOUND",
    },
    {
      says: "one of two is not there",
      line: "pond put nothing.csv readings.csv /sensors",
      error: "NOT_FOUND",
    },
    {
      says: "over a directory",
      line: "pond put readings.csv notes /latest",
      error: "NOT_A_DIRECTORY",
    },
    {
      says: "one word",
      line: "pond put readings.csv",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a pond that may not be written",
      line: "pond put readings.csv /r.csv",
      error: "PERMISSION_DENIED",
      refuse: { method: "create", code: "PERMISSION_DENIED" },
    },
  ],
};
