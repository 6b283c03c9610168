/**
 * The platform, as small interfaces: files, clock, random numbers, terminal.
 *
 * Nothing outside this folder names `Deno` or a `node:` module. Every
 * interface has a real implementation and one in memory, and both pass the
 * same contract tests. Failures are {@linkcode PondError}s that name the path
 * (of two, the new one): `NOT_FOUND`, `ALREADY_EXISTS`, `PERMISSION_DENIED`,
 * `NO_SPACE`, `NOT_A_DIRECTORY`, `IS_A_DIRECTORY`, `DIRECTORY_NOT_EMPTY`,
 * `NOT_A_SYMLINK`, `INVALID_NAME`, `LOOP`, `READ_ONLY`, `UNSUPPORTED`, `IO`. Only
 * an abort is thrown as the reason that its signal has.
 *
 * @module
 */
import type { Bytes } from "../bytes.ts";

/** Which bytes of a file to read. */
export interface ReadRange {
  /** The first byte; 0 when left out. */
  readonly offset?: number;
  /** How many bytes at most; to the end of the file when left out. */
  readonly length?: number;
  /** Ends the reading; the promise or stream fails with its reason. */
  readonly signal?: AbortSignal;
}

/** What lies under a name on the host. */
export type HostFileType = "file" | "directory" | "symlink" | "other";

/** What the host knows of a file. Symbolic links are not followed. */
export interface FileStat {
  /** The kind of file. */
  readonly type: HostFileType;
  /** Length in bytes; 0 for all but files. */
  readonly sizeBytes: number;
  /** Time of the last change, in milliseconds since the epoch, UTC. */
  readonly modifiedMs: number;
  /**
   * Time of the last change of bytes, mode or name, as the system keeps it: no
   * program sets it. Where there is none, it is `modifiedMs`.
   */
  readonly changedMs: number;
  /** The file's number on its file system; 0 where it has none. */
  readonly inode: number;
  /** The POSIX permission bits, such as 0o644. */
  readonly mode: number;
}

/** A name in a directory of the host. */
export interface FileEntry {
  /** The name, without a path. */
  readonly name: string;
  /** The kind of file. */
  readonly type: HostFileType;
}

/** Reads files and names. Paths are the platform's absolute paths. */
export interface FileReader {
  /** Reads a range of a file into memory; shorter at the end of the file. */
  read(path: string, range?: ReadRange): Promise<Bytes>;
  /** Reads a range of a file as a stream of chunks of at most 256 KiB. */
  stream(path: string, range?: ReadRange): Promise<ReadableStream<Bytes>>;
  /**
   * Describes a file, or resolves to `undefined` when there is none. Where a
   * directory of the path is something else, it is `NOT_A_DIRECTORY`.
   */
  stat(path: string): Promise<FileStat | undefined>;
  /** Lists a directory in no order. Fails with `NOT_FOUND` when it's missing. */
  list(path: string): AsyncIterable<FileEntry>;
  /**
   * The target of a symbolic link, as it was written. `NOT_A_SYMLINK` for
   * anything else.
   */
  readLink(path: string): Promise<string>;
  /** How many bytes the disk has left for the user, where a path is. */
  freeBytes(path: string): Promise<number>;
}

/** A new file while it is written. Closing does not flush. */
export interface WritableFile extends AsyncDisposable {
  /** Appends all of the bytes; a short write is continued. */
  write(bytes: Uint8Array): Promise<void>;
  /** Sets the modification time, in milliseconds since the epoch. */
  setModified(modifiedMs: number): Promise<void>;
  /**
   * Flushes bytes, length and times to the disk. A failed flush is final: what
   * is on the disk is unknown, and the file must be given up.
   */
  sync(): Promise<void>;
  /** Closes the file; more calls do nothing. */
  close(): Promise<void>;
}

