/**
 * `pond ls`
 *
 * @module
 */
import { hasCode } from "../../errors.ts";
import type { DirEntry, TinyLogFS } from "../../tinylogfs/mod.ts";
import type { ListCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { Tally } from "../each.ts";
import type { ExitCode } from "../exit_codes.ts";
import { labelOf, printable } from "../output.ts";
import type { Listing } from "../listing.ts";
import {
  atPath,
  isDirectory,
  isPattern,
  joinPath,
  viewPond,
} from "../session.ts";
import {
  humanSize,
  localTime,
  modeText,
  octalMode,
  rfc3339,
} from "../units.ts";

/** Lists directories. */
export async function runLs(
  command: ListCommand,
  context: Context,
): Promise<ExitCode> {
  const paths = command.paths.length > 0 ? command.paths : ["/"];
  return await viewPond(context, command, async (fs) => {
    const tally = new Tally(context, fs);
    const listings: Listing[] = [];
    for (const path of paths) {
      await tally.attempt(async () => {
        const add = async (view: TinyLogFS, found: string) => {
          for (const one of await pathsOf(view, found, context.signal)) {
            const title = one === found ? path : one;
            listings.push(await listingOf(view, one, title, command));
          }
        };
        await atPath(fs, path, add);
      });
    }
    const shown = await arranged(command, grouped(listings));
    if (command.format !== undefined) {
      await writeRecords(command, context, shown);
    } else await writeListings(command, context, shown);
    return tally.exitCode;
  });
}

async function pathsOf(
  fs: TinyLogFS,
  path: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (!isPattern(path)) return [path];
  const { expanded } = await import("../expand.ts");
  return await expanded(fs, path, signal);
}

/** What is no directory comes first, as one listing. */
function grouped(listings: readonly Listing[]): readonly Listing[] {
  const files = listings.filter(({ isDirectory }) => !isDirectory);
  const [first] = files;
  if (first === undefined) return listings;
  return [
    { ...first, entries: () => joined(files) },
    ...listings.filter(({ isDirectory }) => isDirectory),
  ];
}

/** In the order that was asked for, with what is below where it was. */
async function arranged(
  command: ListCommand,
  listings: readonly Listing[],
): Promise<readonly Listing[]> {
  const { order, recursive, reverse } = command;
  if (order === "name" && !reverse && !recursive) return listings;
  const { ordered, withDirectories } = await import("../listing.ts");
  const inOrder = listings.map((listing) => ordered(listing, command));
  if (!recursive) return inOrder;
  const all: Listing[] = [];
  for (const listing of inOrder) {
    all.push(...await Array.fromAsync(withDirectories(listing)));
  }
  return all;
}

async function listingOf(
  fs: TinyLogFS,
  path: string,
  title: string,
  command: ListCommand,
): Promise<Listing> {
  if (!command.directory && await leadsToDirectory(fs, path)) {
    return directoryListing(fs, path, title, command.all);
  }
  const followLast = path.endsWith("/");
  const entry = await fs.entry(path, { followLast });
  const named = { ...entry, name: title };
  return {
    ...directoryListing(fs, path, title, command.all),
    isDirectory: false,
    entries: () => only(named),
  };
}

function directoryListing(
  fs: TinyLogFS,
  path: string,
  title: string,
  all: boolean,
): Listing {
  return {
    title,
    isDirectory: true,
    entries: () => visible(fs, path, all),
    below: ({ name }) =>
      directoryListing(fs, joinPath(path, name), joinPath(title, name), all),
  };
}

async function leadsToDirectory(fs: TinyLogFS, path: string): Promise<boolean> {
  try {
    return await isDirectory(fs, path);
  } catch (error) {
    // A link that leads round in a circle is listed as what it is.
    if (hasCode(error, "LOOP")) return false;
    throw error;
  }
}

async function* visible(
  fs: TinyLogFS,
  path: string,
  all: boolean,
): AsyncGenerator<DirEntry> {
  for await (const entry of fs.listDirectory(path)) {
    if (all || !entry.name.startsWith(".")) yield entry;
  }
}

async function* only(entry: DirEntry): AsyncGenerator<DirEntry> {
  yield await Promise.resolve(entry);
}

async function* joined(listings: readonly Listing[]): AsyncGenerator<DirEntry> {
  for (const listing of listings) yield* listing.entries();
}

async function writeRecords(
  command: ListCommand,
  context: Context,
  listings: readonly Listing[],
): Promise<void> {
  const { timeOf, writeRows } = await import("../rows.ts");
  await writeRows<DirEntry>(context, command.format, [
    { name: "path", type: "VARCHAR", value: (entry) => entry.path },
    { name: "name", type: "VARCHAR", value: (entry) => entry.name },
    { name: "type", type: "VARCHAR", value: (entry) => entry.fileType },
    { name: "size", type: "BIGINT", value: (entry) => entry.sizeBytes },
    {
      name: "modified",
      type: "TIMESTAMP WITH TIME ZONE",
      value: (entry) => timeOf(entry.modifiedUs),
    },
    { name: "mode", type: "VARCHAR", value: (entry) => octalMode(entry.mode) },
    { name: "version", type: "BIGINT", value: (entry) => entry.version },
    { name: "target", type: "VARCHAR", value: (entry) => entry.target ?? null },
    { name: "pending", type: "BOOLEAN", value: (entry) => entry.pending },
  ], joined(listings));
}

async function writeListings(
  command: ListCommand,
  context: Context,
  listings: readonly Listing[],
): Promise<void> {
  const { out } = context;
  const { long, recursive, single, zero } = command;
  const titled = command.paths.length > 1 || listings.length > 1 || recursive;
  for (const [index, listing] of listings.entries()) {
    if (titled && listing.isDirectory && !zero) {
      await out.line(
        `${index > 0 ? "\n" : ""}${shown(context, listing.title)}:`,
      );
    }
    const isForPeople = out.isTerminal && !zero;
    if (isForPeople && long) await writeTable(context, listing);
    else if (isForPeople && !single) {
      await writeColumns(command, context, listing);
    } else await writeLines(command, context, listing, titled);
  }
}

async function writeLines(
  command: ListCommand,
  context: Context,
  listing: Listing,
  titled: boolean,
): Promise<void> {
  for await (const entry of listing.entries()) {
    context.signal.throwIfAborted();
    const name = command.zero
      ? titled ? entry.path : entry.name
      : painted(context, entry);
    const fields = command.long
      ? [
        modeText(entry),
        command.human
          ? humanSize(entry.sizeBytes)
          : `${entry.sizeBytes ?? "-"}`,
        rfc3339(entry.modifiedUs),
        arrow(entry, name),
      ]
      : [name];
    if (entry.pending && command.pending) fields.push("*");
    await context.out.text(fields.join("\t") + (command.zero ? "\0" : "\n"));
  }
}

/** Names side by side, as many as the terminal is wide. */
async function writeColumns(
  command: ListCommand,
  context: Context,
  listing: Listing,
): Promise<void> {
  const names: string[] = [];
  for await (const entry of listing.entries()) {
    context.signal.throwIfAborted();
    const mark = entry.pending && command.pending ? " *" : "";
    names.push(`${painted(context, entry)}${mark}`);
  }
  const { inColumns } = await import("../listing.ts");
  for (const line of inColumns(names, context.out.columns)) {
    await context.out.line(line);
  }
}

/** Aligned columns, for people. */
async function writeTable(context: Context, listing: Listing): Promise<void> {
  const rows: (readonly [mode: string, size: string, rest: string])[] = [];
  for await (const entry of listing.entries()) {
    const name = arrow(entry, painted(context, entry), printable);
    const mark = entry.pending ? " *" : "";
    rows.push([
      modeText(entry),
      humanSize(entry.sizeBytes),
      `${localTime(entry.modifiedUs)}  ${name}${mark}`,
    ]);
  }
  const width = rows.reduce(
    (widest, [, size]) => Math.max(widest, size.length),
    0,
  );
  for (const [mode, size, rest] of rows) {
    await context.out.line(`${mode}  ${size.padStart(width)}  ${rest}`);
  }
}

function arrow(
  entry: DirEntry,
  name: string,
  show: (text: string) => string = (text) => text,
): string {
  return entry.target === undefined ? name : `${name} -> ${show(entry.target)}`;
}

/** The name of an entry, for people in the colour of its kind. */
function painted(context: Context, { fileType, name }: DirEntry): string {
  return context.out.paint(labelOf(fileType), shown(context, name));
}

/** Names go to programs as they are, to people without control characters. */
function shown({ out }: Context, name: string): string {
  return out.isTerminal ? printable(name) : name;
}
