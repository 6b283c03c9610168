/**
 * Commands of pipelines: resources, and what runs by them.
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import { ExitCode } from "../exit_codes.ts";
import { didYouMean, nearest } from "../../suggest.ts";
import { RESOURCE_VERBS } from "../pipeline_command.ts";
import {
  type ApplyCommand,
  define,
  type ExplainCommand,
  type ResourceCommand,
  type RunCommand,
  type TableEntry,
  type Values,
  type WhyCommand,
} from "../command.ts";
import {
  COMMITTING,
  DRY_RUN,
  FORMAT,
  formatOf,
  LOOKING,
  MESSAGE,
  OPENING,
  VIEW,
  viewOf,
} from "../options.ts";

const APPLY = define<ApplyCommand>({
  name: "apply",
  group: "Pipelines",
  summary: "Take resources from YAML files into the pond",
  description:
    `A resource says what the pond collects: a document of kind, name and spec. All
documents of all files are checked before any is applied, and all problems told at
once. They become one transaction; when none differs from what the pond has, there
is none.

{{ NAME }} in a field means the VALUE of -v NAME=VALUE. A secret is never written
into a resource: say where it is, \${env:NAME} or file:/PATH (also by -v).`,
  arguments: [{
    name: "FILE",
    summary: "A file of the host, as -f FILE",
    many: true,
    completes: "files",
  }],
  options: [
    {
      name: "file",
      short: "f",
      kind: "text",
      many: true,
      value: "FILE",
      summary: "A file of the host; - is standard input (repeatable)",
    },
    {
      name: "variable",
      short: "v",
      kind: "text",
      many: true,
      value: "NAME=VALUE",
      summary: "What {{ NAME }} means in the files (repeatable)",
    },
    DRY_RUN,
    MESSAGE,
    FORMAT,
  ],
  examples: [
    { cmd: "pond apply -f inbox.yaml", says: "Take the resources of a file" },
    {
      cmd: "pond apply -n -f inbox.yaml",
      says: "Check it, and see what would change",
    },
  ],
  errors: [...COMMITTING, "NOT_FOUND", "UNSUPPORTED"],
  read: readApply,
  load: async () => (await import("../commands/apply.ts")).runApply,
});

function readApply(values: Values): ApplyCommand {
  const files = [...values.texts("file"), ...values.words];
  if (files.length === 0) {
    throw new PondError("INVALID_ARGUMENT", "pond apply needs a file", {
      hint: "pond apply -f FILE",
    });
  }
  if (files.filter((file) => file === "-").length > 1) {
    throw new PondError(
      "INVALID_ARGUMENT",
      "Cannot read standard input twice",
      { hint: "give - once" },
    );
  }
  return {
    name: "apply",
    files,
    variables: variablesOf(values.texts("variable")),
    dryRun: values.flag("dry-run"),
    message: values.text("message"),
    format: formatOf(values),
  };
}

/** Reads `NAME=VALUE`; the value may be a secret, and is not told. */
function variablesOf(texts: readonly string[]): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  for (const text of texts) {
    const [, name, value] = /^([A-Za-z_]\w*)=([^]*)$/.exec(text) ?? [];
    if (name === undefined || value === undefined) {
      throw new PondError(
        "INVALID_ARGUMENT",
        "Cannot use -v: it takes NAME=VALUE, with a name of letters, digits and _",
        { hint: "pond apply -f FILE -v site=noyo" },
      );
    }
    if (variables.has(name)) {
      throw new PondError("INVALID_ARGUMENT", `Cannot use -v ${name} twice`, {
        hint: "leave one of them out",
      });
    }
    variables.set(name, value);
  }
  return variables;
}

