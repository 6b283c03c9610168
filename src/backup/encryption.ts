/**
 * Encrypted backups, by age (age-encryption.org/v1).
 *
 * ```text
 * backup.json   key: an armored age file, for a passphrase (scrypt) or for
 *               recipients; in it is an age identity, AGE-SECRET-KEY-1…
 * each object   an age file for the recipient of this identity
 * ```
 *
 * So whoever has the passphrase opens one file slowly, and all others fast; and
 * whoever has the program `age` needs nothing else to read a backup. The recipient
 * is nowhere in it: who can't open the key can't make objects that it opens either.
 *
 * @see {@link https://age-encryption.org/v1}
 * @module
 */
import {
  armor,
  Decrypter,
  Encrypter,
  generateX25519Identity,
  identityToRecipient,
} from "age-encryption";
import type { Bytes } from "../bytes.ts";
import { IntegrityError, PondError } from "../errors.ts";
import type { Cipher } from "./objects.ts";
import type { BackupPlace } from "./place.ts";
import type { BackupEncryption, BackupSecrets } from "./secrets.ts";

/** A passphrase that is shorter is guessed. */
const MIN_PASSPHRASE_LENGTH = 8;

const ASK = {
  hint:
    "set POND_BACKUP_PASSWORD, or name a file: --password-file FILE, --identity FILE",
};

/**
 * Makes the key of a new backup.
 *
 * @returns What `backup.json` says of it.
 * @throws {PondError} `INVALID_ARGUMENT` for no passphrase, one that is too short,
 *   or what is no recipient.
 */
export async function makeKey(
  encryption: BackupEncryption,
  secrets: BackupSecrets,
): Promise<string> {
  const encrypter = new Encrypter();
  switch (encryption.kind) {
    case "passphrase":
      encrypter.setPassphrase(await newPassphrase(secrets));
      break;
    case "recipients":
      for (const recipient of encryption.recipients) {
        addRecipient(encrypter, recipient);
      }
      break;
    default:
      encryption satisfies never;
  }
  const identity = await generateX25519Identity();
  return armor.encode(await encrypter.encrypt(`${identity}\n`));
}

async function newPassphrase(secrets: BackupSecrets): Promise<string> {
  const passphrase = await secrets.passphrase?.();
  if (passphrase === undefined) {
    throw new PondError(
      "INVALID_ARGUMENT",
      "Cannot encrypt a backup without a passphrase",
      ASK,
    );
  }
  if ([...passphrase].length >= MIN_PASSPHRASE_LENGTH) return passphrase;
  throw new PondError(
    "INVALID_ARGUMENT",
    `Cannot encrypt a backup with a passphrase of less than ${MIN_PASSPHRASE_LENGTH} characters`,
    { hint: "four random words are one that nobody guesses" },
  );
}

function addRecipient(encrypter: Encrypter, recipient: string): void {
  try {
    encrypter.addRecipient(recipient);
  } catch (cause) {
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot encrypt for ${JSON.stringify(recipient)}: it is no age recipient`,
      { cause, hint: "age-keygen makes an identity, and says its recipient" },
    );
  }
}

/**
 * Opens the key of a backup.
 *
 * @param key What `backup.json` says of it.
 * @throws {PondError} `PERMISSION_DENIED` when no secret opens it.
 */
export async function openKey(
  key: string,
  secrets: BackupSecrets,
  { location }: BackupPlace,
): Promise<Cipher> {
  const decrypter = new Decrypter();
  const identities = await secrets.identities?.() ?? [];
  const passphrase = await secrets.passphrase?.();
  if (identities.length === 0 && passphrase === undefined) {
    throw new PondError(
      "PERMISSION_DENIED",
      `Cannot open the backup ${location}: it is encrypted`,
      { path: location, ...ASK },
    );
  }
  for (const identity of identities) addIdentity(decrypter, identity);
  if (passphrase !== undefined) decrypter.addPassphrase(passphrase);
  let identity: string;
  try {
    identity = await decrypter.decrypt(armor.decode(key), "text");
  } catch (cause) {
    throw new PondError(
      "PERMISSION_DENIED",
      `Cannot open the backup ${location}: the secret is not the right one`,
      { path: location, cause, ...ASK },
    );
  }
  return await cipherOf(identity.trim());
}

function addIdentity(decrypter: Decrypter, identity: string): void {
  try {
    decrypter.addIdentity(identity);
  } catch (cause) {
    // What it is must not be told: it may be a secret of another kind.
    throw new PondError(
      "INVALID_ARGUMENT",
      "Cannot use what is in the file of identities: a line is none",
      { cause, hint: "a line begins with AGE-SECRET-KEY-1, or with #" },
    );
  }
}

async function cipherOf(identity: string): Promise<Cipher> {
  const recipient = await identityToRecipient(identity);
  return {
    seal: async (bytes) => {
      const encrypter = new Encrypter();
      encrypter.addRecipient(recipient);
      return new Uint8Array(await encrypter.encrypt(bytes));
    },
    open: async (bytes, source): Promise<Bytes> => {
      const decrypter = new Decrypter();
      decrypter.addIdentity(identity);
      try {
        return new Uint8Array(await decrypter.decrypt(bytes));
      } catch (cause) {
        throw new IntegrityError(source, "it was not encrypted with this key", {
          cause,
        });
      }
    },
  };
}
