/**
 * The command that shows the others.
 *
 * @module
 */
import { define, type TableEntry, type TourCommand } from "../command.ts";
import type { CommandSource } from "../completion_point.ts";

/**
 * The tour.
 *
 * @param find Gives the command of a name.
 */
export function tourEntry(find: CommandSource["find"]): TableEntry {
  return define<TourCommand>({
    name: "tour",
    group: "Start",
    summary: "Show in three minutes what a pond can do",
    description:
      `Walks through a pond of its own: files go in, change, get lost and come back,
are tried on a branch and asked in SQL. Each command is shown, and really run;
Enter goes on, q stops. The pond is in a temporary directory, which is removed at
the end: no other pond is touched.`,
    arguments: [],
    options: [
      {
        name: "yes",
        short: "y",
        synonyms: ["no-pause"],
        kind: "flag",
        summary: "Don't wait for Enter",
      },
    ],
    examples: [{ cmd: "pond tour --yes", says: "Run all of it at once" }],
    read: (values) => ({ name: "tour", yes: values.flag("yes") }),
    load: async () => {
      const { runTour } = await import("../commands/tour.ts");
      return async (command, context) => await runTour(command, context, find);
    },
  });
}
