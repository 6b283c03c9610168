/**
 * The command that backs a pond up.
 *
 * @module
 */
import { usage } from "../arguments.ts";
import {
  BACKUP_VERBS,
  type BackupAction,
  type BackupCommand,
  type BackupVerb,
  type KeepOptions,
} from "../backup_command.ts";
import {
  define,
  type OptionSpec,
  type TableEntry,
  type Values,
} from "../command.ts";
import { ExitCode } from "../exit_codes.ts";
import { DRY_RUN, FORMAT, formatOf, OPENING } from "../options.ts";
import { didYouMean, nearest } from "../../suggest.ts";

/** How each verb is called, and how many words it takes. */
const USAGE: Readonly<
  Record<
    BackupVerb,
    { readonly call: string; readonly least: number; readonly most: number }
  >
> = {
  add: { call: "add NAME PLACE", least: 2, most: 2 },
  run: { call: "run [NAME…]", least: 0, most: Infinity },
  list: { call: "list [NAME|PLACE]", least: 0, most: 1 },
  verify: { call: "verify NAME|PLACE", least: 1, most: 1 },
  restore: { call: "restore NAME|PLACE DIRECTORY", least: 2, most: 2 },
  drill: { call: "drill NAME", least: 1, most: 1 },
  prune: { call: "prune NAME|PLACE --keep-… N", least: 1, most: 1 },
  rm: { call: "rm NAME", least: 1, most: 1 },
};

const KEEP = [
  ["last", "The newest N"],
  ["hourly", "The last one of an hour, for N hours that have one"],
  ["daily", "… of a day"],
  ["weekly", "… of a week (ISO 8601)"],
  ["monthly", "… of a month"],
  ["yearly", "… of a year"],
] as const;

/** Which options belong to which verb; the others are for all. */
const BELONGS: Readonly<Record<string, readonly BackupVerb[]>> = {
  encrypt: ["add"],
  recipient: ["add"],
  full: ["run"],
  snapshot: ["restore", "drill"],
  layout: ["restore"],
  directory: ["drill"],
  yes: ["prune"],
  "keep-within": ["prune"],
  ...Object.fromEntries(KEEP.map(([rule]) => [`keep-${rule}`, ["prune"]])),
  "dry-run": ["add", "rm", "prune"],
};

const OPTIONS: readonly OptionSpec[] = [
  {
    name: "encrypt",
    kind: "flag",
    summary: "add: encrypt it with a passphrase",
  },
  {
    name: "recipient",
    kind: "text",
    many: true,
    value: "AGE1…",
    summary: "add: encrypt it for this age recipient (repeatable)",
  },
  {
    name: "password-file",
    kind: "text",
    value: "FILE",
    summary: "The passphrase is the first line of this file",
  },
  {
    name: "identity",
    kind: "text",
    value: "FILE",
    summary: "Open it with the age identities in this file",
  },
  {
    name: "full",
    kind: "flag",
    summary: "run: take everything in once more, and so mend what is damaged",
  },
  {
    name: "snapshot",
    kind: "text",
    value: "ID",
    summary:
      "restore, drill: an id's beginning, or v12: the first with it; else the newest",
  },
  {
    name: "layout",
    kind: "text",
    value: "LAYOUT",
    choices: ["clustered", "hive"],
    summary: "restore: how data files are laid out; else as they were",
  },
  {
    name: "directory",
    kind: "text",
    value: "DIR",
    summary: "drill: restore there; else to the pond's cache",
  },
  ...KEEP.map(([rule, summary]): OptionSpec => ({
    name: `keep-${rule}`,
    kind: "number",
    value: "N",
    summary: `prune: ${summary}`,
  })),
  {
    name: "keep-within",
    kind: "text",
    value: "TIME",
    summary: "prune: all that are younger, such as 30d",
  },
  {
    name: "yes",
    short: "y",
    kind: "flag",
    summary: "prune: delete what no rule keeps",
  },
  DRY_RUN,
  FORMAT,
];

