/**
 * The backups of a pond, by their names.
 *
 * @module
 */
import { hasCode, PondError } from "../errors.ts";
import type { FileStore, Host } from "../host/host.ts";
import { leadsInto } from "../host/real_path.ts";
import { MAIN_BRANCH, openLine, readBranch } from "../tinylogfs/line.ts";
import { lineDirectory } from "../tinylogfs/line.ts";
import { readPondFile } from "../tinylogfs/pond_file.ts";
import { readBranchFile } from "../tinylogfs/branches.ts";
import {
  attached,
  Backup,
  findSnapshot,
  makeBackup,
  type Snapshot,
  tryBackup,
} from "./backup.ts";
import { type DrillReport, drillSnapshot } from "./drill.ts";
import { placeOf } from "./place.ts";
import type { RestoreOptions } from "./restore.ts";
import { runBackup, type RunOptions, type RunResult } from "./run.ts";
import type { BackupEncryption, BackupSecrets } from "./secrets.ts";
import { transactionsAfter } from "./source.ts";
import {
  type BackupTarget,
  readTarget,
  removeTarget,
  targetNames,
  writeTarget,
} from "./targets.ts";

/** What a new backup shall be. */
export interface AddOptions {
  /** Who may open it; nothing in it is encrypted when left out. */
  readonly encryption?: BackupEncryption;
  /** Where the passphrase comes from. */
  readonly secrets?: BackupSecrets;
  /** Only finds out whether it can be. */
  readonly dryRun?: boolean;
}

/** Options of a drill. */
export interface DrillOptions extends Omit<RestoreOptions, "layout"> {
  /** The snapshot, as {@linkcode findSnapshot} has it. */
  readonly snapshot?: string;
  /** A directory to restore it in, absolute; the pond's `cache/` when left out. */
  readonly directory?: string;
}

/** How a backup stands. */
export interface BackupStatus extends BackupTarget {
  /**
   * How many transactions of the current branch are not in it; `undefined`: the
   * branch isn't, or nothing is.
   */
  readonly behind: number | undefined;
}

/** The backups that a pond knows. */
export class PondBackups {
  readonly #host: Host;
  readonly #pond: string;

  /**
   * Opens nothing yet.
   *
   * @param host The platform.
   * @param pond The pond's directory, absolute.
   */
  constructor(host: Host, pond: string) {
    this.#host = host;
    this.#pond = pond;
  }

