/**
 * `Inbox`: files of the host, taken in again when they have changed.
 *
 * @module
 */
import { fields, type KindSchema } from "./common.ts";

/** The fields of an `Inbox` resource. */
export interface InboxSpec {
  /** Files of the host, such as `/var/data/**` + `/*.csv`. */
  readonly pattern: string;
  /** The directory of the pond that they go to; `/Inbox/<name>` if left out. */
  readonly to?: string;
  /** Whether they only ever grow at their ends; false when left out. */
  readonly grows?: boolean;
}

/** The kind. */
export const INBOX: KindSchema = {
  summary: "takes in files of the host, and again when they have changed",
  spec: fields({
    pattern: {
      type: "string",
      pattern: "^/[^\\u0000]*[^/\\u0000]$",
      patternErrorMessage:
        "must be an absolute path of the host, with wildcards: /var/data/*.csv",
      description: "Files of the host: *, ?, [a-z], ** and {a,b} are wildcards",
    },
    to: {
      type: "string",
      pattern: "^/[^\\u0000]*[^/\\u0000]$",
      patternErrorMessage: "must be a path in the pond: /logs",
      description: "The directory in the pond; /Inbox/<name> when left out",
    },
    grows: {
      type: "boolean",
      default: false,
      description:
        "The files are logs: only what was added at their ends is stored, and what was rotated away is followed",
    },
  }, ["pattern"]),
  isRun: true,
  isSupported: true,
};
