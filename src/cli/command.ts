/**
 * What a command is: its entry in the table, and what its arguments become.
 *
 * @module
 */
import type { PondErrorCode } from "../errors.ts";
import type { CheckDepth, DataPart, Layout } from "../tinylogfs/mod.ts";
import type { BackupCommand } from "./backup_command.ts";
import type {
  BundleCommand,
  ExportCommand,
  UnbundleCommand,
} from "./archive_command.ts";
import type { ChangeOptions, ViewOptions } from "./common_options.ts";
import type { ConfigCommand } from "./config_command.ts";
import type { ConfigKey, Context } from "./context.ts";
import type { DebugView } from "./debug_view.ts";
import type { ExitCode } from "./exit_codes.ts";
import type { FileCommand } from "./file_command.ts";
import type { Format } from "./format.ts";
import type {
  BranchCommand,
  MergeCommand,
  SwitchCommand,
  TagCommand,
} from "./line_command.ts";
import type { MirrorCommand } from "./mirror_command.ts";
import type {
  DescribeCommand,
  QueryCommand,
  SqlCommand,
} from "./query_command.ts";
import type { TablesCommand } from "./sql_command.ts";
import type {
  ApplyCommand,
  ExplainCommand,
  MigrateCommand,
  ResourceCommand,
  RunCommand,
  WhyCommand,
} from "./pipeline_command.ts";
import type { PruneCommand, UsageCommand } from "./retention_command.ts";
import type { GetCommand, PutCommand } from "./tree_command.ts";

export type * from "./archive_command.ts";
export type * from "./common_options.ts";
export type * from "./config_command.ts";
export type * from "./file_command.ts";
export type { Format } from "./format.ts";
export type * from "./line_command.ts";
export type * from "./pipeline_command.ts";
export type * from "./query_command.ts";
export type * from "./retention_command.ts";
export type * from "./tree_command.ts";

/** The shells that pond completes in. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** One of them. */
export type Shell = typeof SHELLS[number];

/** The groups of `pond help`, in their order. */
export const GROUPS = [
  "Start",
  "Files",
  "Move data",
  "History",
  "Query",
  "Pipelines",
  "Care",
] as const;

/** Under which heading a command stands. */
export type Group = typeof GROUPS[number];

/** Every format, as `--format` takes it. */
export const FORMATS = [
  "table",
  "tsv",
  "csv",
  "json",
  "ndjson",
  "markdown",
  "arrow",
  "parquet",
  "chart",
] as const satisfies readonly Format[];

/** What a shell offers in the place of a value: of a kind, or these. */
export type Completion =
  | "branches"
  | "files"
  | "help"
  | "paths"
  | "revisions"
  | "settings"
  | "sql"
  | "tags"
  | readonly string[];

/** An argument of a command, in its place. */
export interface ArgumentSpec {
  /** Its name in the help, such as `PATH`. */
  readonly name: string;
  /** What it is. */
  readonly summary: string;
  /** Whether it must be there; the required ones needn't come first. */
  readonly required?: boolean;
  /** Whether there may be many. */
  readonly many?: boolean;
  /** What it is completed with, where its name doesn't say it. */
  readonly completes?: Completion;
}

/** An option of a command. */
export interface OptionSpec {
  /** Its name without the dashes. */
  readonly name: string;
  /** Its letter. */
  readonly short?: string;
  /** Other names for the same. */
  readonly synonyms?: readonly string[];
  /** What it takes: nothing, a text or a whole number. */
  readonly kind: "flag" | "text" | "number";
  /** How its value is called in the help. */
  readonly value?: string;
  /** The only values that it takes. */
  readonly choices?: readonly string[];
  /** Whether it may be given several times. */
  readonly many?: boolean;
  /** What it does. */
  readonly summary: string;
  /** The key that is what it is where it isn't given. */
  readonly config?: ConfigKey;
  /** What a flag sets this key to. */
  readonly means?: string;
}

/** An example that a test runs. */
export interface Example {
  /** The command line. */
  readonly cmd: string;
  /** What it does. */
  readonly says: string;
}

/** The values of a command line, checked against the specification. */
export interface Values {
  /** The arguments that belong to no option. */
  readonly words: readonly string[];
  /** Whether a flag was given. */
  flag(name: string): boolean;
  /** How often a flag was given. */
  count(name: string): number;
  /** The value of an option, if it was given. */
  text(name: string): string | undefined;
  /** The values of an option that may be given several times, in order. */
  texts(name: string): readonly string[];
  /** The number that an option was given. */
  number(name: string): number | undefined;
  /** What is configured, by an option or elsewhere, if anything is. */
  configured(key: ConfigKey): string | undefined;
}

