/**
 * The command that tells programs what the others write.
 *
 * @module
 */
import { define, type SchemaCommand, type TableEntry } from "../command.ts";

/** `pond schema` */
export const SCHEMA: TableEntry = define<SchemaCommand>({
  name: "schema",
  group: "Care",
  summary: "Tell programs what a command writes with --json",
  description:
    `Writes the JSON Schema of what COMMAND writes to standard output with --json; of
"error", what every command writes to standard error when it fails; of
"resource.yaml", what pond apply takes, for editors. A release adds
members; it renames none, and none gets another type.`,
  arguments: [{
    name: "COMMAND",
    summary: "The command, error or resource.yaml",
    required: true,
    completes: "help",
  }],
  options: [],
  examples: [
    { cmd: "pond schema ls", says: "Show the schema of pond ls --json" },
    { cmd: "pond schema error", says: "Show the schema of errors" },
    { cmd: "pond schema resource.yaml", says: "Show the schema of resources" },
  ],
  read: ({ words: [topic = ""] }) => ({ name: "schema", topic }),
  load: async () => (await import("../commands/schema.ts")).runSchema,
});