const RESOURCE = define<ResourceCommand>({
  name: "resource",
  group: "Pipelines",
  paged: true,
  summary: "List, show and delete resources",
  description:
    `list shows the resources of the pond, with their schedules, when each was last run
(as far as the pond's cache knows) and when it is due. show writes one as YAML,
delete takes some out of the pond; what they have collected stays. A resource is
called NAME, KIND/NAME, or KIND for all of a kind. They are files below
/.pond/resources, with a history like any other: pond log, pond diff, pond undo.`,
  arguments: [
    {
      name: "VERB",
      summary: "list, show or delete; list when left out",
      completes: RESOURCE_VERBS,
    },
    { name: "NAME", summary: "Which ones", many: true },
  ],
  options: [DRY_RUN, MESSAGE, FORMAT],
  examples: [
    { cmd: "pond resource", says: "List the resources" },
    { cmd: "pond resource show field", says: "Show one as YAML" },
    { cmd: "pond resource delete Inbox/field", says: "Delete it" },
  ],
  errors: [...COMMITTING, "NOT_FOUND"],
  read: readResource,
  load: async () => (await import("../commands/resource.ts")).runResource,
});

function readResource(values: Values): ResourceCommand {
  const [word = "list", ...words] = values.words;
  const verb = RESOURCE_VERBS.find((verb) => verb === word);
  if (verb === undefined) {
    throw new PondError(
      "INVALID_ARGUMENT",
      `pond resource takes ${RESOURCE_VERBS.join(", ")}, not "${word}"`,
      {
        hint: didYouMean(nearest(word, RESOURCE_VERBS)) ??
          `pond resource show ${word}`,
      },
    );
  }
  const needsOne = verb === "show" && words.length !== 1;
  if (needsOne || (verb === "delete" && words.length === 0)) {
    throw new PondError(
      "INVALID_ARGUMENT",
      `pond resource ${verb} needs ${
        verb === "show" ? "the name of one resource" : "the names of resources"
      }`,
      { hint: "list what there is: pond resource" },
    );
  }
  return {
    name: "resource",
    verb,
    words,
    dryRun: values.flag("dry-run"),
    message: values.text("message"),
    format: formatOf(values),
  };
}

const RUN = define<RunCommand>({
  name: "run",
  group: "Pipelines",
  summary: "Collect what is new, as the resources say",
  description:
    `Runs the resources NAME, KIND/NAME, or all of a KIND; every resource when none is
named. Each one is a transaction of its own: what is new, and where to go on the
next time. Where nothing is new, there is none. A device or a file that fails leaves
no trace; the others go on (exit code 3).

With --due, only those are run that are due by their schedules: for cron. --watch
does so again and again, and --every runs all of them every so often: for a service.
They write a line for each run (with --json, an object), and go on until Ctrl-C or
SIGTERM. What has failed is told, and run again at its next time; the exit code says
at the end whether anything has.`,
  arguments: [{ name: "NAME", summary: "Which resources", many: true }],
  options: [
    {
      name: "due",
      kind: "flag",
      summary: "Only run what is due by its schedule",
    },
    {
      name: "watch",
      kind: "flag",
      summary: "Run what is due, again and again, until Ctrl-C",
    },
    {
      name: "every",
      kind: "text",
      value: "TIME",
      summary: "Run every 15m, 2h, 1d, until Ctrl-C",
    },
    DRY_RUN,
    FORMAT,
  ],
  examples: [
    { cmd: "pond run", says: "Collect everything" },
    { cmd: "pond run Inbox/field", says: "Collect by one resource" },
    { cmd: "pond run --due", says: "Run what is due, as cron would" },
    { cmd: "pond run -n", says: "See what would be new" },
  ],
  errors: [
    ...COMMITTING,
    "CONFLICT",
    "LOCKED",
    "NETWORK",
    "NOT_FOUND",
    "UNSUPPORTED",
  ],
  exits: [ExitCode.partly],
  read: readRun,
  load: async () => (await import("../commands/run.ts")).runRun,
});

