/**
 * What the arguments of `pond backup` become.
 *
 * @module
 */
import type { Layout } from "../tinylogfs/mod.ts";
import type { Format } from "./format.ts";

/** What `pond backup` can do. */
export const BACKUP_VERBS = [
  "add",
  "run",
  "list",
  "verify",
  "restore",
  "drill",
  "prune",
  "rm",
] as const;

/** One of these. */
export type BackupVerb = typeof BACKUP_VERBS[number];

/** Where the secrets of an encrypted backup are, if not in the environment. */
export interface SecretOptions {
  /** A file with the passphrase. */
  readonly passwordFile: string | undefined;
  /** A file with age identities. */
  readonly identity: string | undefined;
}

/** `pond backup` */
export type BackupCommand = SecretOptions & {
  readonly name: "backup";
  readonly format: Format | undefined;
} & BackupAction;

/** The rules of `pond backup prune`, as they were given. */
export interface KeepOptions {
  readonly last: number | undefined;
  readonly within: string | undefined;
  readonly hourly: number | undefined;
  readonly daily: number | undefined;
  readonly weekly: number | undefined;
  readonly monthly: number | undefined;
  readonly yearly: number | undefined;
}

/** What is to be done. */
export type BackupAction =
  | {
    readonly verb: "add";
    readonly backup: string;
    readonly url: string;
    readonly encrypt: boolean;
    readonly recipients: readonly string[];
    readonly dryRun: boolean;
  }
  | {
    readonly verb: "run";
    /** All when there are none. */
    readonly backups: readonly string[];
    readonly full: boolean;
  }
  | {
    readonly verb: "list";
    /** The backups themselves when it is left out. */
    readonly backup: string | undefined;
  }
  | {
    readonly verb: "verify";
    readonly backup: string;
  }
  | {
    readonly verb: "restore";
    readonly backup: string;
    readonly directory: string;
    readonly snapshot: string | undefined;
    readonly layout: Layout | undefined;
  }
  | {
    readonly verb: "drill";
    readonly backup: string;
    readonly snapshot: string | undefined;
    readonly directory: string | undefined;
  }
  | {
    readonly verb: "prune";
    readonly backup: string;
    readonly keep: KeepOptions;
    readonly yes: boolean;
  }
  | { readonly verb: "rm"; readonly backup: string; readonly dryRun: boolean };
