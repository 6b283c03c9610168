/**
 * Reads every byte of a source once, and leaves out what isn't what it has to be.
 *
 * @module
 */
import type { Host } from "../host/mod.ts";
import { hashOf } from "./content.ts";
import { problemOf } from "./problems.ts";
import {
  childPath,
  type Damage,
  isFile,
  type Source,
  type SourceDirectory,
  type SourceEntry,
  type SourceFile,
  type SourceVersion,
} from "./source.ts";

/** Options of {@linkcode verifySource}. */
export interface VerifyOptions {
  /** Is told of each version, with its length. */
  readonly onVersion?: (sizeBytes: number) => void;
  /** Ends the check. */
  readonly signal?: AbortSignal;
}

/**
 * Checks a source.
 *
 * @returns The same with sound versions only, and all that is damaged.
 */
export async function verifySource(
  host: Host,
  source: Source,
  { onVersion, signal }: VerifyOptions = {},
): Promise<Source> {
  const damage: Damage[] = [...source.damage];

  const sound = async (
    path: string,
    version: SourceVersion,
  ): Promise<SourceVersion | undefined> => {
    signal?.throwIfAborted();
    const { earlierSha256 = [], number, sha256 } = version;
    const tell = (problem: string) =>
      damage.push({ path, version: number, problem });
    try {
      const hash = await hashOf(host, version, signal);
      onVersion?.(version.sizeBytes);
      if (hash === sha256 || sha256 === undefined) {
        return { ...version, sha256: hash };
      }
      if (earlierSha256.includes(hash)) {
        tell("the newest listing has another SHA-256 than the earlier ones");
        return { ...version, sha256: hash };
      }
      tell(`its SHA-256 is ${hash}, and not ${sha256}`);
    } catch (error) {
      signal?.throwIfAborted();
      tell(problemOf(error));
    }
    return undefined;
  };
  const file = async (path: string, { kind, versions }: SourceFile) => {
    const whole: SourceVersion[] = [];
    for (const version of versions) {
      const it = await sound(path, version);
      if (it !== undefined) whole.push(it);
    }
    return { kind, versions: whole };
  };
  const tree = async (
    path: string,
    directory: SourceDirectory,
  ): Promise<SourceDirectory> => {
    const entries = new Map<string, SourceEntry>();
    for (const [name, entry] of directory.entries) {
      const at = childPath(path, name);
      entries.set(
        name,
        isFile(entry)
          ? await file(at, entry)
          : entry.kind === "tree"
          ? await tree(at, entry)
          : entry,
      );
    }
    return { kind: "tree", entries };
  };

  const root = await tree("/", source.root);
  return { ...source, root, damage };
}
