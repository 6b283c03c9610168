/**
 * What commands write with `--json`: their members, as `pond schema` tells them.
 *
 * A member is added, none is ever renamed or removed, and none gets another
 * kind: programs rely on them. `tests/cli/golden_test.ts` holds the commands to
 * this.
 *
 * @module
 */
import type { CommandName } from "./command.ts";

/** Kinds of values, as they stand after the colon of a member. */
const KINDS = {
  array: { type: "array" },
  boolean: { type: "boolean" },
  integer: { type: "integer" },
  number: { type: "number" },
  object: { type: "object" },
  string: { type: "string" },
  /** RFC 3339, UTC. */
  time: { type: "string", format: "date-time" },
} as const;

/** One of them. */
export type Kind = keyof typeof KINDS;

/** A member of an object. */
export interface Member {
  /** Its name. */
  readonly name: string;
  /** What it is. */
  readonly kind: Kind;
  /** Whether it may be null. */
  readonly isNullable: boolean;
}

/** What a command may write. */
export interface Shape {
  /** When it writes this. */
  readonly when: string;
  /** Whether it is an array of such objects, or one. */
  readonly isArray: boolean;
  /** What is in an object; anything when left out. */
  readonly members?: readonly Member[];
  /** Whether there is more, which depends on where pond runs. */
  readonly isOpen?: boolean;
}

function array(when: string, members: string): Shape {
  return { when, isArray: true, members: membersOf(members) };
}

function object(when: string, members: string): Shape {
  return { when, isArray: false, members: membersOf(members) };
}

/** Reads `name:kind name:kind?`. */
function membersOf(text: string): Member[] {
  return text.split(/\s+/).map((word) => {
    const [name = "", kind = ""] = word.split(":");
    return {
      name,
      kind: kindOf(kind.replace("?", "")),
      isNullable: kind.endsWith("?"),
    };
  });
}

function kindOf(text: string): Kind {
  const kind = Object.keys(KINDS).find((kind): kind is Kind => kind === text);
  if (kind === undefined) throw new TypeError(`no kind: ${text}`);
  return kind;
}

const COMMIT =
  "version:integer operations:integer transaction_id:string? bytes_written:integer record_batch_size:integer duration_ms:number";
const OPERATIONS =
  "operation:string type:string path:string from:string? size:integer";
const CHANGE =
  "change:string path:string from:string? type:string? size_before:integer? size_after:integer? changed:string node_id:string?";
const COUNTED_CHANGE = CHANGE.replace(
  " size_before",
  " insertions:integer? deletions:integer? size_before",
);
const VERSION_ROW =
  "version:integer? time:time operation:string type:string path:string size:integer? node_version:integer node_id:string";
const TRANSACTION =
  "version:integer time:time author:string operations:integer message:string transaction_id:string undoes:string? redoes:string? merged:string? metadata:object tags:array";

const TREE_COUNTS =
  "new:integer changed:integer unchanged:integer deleted:integer skipped:integer failed:integer bytes:integer";

const DRY_RUN = array("with --dry-run", OPERATIONS);

const CHANGED: readonly Shape[] = [
  object("of a commit", COMMIT),
  object("with --no-sync", "staged:integer"),
  DRY_RUN,
];

const COMMITTED: readonly Shape[] = [array("of a commit", COMMIT), DRY_RUN];

const ANY_ROWS: readonly Shape[] = [{
  when: "for each statement, with its own columns",
  isArray: true,
}];

const GOES_BACK = array("with --dry-run", CHANGE);

const UNDONE: readonly Shape[] = [
  array(
    "of a commit",
    `${COMMIT} undone_version:integer undone_transaction_id:string nodes_changed:integer`,
  ),
  GOES_BACK,
];

const BRANCH =
  "name:string current:boolean from_branch:string? from_version:integer? created:time? expires:time?";

const SIDES = ["base", "ours", "theirs"].map((side) =>
  `${side}_path:string? ${side}_size:integer? ${side}_sha256:string?`
).join(" ");

