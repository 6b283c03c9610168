/**
 * The kinds of resources, in the order in which they run.
 *
 * A new kind is an entry here with a schema in `kinds/`, and what carries it out
 * in `runners.ts` (kinds that are run) or `views.ts` (kinds that are looked at).
 *
 * @module
 */
import type { JsonSchema } from "./json_schema.ts";
import { type KindSchema, NAME_PATTERN } from "./kinds/common.ts";
import { BACKUP, COPY } from "./kinds/copies.ts";
import { HYDROVU, type HydroVuSpec } from "./kinds/hydrovu.ts";
import { INBOX, type InboxSpec } from "./kinds/inbox.ts";
import {
  SCRIBBLE,
  type ScribbleSpec,
  SYNTHETIC,
  type SyntheticSpec,
} from "./kinds/made_up.ts";
import {
  COMBINE,
  type CombineSpec,
  DERIVE,
  type DeriveSpec,
  REDUCE,
  type ReduceSpec,
  TEMPLATE,
  type TemplateSpec,
} from "./kinds/views.ts";
import { SCHEDULE } from "./schedule.ts";

/** What a resource of each kind has in its `spec`. */
export interface Specs {
  readonly Backup: Readonly<Record<string, unknown>>;
  readonly Copy: Readonly<Record<string, unknown>>;
  readonly Scribble: ScribbleSpec;
  readonly Synthetic: SyntheticSpec;
  readonly HydroVu: HydroVuSpec;
  readonly Inbox: InboxSpec;
  readonly Derive: DeriveSpec;
  readonly Combine: CombineSpec;
  readonly Template: TemplateSpec;
  readonly Reduce: ReduceSpec;
}

/** The name of a kind. */
export type Kind = keyof Specs;

/** The kinds. */
export const KINDS: Readonly<Record<Kind, KindSchema>> = {
  Backup: BACKUP,
  Copy: COPY,
  Scribble: SCRIBBLE,
  Synthetic: SYNTHETIC,
  HydroVu: HYDROVU,
  Inbox: INBOX,
  Derive: DERIVE,
  Combine: COMBINE,
  Template: TEMPLATE,
  Reduce: REDUCE,
};

/** Their names, in the order in which they run. */
export const KIND_NAMES: readonly Kind[] = Object.keys(KINDS).filter(isKind);

/** Whether a name is one of a kind. */
export function isKind(name: string): name is Kind {
  return Object.hasOwn(KINDS, name);
}

/** Longest text of `desc`, in characters. */
const MAX_DESC = 10_000;

/** The schema of a resource of a kind. */
export function resourceSchema(kind: Kind): JsonSchema {
  const { spec, summary } = KINDS[kind];
  return {
    title: kind,
    description: `${kind} ${summary}.`,
    type: "object",
    properties: {
      apiVersion: {
        type: "string",
        description: "Any text, such as github.com/jmacd/duckpond/v1",
      },
      kind: { const: kind, type: "string", enum: [kind] },
      name: {
        type: "string",
        pattern: NAME_PATTERN,
        patternErrorMessage:
          "must be of letters, digits, _, ., - and spaces, and begin with a letter, a digit or _ (at most 128)",
        description: "Unique among the resources of its kind",
      },
      desc: {
        type: "string",
        pattern: `^[^]{0,${MAX_DESC}}$`,
        patternErrorMessage: `must have at most ${MAX_DESC} characters`,
        description: "For people",
      },
      metadata: {
        type: "object",
        additionalProperties: { type: "string" },
        description: "What else is to be said of it",
      },
      ...(KINDS[kind].isRun ? { schedule: SCHEDULE } : {}),
      spec,
    },
    required: ["kind", "name", "spec"],
    additionalProperties: false,
  };
}