const EXPLAIN = define<ExplainCommand>({
  name: "explain",
  group: "Pipelines",
  paged: true,
  summary: "Say what a file is made from, and how fresh that is",
  description:
    `Shows what makes a file and, below it, what it is made from, down to files that
are stored: the resource, the version, rows and times of each, and whether what is
computed is in the cache. A pattern of a resource that matches nothing is told as
well. Nothing is computed.`,
  arguments: [{
    name: "PATH",
    summary: "Paths in the pond, patterns, PATH@REV",
    many: true,
    required: true,
  }],
  options: [...VIEW, FORMAT],
  examples: [
    {
      cmd: "pond explain /sensors/a.csv",
      says: "See what makes a file",
    },
    {
      cmd: "pond explain --json '/sensors/*.csv'",
      says: "The same of several, for programs",
    },
  ],
  exits: [ExitCode.partly],
  errors: [...LOOKING, "INVALID_ARGUMENT", "IS_A_DIRECTORY", "LOOP"],
  read: (values) => ({
    name: "explain",
    paths: values.words,
    ...viewOf(values),
    format: formatOf(values),
  }),
  load: async () => (await import("../commands/explain.ts")).runExplain,
});

function readRun(values: Values): RunCommand {
  const [due, watch] = [values.flag("due"), values.flag("watch")];
  const [every, dryRun] = [values.text("every"), values.flag("dry-run")];
  const format = formatOf(values);
  const modes = [
    ...(due ? ["--due"] : []),
    ...(watch ? ["--watch"] : []),
    ...(every === undefined ? [] : ["--every"]),
  ];
  if (modes.length > 1) {
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot use ${modes.join(" with ")}`,
      { hint: "--due runs once, --watch by schedules, --every all of them" },
    );
  }
  const isLoop = watch || every !== undefined;
  if (isLoop && dryRun) {
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot use ${modes[0]} with --dry-run: it would say the same for ever`,
      { hint: "see what would be new: pond run -n" },
    );
  }
  if (isLoop && format !== undefined && !format.endsWith("json")) {
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot write ${format} with ${modes[0]}: it has no end`,
      { hint: "an object a line: --json" },
    );
  }
  return {
    name: "run",
    words: values.words,
    due,
    watch,
    every,
    dryRun,
    format,
  };
}

const WHY = define<WhyCommand>({
  name: "why",
  group: "Pipelines",
  paged: true,
  summary: "Show which answers of a service have made the rows of a series",
  description:
    `A row for each answer that has made rows of the series: the times of its readings,
how many they are, when the answer came, what was asked (without secrets), which
page of the answer it was, and the SHA-256 of its body. With --time, only those that
may have made the row of that time; when there is none, the exit code is 4.

They are kept beside the series, in /HydroVu/NAME/origin, in the same transaction.`,
  arguments: [{
    name: "PATH",
    summary: "A series that was collected, or PATH@REV",
    completes: "paths",
  }],
  options: [
    {
      name: "time",
      kind: "text",
      value: "TIME",
      summary: "The time of a row: 2026-01-05T10:15Z",
    },
    FORMAT,
  ],
  examples: [
    {
      cmd: "pond why /HydroVu/noyo/data/BDock-1",
      says: "Show where its rows come from",
    },
    {
      cmd: "pond why /HydroVu/noyo/data/BDock-1 --time 2026-01-05T10:15Z",
      says: "Show where a row comes from",
    },
  ],
  errors: [...OPENING, "NOT_FOUND"],
  exits: [ExitCode.notFound],
  read: readWhy,
  load: async () => (await import("../commands/why.ts")).runWhy,
});

function readWhy(values: Values): WhyCommand {
  const [path, ...others] = values.words;
  if (path === undefined || others.length > 0) {
    throw new PondError("INVALID_ARGUMENT", "pond why needs one path", {
      hint: "pond why /HydroVu/NAME/data/DEVICE",
    });
  }
  return {
    name: "why",
    path,
    time: values.text("time"),
    format: formatOf(values),
  };
}

/** Commands of pipelines. */
export const PIPELINES: Readonly<
  Record<"apply" | "explain" | "resource" | "run" | "why", TableEntry>
> = {
  apply: APPLY,
  explain: EXPLAIN,
  resource: RESOURCE,
  run: RUN,
  why: WHY,
};
