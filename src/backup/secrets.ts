/**
 * What opens an encrypted backup. It is asked for when it is needed, and never
 * kept anywhere.
 *
 * @module
 */

/** Where secrets come from. */
export interface BackupSecrets {
  /** The passphrase, if there is one. */
  passphrase?(): Promise<string | undefined>;
  /** age identities (`AGE-SECRET-KEY-1…`), if there are some. */
  identities?(): Promise<readonly string[]>;
}

/** Who may open a new backup. */
export type BackupEncryption =
  /** Whoever knows the passphrase. */
  | { readonly kind: "passphrase" }
  /** Whoever has the identity of one of these age recipients (`age1…`). */
  | { readonly kind: "recipients"; readonly recipients: readonly string[] };