  /**
   * Attaches a place to the pond: makes a backup there, or takes one up that is
   * this pond's.
   *
   * @param url A directory; made when missing, but not the one above it.
   * @throws {PondError} `ALREADY_EXISTS` for a name that is taken, or a place with
   *   something else in it; `INVALID_ARGUMENT` for the backup of another pond;
   *   `INVALID_NAME`, `UNSUPPORTED`, ….
   */
  async add(
    name: string,
    url: string,
    options: AddOptions = {},
  ): Promise<BackupTarget> {
    const { dryRun = false, encryption, secrets = {} } = options;
    const { clock, files } = this.#host;
    const place = placeOf(this.#host, url);
    const { id } = await readPondFile(files, this.#pond);
    await this.#requireNew(name);
    await requireOutside(files, this.#pond, place.location);
    const createdUs = clock.nowUs();
    const target: BackupTarget = {
      name,
      url: place.location,
      createdUs,
      last: undefined,
      drill: undefined,
    };
    if (dryRun) {
      await tryBackup(place, id);
      return target;
    }
    await makeBackup(this.#host, place, id, async () => {
      if (encryption === undefined) return undefined;
      const { makeKey } = await import("./encryption.ts");
      return await makeKey(encryption, secrets);
    });
    await writeTarget(this.#host, this.#pond, target);
    return target;
  }

  async #requireNew(name: string): Promise<void> {
    try {
      const { url } = await this.find(name);
      throw new PondError(
        "ALREADY_EXISTS",
        `Cannot call a backup ${name}: that is the one at ${url}`,
        { hint: "choose another name" },
      );
    } catch (error) {
      if (!hasCode(error, "NOT_FOUND")) throw error;
    }
  }

  /** Forgets a backup, which stays where it is. */
  async remove(name: string): Promise<void> {
    await removeTarget(this.#host, this.#pond, name);
  }

  /** The names, in order. */
  async names(): Promise<string[]> {
    return await targetNames(this.#host.files, this.#pond);
  }

  /**
   * What is known of a backup.
   *
   * @throws {PondError} `NOT_FOUND`.
   */
  async find(name: string): Promise<BackupTarget> {
    return await readTarget(this.#host.files, this.#pond, name);
  }

  /**
   * Opens a backup, which must be this pond's.
   *
   * @throws {PondError} `NOT_FOUND`, `INVALID_ARGUMENT` with both ponds' ids.
   */
  async open(name: string, secrets: BackupSecrets): Promise<Backup> {
    const { url } = await this.find(name);
    const place = placeOf(this.#host, url);
    const { id } = await readPondFile(this.#host.files, this.#pond);
    await attached(place, id);
    return await Backup.open(this.#host, place, secrets);
  }

  /** Takes what is new into a backup, and notes that. */
  async run(
    name: string,
    secrets: BackupSecrets,
    options: RunOptions,
  ): Promise<RunResult> {
    const backup = await this.open(name, secrets);
    const result = await runBackup(backup, this.#pond, options);
    await this.#note(name, result.snapshot);
    return result;
  }

  async #note(name: string, { id, lines }: Snapshot): Promise<void> {
    const target = await this.find(name);
    const last = {
      snapshot: id,
      atUs: this.#host.clock.nowUs(),
      lines: Object.fromEntries(lines.map(({ id, version }) => [id, version])),
    };
    await writeTarget(this.#host, this.#pond, { ...target, last });
  }

  /**
   * Restores a snapshot into the pond's `cache/`, compares it with the pond, and
   * notes when that was proven.
   *
   * @param options With `directory`, it is restored there in its place.
   */
  async drill(
    name: string,
    secrets: BackupSecrets,
    options: DrillOptions,
  ): Promise<DrillReport> {
    const { clock, files } = this.#host;
    const backup = await this.open(name, secrets);
    const snapshot = await findSnapshot(backup, options.snapshot);
    const place = options.directory ?? `${this.#pond}/cache`;
    await files.makeDirectory(place);
    const report = await drillSnapshot(
      backup,
      snapshot,
      this.#pond,
      place,
      options,
    );
    if (!report.isProven) return report;
    const target = await this.find(name);
    await writeTarget(this.#host, this.#pond, {
      ...target,
      drill: {
        snapshot: snapshot.id,
        atUs: clock.nowUs(),
        version: snapshot.lines[0]?.version ?? 0,
      },
    });
    return report;
  }

  /** How each backup stands, without a look at it. */
  async *status(): AsyncGenerator<BackupStatus> {
    const names = await this.names();
    if (names.length === 0) return;
    const { files } = this.#host;
    const branch = await readBranch(files, this.#pond);
    const line = branch === MAIN_BRANCH
      ? MAIN_BRANCH
      : (await readBranchFile(files, this.#pond, branch)).id;
    const path = lineDirectory(this.#pond, branch);
    const table = await openLine(this.#host, path);
    for (const name of names) {
      const target = await this.find(name);
      const version = target.last?.lines[line];
      const behind = version === undefined
        ? undefined
        : await transactionsAfter(table, version);
      yield { ...target, behind };
    }
  }
}

/** A backup in the pond would be lost with it. */
async function requireOutside(
  files: FileStore,
  pond: string,
  location: string,
): Promise<void> {
  if (!await leadsInto(files, location, pond)) return;
  throw new PondError(
    "INVALID_ARGUMENT",
    `Cannot keep a backup at ${location}: that is in the pond itself`,
    { path: location, hint: "choose a place on another disk" },
  );
}
