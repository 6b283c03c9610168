/**
 * The command that takes over ponds of the proof of concept.
 *
 * @module
 */
import { define, type MigrateCommand, type TableEntry } from "../command.ts";
import { ExitCode } from "../exit_codes.ts";
import { COMMITTING, DRY_RUN } from "../options.ts";

/** `pond migrate` */
export const MIGRATE: TableEntry = define<MigrateCommand>({
  name: "migrate",
  group: "Pipelines",
  summary: "Take over a pond of the proof of concept, with all versions",
  description:
    `SOURCE is a pond directory of the proof of concept, or a directory with a backup
of one, as the bucket has it (also as file:///...). The pond has to be there: make
a new one with pond init.

Every version of every entry is checked by its length and SHA-256, and becomes a
version in the pond. What is damaged is told with path and version, and everything
else is taken over (exit code 3); with --strict, damage ends it before anything is
changed. Directories of resources get their names, so that collecting goes on there.

Resources become YAML, as pond apply keeps them. Their secrets stay behind: the
report says which variables of the environment have to hold them.

It may be stopped, and run again: then it goes on. When everything is there, it
commits nothing. At the end, the digests of both sides are compared.`,
  arguments: [{
    name: "SOURCE",
    summary: "A directory of the host",
    required: true,
    completes: "files",
  }],
  options: [
    {
      name: "strict",
      kind: "flag",
      summary: "Change nothing when anything is damaged",
    },
    DRY_RUN,
  ],
  examples: [
    {
      cmd: "pond migrate -n ../old",
      says: "Check an old pond, and see what would come of it",
    },
    { cmd: "pond migrate ../old", says: "Take it over" },
  ],
  errors: [...COMMITTING, "CONFLICT", "NOT_A_DIRECTORY", "NOT_FOUND"],
  exits: [ExitCode.partly],
  read: ({ flag, words: [source = ""] }) => ({
    name: "migrate",
    source,
    dryRun: flag("dry-run"),
    strict: flag("strict"),
  }),
  load: async () => (await import("../commands/migrate.ts")).runMigrate,
});
