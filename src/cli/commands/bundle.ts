/**
 * `pond bundle`
 *
 * @module
 */
import type { Bundle, BundleHeader } from "../../bundle/mod.ts";
import { PondError } from "../../errors.ts";
import type { Packing } from "../../host/packing.ts";
import type { FileStore } from "../../host/host.ts";
import { leadsInto } from "../../host/real_path.ts";
import type { BundleCommand } from "../archive_command.ts";
import { type Context, note } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { hostPath, locatePond } from "../locate.ts";
import { Progress } from "../progress.ts";
import { counted } from "../session.ts";
import { writeHostFile } from "../../trees/transfer.ts";
import { humanSize } from "../units.ts";

/** What a file's name says of its packing. */
const ENDINGS: readonly (readonly [RegExp, Packing])[] = [
  [/\.t?gz$/i, "gzip"],
  [/\.t?zst$/i, "zstd"],
];

/** Writes the whole pond into one archive. */
export async function runBundle(
  command: BundleCommand,
  context: Context,
): Promise<ExitCode> {
  const { host, out, signal } = context;
  const { file, force, tree } = command;
  const pond = await locatePond(context);
  const path = file === "-" ? undefined : await hostPath(context, file);
  requireOutput(command, context);
  if (path !== undefined) await refuseOwnPond(host.files, pond, path);
  const { openBundle } = await import("../../bundle/mod.ts");
  await using progress = Progress.start(context, {
    verb: "bundle",
    noun: "files",
  });
  await using bundle = await openBundle(host, pond, {
    tree,
    signal,
    onMember: (sizeBytes) => progress.advance(1, sizeBytes),
  });
  let written = 0;
  if (!command.dryRun) {
    const { compressed } = await import("../../host/packing.ts");
    const chunks = counting(
      compressed(bundle.bytes(), packingOf(command)),
      (length) => written += length,
    );
    if (path !== undefined) {
      await writeHostFile(host, path, chunks, { force, flush: true });
    } else {
      for await (const chunk of chunks) await out.bytes(chunk);
    }
  }
  await progress.clear();
  await tell(command, context, bundle, written);
  return ExitCode.done;
}

async function tell(
  { dryRun, file }: BundleCommand,
  context: Context,
  { blobs, header, sizeBytes, staged }: Bundle,
  written: number,
): Promise<void> {
  // Standard output has the archive.
  if (context.globals.json && (dryRun || file !== "-")) {
    await context.out.line(JSON.stringify({
      ...headerRow(header),
      blobs,
      bytes: sizeBytes,
      archive_bytes: dryRun ? null : written,
      staged,
      done: !dryRun,
    }));
  }
  const what = `${branchCount(header)}, ${counted(blobs, "blob")} · ${
    humanSize(dryRun ? sizeBytes : written)
  }`;
  await note(context, dryRun ? `would bundle ${what}` : `bundled ${what}`);
  if (staged > 0) {
    await note(
      context,
      `${counted(staged, "operation")} staged and not in it · pond commit`,
    );
  }
}

function branchCount({ branches: { length } }: BundleHeader): string {
  return length === 1 ? "1 branch" : `${length} branches`;
}

/** What a bundle says of itself, for programs. */
export function headerRow({ branch, branches, pondId }: BundleHeader): object {
  return {
    pond_id: pondId,
    branch,
    branches: branches.map((it) => ({
      name: it.name,
      version: it.version,
      content_root: it.contentRoot,
      history_root: it.historyRoot,
    })),
  };
}

function packingOf({ file, packing }: BundleCommand): Packing {
  const [, named] = ENDINGS.find(([ending]) => ending.test(file)) ?? [];
  return packing ?? named ?? "none";
}

function requireOutput(
  { dryRun, file }: BundleCommand,
  { out }: Context,
): void {
  if (file !== "-" || dryRun || !out.isTerminal) return;
  throw new PondError(
    "INVALID_ARGUMENT",
    "Cannot write an archive to a terminal: it is not text",
    { hint: "name a file: pond bundle pond.tar" },
  );
}

/** An archive in the pond would be taken for a part of it. */
async function refuseOwnPond(
  files: FileStore,
  pond: string,
  path: string,
): Promise<void> {
  if (!await leadsInto(files, path, pond)) return;
  throw new PondError(
    "INVALID_ARGUMENT",
    `Cannot write ${path}: it is inside the pond`,
    { path, hint: "choose a place beside the pond" },
  );
}

async function* counting(
  chunks: AsyncIterable<Uint8Array>,
  count: (length: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    count(chunk.length);
    yield chunk;
  }
}