/** What the table says of a command. */
export interface CommandSpec<C extends Command> {
  /** The name, and the tag of its case of {@linkcode Command}. */
  readonly name: C["name"];
  /** Where it stands in the help. */
  readonly group: Group;
  /** Whether programs call it, and nobody is told. */
  readonly hidden?: true;
  /** Whether output that is taller than the screen goes to a pager. */
  readonly paged?: true;
  /** One line. */
  readonly summary: string;
  /** The rest of the help. */
  readonly description: string;
  /** The arguments. */
  readonly arguments: readonly ArgumentSpec[];
  /** The options, without the global ones. */
  readonly options: readonly OptionSpec[];
  /** Command lines that work. */
  readonly examples: readonly Example[];
  /** What it can end with, beside what every command can. */
  readonly errors?: readonly PondErrorCode[];
  /** Exit codes that are not those of its errors. */
  readonly exits?: readonly ExitCode[];
  /** Makes the command of the values; throws `INVALID_ARGUMENT`. */
  read(values: Values): C;
  /** Imports what carries it out. */
  load(): Promise<(command: C, context: Context) => Promise<ExitCode>>;
}

/** An entry of the table; its command type is known to itself alone. */
export interface TableEntry
  extends Omit<CommandSpec<Command>, "read" | "load"> {
  /** Makes the command of the values. */
  bind(values: Values): BoundCommand;
}

/** A command with what carries it out. */
export interface BoundCommand {
  /** What is to be done. */
  readonly command: Command;
  /** Does it. */
  run(context: Context): Promise<ExitCode>;
}

/** Puts a command into the table. */
export function define<C extends Command>(spec: CommandSpec<C>): TableEntry {
  return {
    ...spec,
    bind(values) {
      const command = spec.read(values);
      return {
        command,
        run: async (context) => await (await spec.load())(command, context),
      };
    },
  };
}

/** `pond init` */
export interface InitCommand {
  readonly name: "init";
  readonly directory: string | undefined;
  readonly layout: Layout;
  readonly dryRun: boolean;
}

/** `pond commit`, and `pond sync`, which is the same without a message. */
export interface CommitCommand {
  readonly name: "commit" | "sync";
  readonly message: string | undefined;
  readonly paths: readonly string[];
  readonly first: number | undefined;
  readonly dryRun: boolean;
  readonly format: Format | undefined;
}

/** `pond revert` */
export interface RevertCommand {
  readonly name: "revert";
  /** Everything when there are none. */
  readonly paths: readonly string[];
  readonly dryRun: boolean;
}

/** `pond batch` */
export interface BatchCommand extends ChangeOptions {
  readonly name: "batch";
  /** A file of the host; `-` is standard input. */
  readonly file: string;
  readonly format: Format | undefined;
}

/** What `pond attr` can do. */
export const ATTRIBUTE_VERBS = ["get", "set", "rm", "ls"] as const;

/** A part of `pond attr`. */
export type AttributeVerb = typeof ATTRIBUTE_VERBS[number];

/** `pond attr` */
export interface AttributeCommand extends ChangeOptions, ViewOptions {
  readonly name: "attr";
  readonly verb: AttributeVerb;
  readonly path: string;
  /** Names, or for `set` names with values. */
  readonly words: readonly string[];
  readonly format: Format | undefined;
}

/** `pond find` */
export interface FindCommand extends ViewOptions {
  readonly name: "find";
  readonly path: string;
  readonly glob: string | undefined;
  readonly type: string | undefined;
  readonly size: string | undefined;
  readonly newer: string | undefined;
  readonly older: string | undefined;
  readonly where: string | undefined;
  /** Whether NUL takes the place of line breaks. */
  readonly zero: boolean;
  readonly format: Format | undefined;
}

/** `pond status` */
export interface StatusCommand {
  readonly name: "status";
  /** Series: paths and patterns, with `stale`. */
  readonly words: readonly string[];
  /** How old the newest row of a series may be; the state of the pond if none. */
  readonly stale: string | undefined;
  readonly pending: boolean;
  /** One line an operation, and nothing else. */
  readonly short: boolean;
  readonly format: Format | undefined;
}

/** `pond show` */
export interface ShowCommand {
  readonly name: "show";
  /** A revision, and paths; the whole log when there are none. */
  readonly words: readonly string[];
  readonly limit: number | undefined;
  readonly pending: boolean;
  readonly diff: boolean;
  readonly context: number | undefined;
  readonly format: Format | undefined;
}

/** `pond log` */
export interface LogCommand extends ViewOptions {
  readonly name: "log";
  readonly path: string | undefined;
  readonly limit: number | undefined;
  readonly since: string | undefined;
  readonly until: string | undefined;
  /** A part of the author's name, in any case. */
  readonly author: string | undefined;
  readonly stat: boolean;
  readonly format: Format | undefined;
}

