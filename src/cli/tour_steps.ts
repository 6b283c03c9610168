/**
 * What the tour shows.
 *
 * @module
 */

/** A stop of the tour. */
export interface TourStep {
  /** What it is about. */
  readonly says: string;
  /** Command lines that work one after the other. */
  readonly commands: readonly string[];
}

/** The pond's directory. */
export const TOUR_POND = "lake";

/** Files of the host that are there from the beginning, beside the pond. */
export const TOUR_FILES: Readonly<Record<string, string>> = {
  "dock.csv": "day,celsius\n2026-06-01,14.1\n2026-06-02,14.6\n",
  "later/dock.csv":
    "day,celsius\n2026-06-01,14.1\n2026-06-02,15.6\n2026-06-03,15.2\n",
};

/** The stops, in their order; all but the first one are in the pond. */
export const TOUR_STEPS: readonly TourStep[] = [
  {
    says:
      "A pond is a directory with a filesystem in it, which keeps its history.",
    commands: [`pond init ${TOUR_POND}`],
  },
  {
    says:
      `Files come in from the host. Each command is one transaction: all of it
happens, or nothing, and it makes a version.`,
    commands: [
      "pond mkdir /sensors",
      'pond put ../dock.csv /sensors/ -m "two days"',
      "pond ls -l /sensors",
    ],
  },
  {
    says: "The next file has one more day, and another value for the second.",
    commands: ['pond put ../later/dock.csv /sensors/ -m "three days"'],
  },
  {
    says: "History says what has happened, and what has changed.",
    commands: ["pond log", "pond diff v2 v3"],
  },
  {
    says:
      "Whatever was there can be seen as it was: --at takes a version, a time, a tag.",
    commands: ["pond cat --at v2 /sensors/dock.csv"],
  },
  {
    says: "Nothing is lost by a mistake. An undo is a transaction, too.",
    commands: ["pond rm -r /sensors", "pond undo", "pond ls /sensors"],
  },
  {
    says: "A branch is a place to try something, and costs next to nothing.",
    commands: [
      "pond branch trial",
      "pond mv /sensors/dock.csv /sensors/pier.csv --branch trial",
      "pond ls /sensors",
      "pond ls /sensors --branch trial",
      "pond merge trial",
    ],
  },
  {
    says:
      "A file is a table by its path. Patterns, versions and the tree are tables as well.",
    commands: [
      "pond query \"SELECT avg(celsius) AS mean FROM '/sensors/*.csv'\"",
      "pond query \"FROM '/sensors/pier.csv' ORDER BY celsius DESC LIMIT 1\"",
      'pond query "SELECT version, message FROM transactions ORDER BY version"',
    ],
  },
];

/** What is said at the end. */
export const TOUR_END = `That was it. Go on with:
  pond init DIR      make a pond of your own
  pond help          all commands
  pond help sql      how to ask`;