/** `pond backup` */
export const BACKUP: TableEntry = define<BackupCommand>({
  name: "backup",
  group: "Care",
  paged: true,
  summary: "Back the pond up, and restore it",
  description:
    `  add NAME PLACE      make a backup in a directory, or take one up there
  run [NAME…]         take what is new into it; into all, without a name
  list [NAME]         the backups of this pond, or the snapshots in one
  verify NAME         read every byte of it, without the pond
  restore NAME DIR    make a pond out of it, where nothing is
  drill NAME          restore it aside, compare that with the pond, and note it
  prune NAME          delete snapshots that no rule keeps; needs --yes
  rm NAME             forget it; what is in it stays

A backup has all branches with their whole history, and none of what is staged. A
run writes what is new since the last one; where nothing is, it writes nothing.
Whatever stops a run, the snapshots before it stay whole, and the next run goes on.

list, verify, restore and prune take a PLACE as well (a path with a / in it, or a
file: URL): no pond is needed to restore one.

An encrypted backup is opened by POND_BACKUP_PASSWORD, by the file that
--password-file or POND_BACKUP_PASSWORD_FILE names, or by age identities in that of
--identity or POND_BACKUP_IDENTITY. A pond never keeps a secret.

A restore checks every byte, and leaves a whole pond or nothing. The restored pond
has the identity, versions and times of the one that was backed up, so its next run
goes on in the same backup. Of two, use one.`,
  arguments: [
    {
      name: "VERB",
      summary: BACKUP_VERBS.join(", "),
      required: true,
      completes: BACKUP_VERBS,
    },
    { name: "NAME", summary: "The backup, or its place", many: true },
  ],
  options: OPTIONS,
  examples: [
    {
      cmd: "pond backup add usb ../usb",
      says: "Make a backup in a directory",
    },
    { cmd: "pond backup run", says: "Take what is new into all backups" },
    { cmd: "pond backup list", says: "Show how the backups stand" },
    {
      cmd: "pond backup list disk --json",
      says: "Tell a program the snapshots",
    },
    { cmd: "pond backup verify disk", says: "Read all of it" },
    { cmd: "pond backup drill disk", says: "Prove that it can be restored" },
    {
      cmd: "pond backup restore ../disk ../pond-again --layout hive",
      says: "Make a pond out of it, in the other layout",
    },
    {
      cmd:
        "pond backup prune disk --keep-last 3 --keep-daily 7 --keep-weekly 4",
      says: "Say which snapshots would go, and why the others stay",
    },
    {
      cmd: "pond backup prune disk --keep-monthly 12 --yes",
      says: "Keep one for each of twelve months",
    },
  ],
  errors: [
    ...OPENING,
    "ALREADY_EXISTS",
    "INVALID_NAME",
    "LOCKED",
    "NOT_FOUND",
    "NO_SPACE",
    "PERMISSION_DENIED",
    "READ_ONLY",
    "UNSUPPORTED",
  ],
  exits: [ExitCode.partly, ExitCode.integrity],
  read(values) {
    const [word = "", ...words] = values.words;
    const verb = BACKUP_VERBS.find((verb) => verb === word);
    if (verb === undefined) {
      throw usage(
        `pond backup takes ${BACKUP_VERBS.join(", ")}, not "${word}"`,
        didYouMean(nearest(word, BACKUP_VERBS)) ?? "pond help backup",
      );
    }
    const { call, least, most } = USAGE[verb];
    if (words.length < least || words.length > most) {
      throw usage(`It is called as pond backup ${call}`, "pond help backup");
    }
    requireOwnOptions(verb, values);
    return {
      name: "backup",
      passwordFile: values.text("password-file"),
      identity: values.text("identity"),
      format: formatOf(values),
      ...actionOf(verb, words, values),
    };
  },
  load: async () => (await import("../commands/backup.ts")).runBackupCommand,
});

function requireOwnOptions(verb: BackupVerb, values: Values): void {
  for (const [option, verbs] of Object.entries(BELONGS)) {
    const isGiven = values.flag(option) || values.text(option) !== undefined ||
      values.texts(option).length > 0;
    if (!isGiven || verbs.includes(verb)) continue;
    throw usage(
      `--${option} belongs to pond backup ${verbs.join(", ")}`,
      "pond help backup",
    );
  }
}

function actionOf(
  verb: BackupVerb,
  words: readonly string[],
  values: Values,
): BackupAction {
  const [backup = "", second = ""] = words;
  const dryRun = values.flag("dry-run");
  switch (verb) {
    case "add": {
      const recipients = values.texts("recipient");
      const encrypt = values.flag("encrypt");
      if (encrypt && recipients.length > 0) {
        throw usage(
          "Cannot combine --encrypt with --recipient",
          "leave out one",
        );
      }
      return { verb, backup, url: second, encrypt, recipients, dryRun };
    }
    case "run":
      return { verb, backups: words, full: values.flag("full") };
    case "list":
      return { verb, backup: words[0] };
    case "verify":
      return { verb, backup };
    case "restore": {
      const layout = values.text("layout");
      return {
        verb,
        backup,
        directory: second,
        snapshot: values.text("snapshot"),
        layout: layout === "hive" || layout === "clustered"
          ? layout
          : undefined,
      };
    }
    case "drill":
      return {
        verb,
        backup,
        snapshot: values.text("snapshot"),
        directory: values.text("directory"),
      };
    case "prune":
      return { verb, backup, keep: keepOf(values), yes: sureOf(values) };
    case "rm":
      return { verb, backup, dryRun };
    default:
      return verb satisfies never;
  }
}

function sureOf(values: Values): boolean {
  const yes = values.flag("yes");
  if (yes && values.flag("dry-run")) {
    throw usage("Cannot combine --dry-run with --yes", "leave out one of them");
  }
  return yes;
}

function keepOf(values: Values): KeepOptions {
  const keep: KeepOptions = {
    within: values.text("keep-within"),
    last: values.number("keep-last"),
    hourly: values.number("keep-hourly"),
    daily: values.number("keep-daily"),
    weekly: values.number("keep-weekly"),
    monthly: values.number("keep-monthly"),
    yearly: values.number("keep-yearly"),
  };
  if (Object.values(keep).some((rule) => rule !== undefined)) return keep;
  throw usage(
    "pond backup prune needs a rule that says what to keep",
    "--keep-last 3 --keep-daily 7 --keep-weekly 4 --keep-monthly 12",
  );
}
