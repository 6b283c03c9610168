/**
 * The command that configures.
 *
 * @module
 */
import { usage } from "../arguments.ts";
import { type ConfigCommand, define, type TableEntry } from "../command.ts";
import {
  CONFIG_VERBS,
  type ConfigAction,
  FILE_LAYERS,
} from "../config_command.ts";
import { configKey } from "../config_keys.ts";
import { CONFIG_KEYS } from "../context.ts";
import { CHANGE, changeOf, FORMAT, formatOf } from "../options.ts";
import { didYouMean, nearest } from "../../suggest.ts";

/** How each verb is called. */
const USAGE = {
  list: "pond config list",
  get: "pond config get KEY",
  set: "pond config set KEY VALUE",
  unset: "pond config unset KEY",
} as const;

/** `pond config` */
export const CONFIG: TableEntry = define<ConfigCommand>({
  name: "config",
  group: "Care",
  paged: true,
  summary: "Show and change what is configured",
  description:
    `  list                what holds; with --origin also where it comes from
  get KEY             the value that holds; with --origin also where from
  set KEY VALUE       keep a value
  unset KEY           forget it

The first that has a value wins: the option of a command, the variable POND_KEY,
the pond's file /.pond/config.yaml, the user's file pond/config.yaml in
XDG_CONFIG_HOME (~/.config). --layer says which of the files is changed; the pond's
is a file like any other, and its changes are transactions. Comments stay.

What is wrong in the user's file is an error of every command but this one; what is
wrong in the pond's is told and left out. What is about a person or a machine, or
names a program to run, isn't taken from the pond, which others write to.`,
  arguments: [
    {
      name: "VERB",
      summary: `${CONFIG_VERBS.join(", ")}; list without one`,
      completes: CONFIG_VERBS,
    },
    { name: "KEY", summary: "What it is about", completes: CONFIG_KEYS },
    { name: "VALUE", summary: "Its value", completes: "settings" },
  ],
  options: [
    { name: "origin", kind: "flag", summary: "Show where values come from" },
    {
      name: "layer",
      kind: "text",
      value: "LAYER",
      choices: FILE_LAYERS,
      summary: "The file to change; the user's unless told otherwise",
    },
    ...CHANGE,
    FORMAT,
  ],
  examples: [
    { cmd: "pond config list --origin", says: "Show all, and why" },
    { cmd: "pond config get cache-size", says: "Show one value" },
    {
      cmd: "pond config set query.timeout 5min --layer pond",
      says: "Give up queries after five minutes, in this pond",
    },
  ],
  errors: ["ABORTED", "NOT_FOUND"],
  read(values) {
    const command: ConfigCommand = {
      name: "config",
      ...actionOf(values.words),
      origin: values.flag("origin"),
      layer: values.text("layer") === "pond" ? "pond" : "user",
      ...changeOf(values),
      format: formatOf(values),
    };
    if (command.origin && !["get", "list"].includes(command.verb)) {
      throw usage("--origin belongs to pond config list and get");
    }
    const isOfPond = command.noSync || command.message !== undefined;
    if (isOfPond && command.layer === "user") {
      throw usage(
        "Cannot commit what isn't in the pond: --message and --no-sync belong to --layer pond",
      );
    }
    return command;
  },
  load: async () => (await import("../commands/config.ts")).runConfig,
});

function actionOf(words: readonly string[]): ConfigAction {
  const [word = "list", key, value] = words;
  const verb = CONFIG_VERBS.find((verb) => verb === word);
  if (verb === undefined) {
    throw usage(
      `pond config takes ${CONFIG_VERBS.join(", ")}, not "${word}"`,
      didYouMean(nearest(word, CONFIG_VERBS)) ?? "pond help config",
    );
  }
  const isRight = (key === undefined) === (verb === "list") &&
    (value === undefined) === (verb !== "set");
  if (!isRight) throw usage(`It is called as ${USAGE[verb]}`);
  if (key === undefined) return { verb: "list" };
  if (verb === "unset") return { verb, key };
  if (value !== undefined) return { verb: "set", key: configKey(key), value };
  return { verb: "get", key: configKey(key) };
}
