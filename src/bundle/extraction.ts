/**
 * Puts the members of a bundle into a directory, one after the other, and holds
 * them against the sums between them.
 *
 * @module
 */
import { collectBytes, tryDecodeUtf8 } from "../bytes.ts";
import { hasCode, PondError } from "../errors.ts";
import type { FileStore, Host } from "../host/host.ts";
import { NameFlusher } from "../oplog/mod.ts";
import { parseHeader } from "./header.ts";
import { blobPath, kindOf, type MemberKind, README, TOP } from "./names.ts";
import { sumLine } from "./sums.ts";
import type { ReadMember } from "./tar.ts";
import type { BundleHeader } from "./types.ts";

/** What is held in memory whole is at most so long. */
const MAX_TEXT_BYTES = 64 * 1024 * 1024;

/** Directories that every pond has. */
const PARTS = ["blobs", "tmp"] as const;

/** A bundle that is being taken out. */
export class Extraction {
  readonly #host: Host;
  readonly #files: FileStore;
  readonly #source: string;
  readonly #pond: string;
  readonly #directories = new Set<string>();
  /** Data files and what else may have a second name, with their digests. */
  readonly #parts = new Map<string, string>();
  /** Lines that the next file of sums must have. */
  #lines: string[] = [];
  #header: BundleHeader | undefined;
  #members = 0;
  #written = 0;
  #sizeBytes = 0;

  /**
   * @param host The platform.
   * @param source What the bundle is called in errors.
   * @param pond The directory; it isn't there yet.
   */
  constructor(host: Host, source: string, pond: string) {
    this.#host = host;
    this.#files = host.files;
    this.#source = source;
    this.#pond = pond;
  }

  /** Files that were written. */
  get written(): number {
    return this.#written;
  }

  /** Their bytes. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Makes the directory. */
  async begin(): Promise<void> {
    await this.#makeDirectory("");
    for (const name of PARTS) await this.#makeDirectory(name);
  }

  /** Takes in the next member. */
  async take(member: ReadMember): Promise<void> {
    const isFirst = this.#members++ === 0;
    const path = this.#pathOf(member);
    if (isFirst && path !== README) throw this.#foreign();
    const kind = kindOf(path);
    if (kind === undefined) {
      throw this.#refused(`${quoted(member.path)} has no place in a bundle`);
    }
    switch (member.type) {
      case "file":
        return await this.#takeFile(path, kind, member);
      case "link":
        return await this.#takeLink(path, kind, member);
      case "symlink":
      case "directory":
        if (kind.kind === "tree") return await drain(member);
        throw this.#refused(`${quoted(member.path)} is a ${member.type} in it`);
      default:
        return member.type satisfies never;
    }
  }

