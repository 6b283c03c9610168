/** Encrypted backups: who may open them, and what others see. */
import { assert, assertEquals } from "@std/assert";
import {
  armor,
  Decrypter,
  generateX25519Identity,
  identityToRecipient,
} from "age-encryption";
import {
  Backup,
  type BackupSecrets,
  placeOf,
  PondBackups,
  restoreSnapshot,
  verifyBackup,
} from "../../src/backup/mod.ts";
import { decodeUtf8 } from "../../src/bytes.ts";
import { hasCode } from "../../src/errors.ts";
import type { MemoryHost } from "../../src/host/memory.ts";
import { TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { pathsLike, POND, pondWithBranches } from "../support/checked_pond.ts";
import { BACKUP, newest, RESTORED, rootsOf } from "./support.ts";

const RUN = { author: "me", writer: "test" };

function withPassphrase(passphrase: string): BackupSecrets {
  return { passphrase: () => Promise.resolve(passphrase) };
}

async function codeOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (hasCode(error, "PERMISSION_DENIED", "INVALID_ARGUMENT", "INTEGRITY")) {
      return error.code;
    }
    throw error;
  }
  return "none";
}

async function roundTrip(host: MemoryHost, secrets: BackupSecrets) {
  const backups = new PondBackups(host, POND);
  await backups.run("b", secrets, RUN);
  await using fs = await TinyLogFS.open(host, POND, { branch: "main" });
  await fs.writeFile("/secret", "nobody reads this ".repeat(5000));
  await fs.commit();
  await backups.run("b", secrets, RUN);
  assertEquals((await backups.run("b", secrets, RUN)).status, "unchanged");
  const backup = await Backup.open(host, placeOf(host, BACKUP), secrets);
  await restoreSnapshot(backup, await newest(backup), RESTORED, {
    author: "me",
  });
  assertEquals(await rootsOf(host, RESTORED), await rootsOf(host, POND));
  assert((await verifyBackup(backup)).isSound);
}

Deno.test("a backup with a passphrase is opened by it, and by nothing else", async () => {
  const host = await pondWithBranches("clustered");
  const backups = new PondBackups(host, POND);
  const secrets = withPassphrase("correct horse battery");
  await backups.add("b", BACKUP, {
    encryption: { kind: "passphrase" },
    secrets,
  });
  await roundTrip(host, secrets);
  const open = (secrets: BackupSecrets) => () =>
    Backup.open(host, placeOf(host, BACKUP), secrets);
  assertEquals(await codeOf(open({})), "PERMISSION_DENIED");
  const wrong = withPassphrase("correct horse batterz");
  assertEquals(await codeOf(open(wrong)), "PERMISSION_DENIED");
  const objects = pathsLike(host, /^\/backup\/(packs|indexes|snapshots)\//);
  for (const path of objects) {
    const bytes = host.files.snapshot().get(path) ?? new Uint8Array();
    assertEquals(decodeUtf8(bytes.slice(0, 21)), "age-encryption.org/v1");
  }
});

Deno.test("a backup for recipients is opened by each one's identity, with age alone as well", async () => {
  const host = await pondWithBranches("hive");
  const [one, two, other] = [
    await generateX25519Identity(),
    await generateX25519Identity(),
    await generateX25519Identity(),
  ];
  const secretsOf = (identity: string): BackupSecrets => ({
    identities: () => Promise.resolve([identity]),
  });
  const backups = new PondBackups(host, POND);
  const recipients = [
    await identityToRecipient(one),
    await identityToRecipient(two),
  ];
  await backups.add("b", BACKUP, {
    encryption: { kind: "recipients", recipients },
  });
  await roundTrip(host, secretsOf(one));
  const backup = await Backup.open(host, placeOf(host, BACKUP), secretsOf(two));
  const snapshot = await newest(backup);
  assertEquals(snapshot.lines.length, 3);
  const open = () => Backup.open(host, placeOf(host, BACKUP), secretsOf(other));
  assertEquals(await codeOf(open), "PERMISSION_DENIED");
  // What docs/backup.md says that the program age does.
  const key = new Decrypter();
  key.addIdentity(two);
  const identity = await key.decrypt(
    armor.decode(backup.file.key ?? ""),
    "text",
  );
  const object = new Decrypter();
  object.addIdentity(identity.trim());
  const path = `${BACKUP}/${snapshot.path}`;
  const bytes = host.files.snapshot().get(path) ?? new Uint8Array();
  const text = await object.decrypt(new Uint8Array(bytes), "text");
  assertEquals(JSON.parse(text).pond, snapshot.pondId);
});

Deno.test("a backup is not encrypted with what nobody should trust", async () => {
  const host = await pondWithBranches("clustered");
  const backups = new PondBackups(host, POND);
  const add = (secrets: BackupSecrets) => () =>
    backups.add("b", BACKUP, { encryption: { kind: "passphrase" }, secrets });
  assertEquals(await codeOf(add({})), "INVALID_ARGUMENT");
  assertEquals(await codeOf(add(withPassphrase("short"))), "INVALID_ARGUMENT");
  const recipients = ["age1nothing"];
  const encryption = { kind: "recipients", recipients } as const;
  const recipient = () => backups.add("b", BACKUP, { encryption });
  assertEquals(await codeOf(recipient), "INVALID_ARGUMENT");
  assertEquals(await backups.names(), []);
  assertEquals(pathsLike(host, /^\/backup\/backup.json/), []);
});

Deno.test("no secret is in the pond", async () => {
  const host = await pondWithBranches("clustered");
  const backups = new PondBackups(host, POND);
  const secrets = withPassphrase("a very secret passphrase");
  await backups.add("b", BACKUP, {
    encryption: { kind: "passphrase" },
    secrets,
  });
  await backups.run("b", secrets, RUN);
  for (const path of pathsLike(host, /^\/pond\//)) {
    const text = decodeUtf8(
      host.files.snapshot().get(path) ?? new Uint8Array(),
    );
    assert(!/very secret|AGE-SECRET|AGE ENCRYPTED/.test(text), path);
  }
});