/** Changes files and names. */
export interface FileWriter {
  /**
   * Creates a file that must not exist yet (`ALREADY_EXISTS`).
   *
   * @param options Its permission bits, exactly; those that the system gives to
   *   new files when left out.
   */
  create(
    path: string,
    options?: { readonly mode?: number },
  ): Promise<WritableFile>;
  /**
   * Creates a file that must not exist yet (`ALREADY_EXISTS`) with all of its
   * bytes, in fewer steps than {@linkcode create}. Not flushed; what fails may
   * leave a part of it.
   *
   * @param options Its permission bits, as {@linkcode create} has them, and its
   *   modification time, in milliseconds since the epoch.
   */
  writeNew(
    path: string,
    bytes: Uint8Array,
    options?: { readonly mode?: number; readonly modifiedMs?: number },
  ): Promise<void>;
  /**
   * Puts bytes under a name, whole or not at all, over what was there. Not
   * flushed: only for hints that may be lost.
   */
  replace(path: string, bytes: Uint8Array): Promise<void>;
  /**
   * Writes bytes at the beginning of a file, which is made when missing.
   * Neither atomic nor flushed, and ten times as fast as {@linkcode replace}:
   * only for hints that check themselves and keep their length.
   */
  overwrite(path: string, bytes: Uint8Array): Promise<void>;
  /**
   * Gives a file a second name, which must not exist yet (`ALREADY_EXISTS`).
   * `UNSUPPORTED` on a file system without hard links. A symbolic link is not
   * followed, and a directory has no second name (`IS_A_DIRECTORY`).
   */
  link(existing: string, path: string): Promise<void>;
  /**
   * Moves a file or directory, over what was there: a file, a symbolic link, or
   * for a directory an empty one. Two names of one file both stay, as POSIX
   * has it.
   */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file or an empty directory. `NOT_FOUND` when it's missing. */
  remove(path: string): Promise<void>;
  /**
   * Makes a directory; does nothing when there is one already, or a symbolic
   * link to one. Anything else there is `ALREADY_EXISTS`.
   */
  makeDirectory(path: string): Promise<void>;
  /** Sets the permission bits of a file or directory; symlinks are followed. */
  setMode(path: string, mode: number): Promise<void>;
  /**
   * Sets the modification time of a file, a directory or a symbolic link, which
   * isn't followed.
   *
   * @param modifiedMs Milliseconds since the epoch, UTC.
   */
  setModified(path: string, modifiedMs: number): Promise<void>;
  /** Makes a symbolic link that must not exist yet. */
  makeLink(path: string, target: string): Promise<void>;
  /** Flushes the names in a directory to the disk. */
  syncDirectory(path: string): Promise<void>;
  /**
   * Takes the operating system's lock on a file (made when missing), waiting
   * for it; the lock ends with its disposal or with the process. The wait can't
   * be aborted: the system doesn't let go of who waits for a lock.
   */
  lock(path: string): Promise<AsyncDisposable>;
  /** As {@linkcode lock}, without waiting: `undefined` where others have it. */
  tryLock(path: string): Promise<AsyncDisposable | undefined>;
}

/** All of the files of a machine. */
export interface FileStore extends FileReader, FileWriter {}