/** What each command writes with `--json`; those without write no JSON. */
export const SCHEMAS: Readonly<Partial<Record<CommandName, readonly Shape[]>>> =
  {
    apply: [
      array("always", "status:string kind:string name:string path:string"),
    ],
    attr: [array("of ls and get", "name:string value:string?"), ...CHANGED],
    backup: [
      object("of add", "name:string url:string done:boolean"),
      object("of rm", "forgotten:string done:boolean"),
      array(
        "of run",
        "backup:string status:string snapshot:string? version:integer? rows:integer blobs:integer bytes_written:integer error:string?",
      ),
      array(
        "of list",
        "name:string place:string last_run:time? snapshot:string? behind:integer? last_drill:time?",
      ),
      array(
        "of list NAME",
        "snapshot:string created:time version:integer branches:string rows:integer blobs:integer blob_bytes:integer author:string",
      ),
      array(
        "of verify",
        "severity:string path:string problem:string snapshots:string",
      ),
      array(
        "of restore",
        "path:string snapshot:string pond_id:string version:integer branches:integer rows:integer blobs:integer blob_bytes:integer",
      ),
      array(
        "of drill",
        "branch:string version:integer verdict:string content_root:string? history_root:string?",
      ),
      array(
        "of prune",
        "snapshot:string created:time version:integer kept:boolean reasons:string",
      ),
    ],
    batch: CHANGED,
    blame: [array(
      "always",
      "version:integer? author:string? time:time? line:integer text:string path:string transaction_id:string?",
    )],
    branch: [
      array("of a list, and of a new one", BRANCH),
      object("with --delete", "deleted:string done:boolean"),
    ],
    bundle: [object(
      "of a file, and with --dry-run",
      "pond_id:string branch:string branches:array blobs:integer bytes:integer archive_bytes:integer? staged:integer done:boolean",
    )],
    check: [
      object(
        "of a check",
        "sound:boolean version:integer depth:string content_root:string? history_root:string? branches:array counts:object findings:array",
      ),
      array("with --root", "path:string content_root:string"),
    ],
    commit: COMMITTED,
    config: [
      array("of list", "key:string value:string?"),
      array(
        "of list --origin, and of get",
        "key:string value:string? origin:string",
      ),
      object(
        "of set and unset in the user's file",
        "key:string value:string? path:string done:boolean",
      ),
      ...CHANGED,
    ],
    cp: CHANGED,
    debug: [
      {
        when: "of rows, with the columns of the table",
        isArray: true,
      },
      array(
        "of the others",
        "kind:string path:string version:integer? place:string? severity:string? problem:string? facts:object",
      ),
    ],
    describe: [
      array(
        "always",
        "column:string type:string min:string? max:string? nulls:integer distinct:integer rows:integer",
      ),
      array("with --gaps", "from:string? to:string? step:number times:number"),
    ],
    diff: [
      array("always", CHANGE),
      array("with --stat", COUNTED_CHANGE),
      { when: "with --rows, with the columns of the table", isArray: true },
    ],
    doctor: [
      array("always", "status:string check:string says:string remedy:string?"),
    ],
    du: [
      array("always", "what:string name:string count:integer bytes:integer"),
    ],
    edit: CHANGED,
    explain: [array(
      "always",
      "depth:integer path:string state:string made_by:string? collection:string? resource:string? version:integer? rows:integer? bytes:integer? earliest:time? latest:time? changed:time? computed:time?",
    )],
    export: [object(
      "always",
      "path:string version:integer new:integer changed:integer unchanged:integer deleted:integer failed:integer files:integer rows:integer bytes:integer files_removed:integer sources:array done:boolean",
    )],
    find: [array(
      "always",
      "path:string type:string size:integer? modified:time version:integer? node_id:string",
    )],
    grep: [
      array("always", "path:string line:integer? text:string?"),
      array("with --files-with-matches", "path:string"),
      array("with --count", "path:string count:integer"),
      array(
        "with --history",
        "path:string version:integer? line:integer? text:string?",
      ),
    ],
    get: [object("always", TREE_COUNTS)],
    help: [
      array(
        "of commands",
        "command:string group:string summary:string synopsis:string description:string arguments:array options:array examples:array errors:array exits:array",
      ),
      array("of a topic", "topic:string title:string text:string"),
    ],
    init: [
      object(
        "of a new pond",
        "path:string pond_id:string version:integer layout:string",
      ),
      object("with --dry-run", "path:string done:boolean"),
    ],
    ln: CHANGED,
    log: [
      array("of transactions", TRANSACTION),
      array(
        "with --stat",
        `${TRANSACTION} added:integer? modified:integer? moved:integer? deleted:integer?`,
      ),
      array(
        "of a path",
        `${VERSION_ROW} author:string? message:string? transaction_id:string?`,
      ),
    ],
    ls: [array(
      "always",
      "path:string name:string type:string size:integer? modified:time mode:string version:integer? target:string? pending:boolean",
    )],
    maintain: [array(
      "always",
      "task:string files:string done:boolean files_removed:integer bytes_removed:integer files_added:integer bytes_added:integer",
    )],
    merge: [array(
      "always",
      `result:string change:string? path:string from:string? type:string? problem:string? ${SIDES} version:integer?`,
    )],
    migrate: [object(
      "always",
      "directories:integer symlinks:integer files:integer versions:integer bytes:integer written:integer commits:integer version:integer? damage:array taken:array notes:array unlisted:array left_out:array resources:array secrets:array digests:array agrees:boolean? done:boolean",
    )],
    mirror: [array(
      "always; of watch an object a line",
      "action:string to:string? type:string path:string size:integer done:boolean problem:string?",
    )],
    mkdir: CHANGED,
    mv: CHANGED,
    prune: [array(
      "always",
      "done:boolean whole_since:integer kept:string transactions:integer rows:integer files_removed:integer bytes_removed:integer files_added:integer bytes_added:integer blobs:integer blob_bytes:integer",
    )],
    put: [
      object("of a commit", `${COMMIT} ${TREE_COUNTS}`),
      object("with --no-sync", "staged:integer"),
      DRY_RUN,
    ],
    query: ANY_ROWS,
    redo: UNDONE,
    resource: [
      array(
        "of list",
        "kind:string name:string schedule:string? last_run:time? outcome:string? next_run:time? desc:string? path:string",
      ),
      array("of delete", "kind:string name:string desc:string? path:string"),
      {
        ...object("of show", "kind:string name:string spec:object"),
        isOpen: true,
      },
    ],
    restore: [
      array(
        "of a commit",
        `${COMMIT} target_version:integer target_timestamp:time nodes_restored:integer`,
      ),
      GOES_BACK,
    ],
    revert: [object("of a revert", "reverted:integer staged:integer"), DRY_RUN],
    rm: CHANGED,
    run: [
      array(
        "always",
        "status:string resource:string path:string rows:integer? bytes:integer? latest:time? set_aside:string? gaps:integer? error:string?",
      ),
      object(
        "with --watch and --every, a line for each run",
        "time:time resource:string version:integer? created:integer updated:integer unchanged:integer skipped:integer failed:integer rows:integer bytes:integer set_aside:string? gaps:integer? errors:array",
      ),
    ],
    show: [
      array("always", VERSION_ROW),
      array("with --diff", COUNTED_CHANGE),
    ],
    sql: ANY_ROWS,
    stat: [array(
      "always",
      "path:string type:string size:integer mode:string created:time modified:time version:integer? node_id:string parent_id:string? sha256:string? target:string? attributes:string",
    )],
    status: [
      array(
        "always",
        "path:string pond_id:string layout:string branch:string version:integer whole_since:integer last_commit:time pending_operations:integer pending_bytes:integer total_nodes:integer memory_usage:integer transaction_id:string conflict:string? backups:array",
      ),
      array(
        "with --pending, and with --short",
        `${OPERATIONS} conflict:boolean`,
      ),
      array(
        "with --stale",
        "path:string latest:time age:integer rows:integer?",
      ),
    ],
    switch: [
      object("always", "branch:string created:boolean done:boolean"),
    ],
    sync: COMMITTED,
    tables: [
      array("of the tables", "table:string row:string call:string"),
      array("of one table", "column:string type:string comment:string"),
    ],
    tag: [
      array(
        "of a list, and of a new one",
        "name:string version:integer time:time? message:string? created:time",
      ),
      object("with --delete", "deleted:string done:boolean"),
    ],
    touch: CHANGED,
    tree: [array(
      "always",
      "path:string depth:integer type:string size:integer? target:string? pending:boolean",
    )],
    unbundle: [object(
      "always",
      "path:string pond_id:string branch:string branches:array files:integer bytes:integer done:boolean",
    )],
    undo: UNDONE,
    version: [{
      ...object(
        "always",
        "version:string format:integer delta_reader_version:integer delta_writer_version:integer duckdb:string? os:string arch:string",
      ),
      isOpen: true,
    }],
    why: [array(
      "always",
      "from:time to:time readings:integer requested:time request:string page:integer sha256:string",
    )],
  };

