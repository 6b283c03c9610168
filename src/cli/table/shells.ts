/**
 * The commands for shells.
 *
 * @module
 */
import { usage } from "../arguments.ts";
import {
  type CompleteCommand,
  type CompletionsCommand,
  define,
  SHELLS,
  type TableEntry,
} from "../command.ts";
import type { CommandSource } from "../completion_point.ts";
import { didYouMean, nearest } from "../../suggest.ts";

const COMPLETIONS: TableEntry = define<CompletionsCommand>({
  name: "completions",
  group: "Start",
  summary: "Write the script that completes in your shell",
  description:
    `Writes a script for SHELL. With it, Tab completes commands, options, paths in the
pond, revisions, branches, tags and tables, as they are at that moment.
bash, in ~/.bashrc:                    source <(pond completions bash)
zsh, in ~/.zshrc, after compinit:      source <(pond completions zsh)
fish, in ~/.config/fish/config.fish:   pond completions fish | source`,
  arguments: [
    {
      name: "SHELL",
      summary: SHELLS.join(", "),
      required: true,
      completes: SHELLS,
    },
  ],
  options: [],
  examples: [
    { cmd: "pond completions bash", says: "Write the script for bash" },
    {
      cmd: "pond completions fish",
      says: "Write the script for fish",
    },
  ],
  read: ({ words: [word = ""] }) => {
    const shell = SHELLS.find((shell) => shell === word);
    if (shell !== undefined) return { name: "completions", shell };
    throw usage(
      `pond completions takes ${SHELLS.join(", ")}, not "${word}"`,
      didYouMean(nearest(word, SHELLS)) ?? "pond help completions",
    );
  },
  load: async () => (await import("../commands/completions.ts")).runCompletions,
});

/**
 * The command that the shells call.
 *
 * @param all Gives all commands, once they are known.
 * @param find Gives the command of a name.
 */
export function completeEntry(
  all: CommandSource["all"],
  find: CommandSource["find"],
): TableEntry {
  return define<CompleteCommand>({
    name: "complete",
    group: "Start",
    hidden: true,
    summary: "Complete a command line",
    description:
      `Writes what the last of the words may become, one a line, with a description after
a tab: the scripts of pond completions call it.`,
    arguments: [{ name: "WORD", summary: "The words after pond", many: true }],
    options: [],
    examples: [
      { cmd: "pond complete -- ls /", says: "Complete a path" },
    ],
    read: ({ words }) => ({ name: "complete", words }),
    load: async () => {
      const { runComplete } = await import("../commands/complete.ts");
      return async (command, context) =>
        await runComplete(command, context, { all, find });
    },
  });
}

/** Commands that write scripts for shells. */
export const SHELL_COMMANDS: Readonly<Record<"completions", TableEntry>> = {
  completions: COMPLETIONS,
};