/** Tells the time. */
export interface Clock {
  /** Microseconds since the epoch, UTC. */
  nowUs(): number;
  /** Milliseconds from an arbitrary start that never go backwards. */
  monotonicMs(): number;
  /** Waits; an abort rejects with the signal's reason. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** Makes random numbers. */
export interface Random {
  /** A random UUID (version 4) as 32 hexadecimal digits. */
  uuidHex(): string;
  /** A number of at least 0 and below 1. */
  fraction(): number;
}

/** Hashes content that doesn't fit into memory. */
export interface Hasher {
  /** Starts a SHA-256. */
  sha256(): Promise<HashStream>;
}

/** A hash while it is computed. */
export interface HashStream {
  /** Adds bytes. */
  update(bytes: Uint8Array): void;
  /** The hash of all bytes, as hexadecimal digits. */
  digestHex(): string;
}

/** How bytes are text, by Node's names. */
export type NodeEncoding =
  | "ascii"
  | "base64"
  | "base64url"
  | "binary"
  | "hex"
  | "latin1"
  | "ucs-2"
  | "ucs2"
  | "utf-16le"
  | "utf-8"
  | "utf16le"
  | "utf8";

/** Bytes as programs of the host hold them, and text in their encodings. */
export interface Buffers {
  /** The same bytes, not copied, as a `Buffer` where there are such. */
  wrap(bytes: Bytes): Bytes;
  /** Decodes text. */
  text(bytes: Uint8Array, encoding: NodeEncoding): string;
  /** Encodes text. */
  bytes(text: string, encoding: NodeEncoding): Bytes;
}

/** One of the output streams of a program. */
export interface TerminalOutput {
  /** Whether a person's terminal is at the other end. */
  readonly isTerminal: boolean;
  /** Width in columns; 80 where there is none to ask. */
  readonly columns: number;
  /** Height in lines; 24 where there is none to ask. */
  readonly rows: number;
  /** Writes all of the bytes. A closed pipe is `false`, not an error. */
  write(bytes: Uint8Array): Promise<boolean>;
}

/** What a person may go on with, where the cursor is. */
export interface Completion {
  /** The end of the line that the words take the place of. */
  readonly typed: string;
  /** What may stand there. */
  readonly words: readonly string[];
}

/** What a line editor is made of. */
export interface LineEditorOptions {
  /** Where earlier entries are kept, a line each; nowhere when left out. */
  readonly historyPath: string | undefined;
  /** Says what the line up to the cursor may go on with. */
  complete(line: string): Promise<Completion>;
  /** Is called for Ctrl-C while nobody is asked. */
  interrupted(): void;
  /** Ends the asking; it fails with the signal's reason. */
  readonly signal: AbortSignal;
}

/** Asks a person for lines, who can edit them and call back earlier ones. */
export interface LineEditor extends Disposable {
  /**
   * Asks for a line.
   *
   * @returns The line; `null` when it was given up (Ctrl-C), `undefined` at the
   *   end of the input (Ctrl-D).
   */
  ask(prompt: string): Promise<string | null | undefined>;
  /** Keeps an entry for later; one without line breaks. */
  remember(entry: string): Promise<void>;
}

/** Compression of what is kept for long; the format is zstd (RFC 8878). */
export interface Compression {
  /** Compresses bytes into one frame. */
  zstd(bytes: Uint8Array): Bytes;
  /**
   * Takes a frame apart, which is the inverse.
   *
   * @param sizeBytes How many bytes come out of it, exactly.
   * @throws {RangeError} When it is no such frame.
   */
  unzstd(bytes: Uint8Array, sizeBytes: number): Bytes;
}

/** What a program runs on. */
export interface Platform {
  /** The operating system, such as `linux`. */
  readonly os: string;
  /** The processor, such as `x86_64`. */
  readonly arch: string;
  /** The versions of what runs the program, such as `deno`, by their names. */
  readonly runtime: Readonly<Record<string, string>>;
  /** The number of the program's process. */
  readonly pid: number;
}

/** What a program that is started from a shell is given. */
export interface Terminal {
  /** Standard output. */
  readonly stdout: TerminalOutput;
  /** Standard error. */
  readonly stderr: TerminalOutput;
  /** Whether a person's terminal is at standard input. */
  readonly stdinIsTerminal: boolean;
  /** The bytes of standard input. */
  stdin(): ReadableStream<Uint8Array>;
  /** Begins to ask the person at the terminal for lines. */
  editLines(options: LineEditorOptions): Promise<LineEditor>;
  /** An environment variable. */
  env(name: string): string | undefined;
  /** The current directory, absolute. */
  cwd(): string;
  /** The name of the user who runs the program. */
  user(): string;
  /** What the program runs on. */
  platform(): Platform;
  /**
   * Runs another program at the same terminal, and waits for its end.
   *
   * @param command The program, and its arguments.
   * @returns Its exit code.
   */
  run(command: readonly string[]): Promise<number>;
  /**
   * Runs another program at the same terminal, with what is written as its
   * input.
   *
   * @param command The program, and its arguments.
   * @param env Variables that it is given beside those that there are.
   * @throws {PondError} `NOT_FOUND` when there is no such program.
   */
  pipe(
    command: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Promise<PipedProgram>;
  /**
   * Whether another program has the terminal, and Ctrl-C, by
   * {@linkcode Terminal.run} or {@linkcode Terminal.pipe}.
   */
  readonly isLent: boolean;
}

/** A program that is given what is written to it. */
export interface PipedProgram {
  /** Writes all of the bytes. When the program has gone, it is `false`. */
  write(bytes: Uint8Array): Promise<boolean>;
  /** Says that there is no more, and waits for the program's end. */
  end(): Promise<void>;
}

/** The whole platform. */
export interface Host {
  /** Files. */
  readonly files: FileStore;
  /** Time. */
  readonly clock: Clock;
  /** Random numbers. */
  readonly random: Random;
  /** Hashes. */
  readonly hasher: Hasher;
  /** Bytes and text for other programs; loaded when they are asked for. */
  buffers(): Promise<Buffers>;
  /** Compression; loaded when it is asked for. */
  compression(): Promise<Compression>;
  /** Standard streams, environment. */
  readonly terminal: Terminal;
  /**
   * Tells of changes in a directory and below it, by the paths that it is told of;
   * some may be missed. It ends with the signal. Left out where nobody can tell.
   *
   * @throws {PondError} When the system refuses.
   */
  watch?(path: string, signal: AbortSignal): AsyncIterable<readonly string[]>;
}