/** What `pond diff` writes: changes of text, or a row for each node. */
export type DiffOutput = "patch" | "names" | "rows" | "stat";

/** `pond diff` */
export interface DiffCommand {
  readonly name: "diff";
  /** Revisions and paths. */
  readonly words: readonly string[];
  readonly pending: boolean;
  readonly output: DiffOutput;
  readonly context: number | undefined;
  /** Columns that tell rows of a table apart; not of a table without. */
  readonly keys: readonly string[] | undefined;
  readonly exitCode: boolean;
  readonly format: Format | undefined;
}

/** `pond blame` */
export interface BlameCommand extends ViewOptions {
  readonly name: "blame";
  readonly path: string;
  readonly format: Format | undefined;
}

/** What commands that go back have in common. */
interface BackOptions {
  readonly dryRun: boolean;
  readonly message: string | undefined;
  readonly format: Format | undefined;
}

/** `pond undo`, `pond redo` */
export interface UndoCommand extends BackOptions {
  readonly name: "undo" | "redo";
  /** The transaction; the newest when left out. */
  readonly transaction: string | undefined;
}

/** `pond restore` */
export interface RestoreCommand extends BackOptions {
  readonly name: "restore";
  /** A revision, and a path. */
  readonly words: readonly string[];
}

/** What `pond maintain` does, in this order. */
export const MAINTENANCE_TASKS = ["optimize", "checkpoint", "vacuum"] as const;

/** A part of `pond maintain`. */
export type MaintenanceTask = typeof MAINTENANCE_TASKS[number];

/** `pond maintain` */
export interface MaintainCommand {
  readonly name: "maintain";
  /** All of them when left out. */
  readonly task: MaintenanceTask | undefined;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly force: boolean;
  readonly format: Format | undefined;
}

/** `pond check` */
export interface CheckCommand {
  readonly name: "check";
  readonly depth: CheckDepth;
  /** Which blobs are read. */
  readonly part: DataPart | undefined;
  /** A path whose content root is all that is asked for. */
  readonly root: string | undefined;
  readonly repair: boolean;
  readonly dryRun: boolean;
  readonly format: Format | undefined;
}

/** `pond doctor` */
export interface DoctorCommand {
  readonly name: "doctor";
  readonly format: Format | undefined;
}

/** `pond debug` */
export interface DebugCommand extends DebugView {
  readonly name: "debug";
  readonly output: string | undefined;
  readonly force: boolean;
  readonly format: Format | undefined;
}

/** `pond completions` */
export interface CompletionsCommand {
  readonly name: "completions";
  readonly shell: Shell;
}

/** `pond complete`, which the shells call. */
export interface CompleteCommand {
  readonly name: "complete";
  /** The words after `pond`; the last one is to be completed. */
  readonly words: readonly string[];
}

/** `pond help` */
export interface HelpCommand {
  readonly name: "help";
  /** A command or a topic; the overview when left out. */
  readonly topic: string | undefined;
  /** One screen, as `-h` asks for. */
  readonly short: boolean;
}

/** `pond man` */
export interface ManCommand {
  readonly name: "man";
  /** The command that the page is about; all of them when left out. */
  readonly topic: string | undefined;
}

/** `pond schema` */
export interface SchemaCommand {
  readonly name: "schema";
  /** The command, or `error`. */
  readonly topic: string;
}

/** `pond tour` */
export interface TourCommand {
  readonly name: "tour";
  /** Whether it goes on by itself. */
  readonly yes: boolean;
}

/** `pond version` */
export interface VersionCommand {
  readonly name: "version";
}

/** Everything that `pond` can be told to do. */
export type Command =
  | InitCommand
  | FileCommand
  | PutCommand
  | GetCommand
  | MirrorCommand
  | BundleCommand
  | UnbundleCommand
  | ExportCommand
  | CommitCommand
  | RevertCommand
  | BatchCommand
  | AttributeCommand
  | FindCommand
  | StatusCommand
  | ShowCommand
  | LogCommand
  | DiffCommand
  | BlameCommand
  | UndoCommand
  | RestoreCommand
  | QueryCommand
  | TablesCommand
  | SqlCommand
  | DescribeCommand
  | BranchCommand
  | SwitchCommand
  | MergeCommand
  | TagCommand
  | ApplyCommand
  | ExplainCommand
  | ResourceCommand
  | RunCommand
  | WhyCommand
  | MigrateCommand
  | MaintainCommand
  | PruneCommand
  | BackupCommand
  | UsageCommand
  | CheckCommand
  | DebugCommand
  | CompletionsCommand
  | CompleteCommand
  | ConfigCommand
  | DoctorCommand
  | HelpCommand
  | ManCommand
  | SchemaCommand
  | TourCommand
  | VersionCommand;

/** The names of all commands. */
export type CommandName = Command["name"];