/** What an error is with `--json`, on standard error. */
export const ERROR_SCHEMA: JsonSchema = {
  type: "object",
  properties: {
    error: {
      type: "object",
      properties: {
        code: { type: "string" },
        message: { type: "string" },
        hint: { type: ["string", "null"] },
        path: { type: ["string", "null"] },
      },
      required: ["code", "message", "hint", "path"],
    },
  },
  required: ["error"],
};

/** A JSON Schema. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/**
 * The JSON Schema of what a command writes to standard output.
 *
 * @param title What it is of, such as `pond ls --json`.
 */
export function jsonSchema(
  title: string,
  shapes: readonly Shape[],
): JsonSchema {
  const schemas = shapes.map(schemaOf);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title,
    ...(schemas.length === 1 ? schemas[0] : { anyOf: schemas }),
  };
}

function schemaOf({ isArray, members, when }: Shape): JsonSchema {
  const one: JsonSchema = members === undefined ? { type: "object" } : {
    type: "object",
    properties: Object.fromEntries(
      members.map((member) => [member.name, valueSchema(member)]),
    ),
    required: members.map(({ name }) => name),
  };
  return isArray
    ? { description: when, type: "array", items: one }
    : { description: when, ...one };
}

function valueSchema({ isNullable, kind }: Member): JsonSchema {
  const schema = KINDS[kind];
  return isNullable ? { ...schema, type: [schema.type, "null"] } : schema;
}