  /** Flushes what was taken in; then it is all there. */
  async finish(): Promise<BundleHeader> {
    if (this.#members === 0) throw this.#foreign();
    if (this.#lines.length > 0 || this.#header === undefined) {
      throw this.#refused("its end is missing");
    }
    const names = new NameFlusher(this.#host);
    for (const path of this.#directories) {
      await names.flush(path === "" ? this.#pond : `${this.#pond}/${path}`);
    }
    return this.#header;
  }

  /** The path below the top. */
  #pathOf({ path, type }: ReadMember): string {
    if (!path.startsWith(TOP)) {
      if (this.#members === 1) throw this.#foreign();
      throw this.#refused(`${quoted(path)} has no place in a bundle`);
    }
    const below = path.slice(TOP.length);
    return type === "directory" ? below.replace(/\/$/, "") : below;
  }

  async #takeFile(
    path: string,
    kind: MemberKind,
    { content }: ReadMember,
  ): Promise<void> {
    switch (kind.kind) {
      case "sums":
        return this.#compareSums(await textOf(content));
      case "header": {
        const bytes = await collectBytes(content, MAX_TEXT_BYTES);
        this.#header = parseHeader(bytes, this.#source);
        return this.#sum(path, await this.#hashOf([bytes]));
      }
      case "readme":
      case "tree":
        return this.#sum(path, await this.#hashOf(content));
      case "part": {
        const sha256 = await this.#write(path, content);
        this.#parts.set(path, sha256);
        return this.#sum(path, sha256);
      }
      case "blob": {
        const sha256 = await this.#write(path, content);
        if (sha256 === kind.sha256) return this.#sum(path, sha256);
        throw this.#refused(`the SHA-256 of ${path} in it is ${sha256}`);
      }
      default:
        return kind satisfies never;
    }
  }

  /** Another name of what was taken in already. */
  async #takeLink(
    path: string,
    { kind }: MemberKind,
    member: ReadMember,
  ): Promise<void> {
    await drain(member);
    const target = member.target.startsWith(TOP)
      ? member.target.slice(TOP.length)
      : "";
    const [, sha256 = ""] = /^blobs\/..\/([0-9a-f]{64})$/.exec(target) ?? [];
    if (kind === "tree" && target === blobPath(sha256)) {
      return this.#sum(path, sha256);
    }
    const known = this.#parts.get(target);
    if (kind !== "part" || known === undefined) {
      throw this.#refused(
        `${quoted(member.path)} is a link to ${quoted(member.target)} in it`,
      );
    }
    await this.#inDirectory(
      path,
      async (full) => await this.#files.link(`${this.#pond}/${target}`, full),
    );
    this.#sum(path, known);
  }

  async #write(
    path: string,
    content: AsyncIterable<Uint8Array>,
  ): Promise<string> {
    const hash = await this.#host.hasher.sha256();
    await this.#inDirectory(path, async (full) => {
      await using file = await this.#files.create(full);
      for await (const chunk of content) {
        hash.update(chunk);
        this.#sizeBytes += chunk.length;
        await file.write(chunk);
      }
      await file.sync();
    });
    this.#written++;
    return hash.digestHex();
  }

  async #inDirectory(
    path: string,
    work: (full: string) => Promise<void>,
  ): Promise<void> {
    const slash = path.lastIndexOf("/");
    if (slash > 0) await this.#makeDirectory(path.slice(0, slash));
    try {
      await work(`${this.#pond}/${path}`);
    } catch (error) {
      const isTwice = hasCode(error, "ALREADY_EXISTS", "IS_A_DIRECTORY");
      if (!isTwice) throw error;
      throw this.#refused(`${path} is in it twice`);
    }
  }

  /** Makes a directory of the pond, with those above it. */
  async #makeDirectory(path: string): Promise<void> {
    if (this.#directories.has(path)) return;
    const slash = path.lastIndexOf("/");
    if (path !== "") {
      await this.#makeDirectory(path.slice(0, Math.max(slash, 0)));
    }
    try {
      await this.#files.makeDirectory(
        path === "" ? this.#pond : `${this.#pond}/${path}`,
      );
    } catch (error) {
      if (!hasCode(error, "ALREADY_EXISTS", "NOT_A_DIRECTORY")) throw error;
      throw this.#refused(`${path} is a file and a directory in it`);
    }
    this.#directories.add(path);
  }

  async #hashOf(
    content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): Promise<string> {
    const hash = await this.#host.hasher.sha256();
    for await (const chunk of content) hash.update(chunk);
    return hash.digestHex();
  }

  #sum(path: string, sha256: string): void {
    this.#lines.push(sumLine(sha256, path));
  }

  #compareSums(text: string | undefined): void {
    const lines = this.#lines;
    this.#lines = [];
    if (text === lines.join("")) return;
    const told = (text ?? "").split(/(?<=\n)/);
    const index = lines.findIndex((line, index) => line !== told[index]);
    const line = index < 0 ? undefined : lines[index];
    throw this.#refused(
      line === undefined
        ? "its sums are of members that are missing"
        : `the SHA-256 of ${
          quoted(line.slice(line.indexOf("  ") + 2).trimEnd())
        } is not the one in its sums`,
    );
  }

  #foreign(): PondError {
    return new PondError(
      "INTEGRITY",
      `Cannot unbundle ${this.#source}: it is no bundle of a pond`,
      { path: this.#source, hint: "make one: pond bundle pond.tar" },
    );
  }

  #refused(why: string): PondError {
    return new PondError(
      "INTEGRITY",
      `Cannot unbundle ${this.#source}: ${why}`,
      {
        path: this.#source,
        hint: "copy it again, or bundle the pond again; nothing was made",
      },
    );
  }
}

/** Names come from somewhere else. */
function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 200));
}

async function drain({ content }: ReadMember): Promise<void> {
  for await (const _ of content) { /* a link has none */ }
}

async function textOf(
  content: AsyncIterable<Uint8Array>,
): Promise<string | undefined> {
  return tryDecodeUtf8(await collectBytes(content, MAX_TEXT_BYTES));
}
