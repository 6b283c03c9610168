/**
 * The SQL shell: reads statements and commands, and carries them out one by one.
 *
 * Each statement opens the pond anew, so that it sees what others have committed
 * meanwhile.
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import { lazyQueryRunner, TABLES } from "../../query/mod.ts";
import type { QueryColumn, QueryRunner } from "../../tinylogfs/mod.ts";
import type { Format, LimitOptions, ViewOptions } from "../command.ts";
import type { Context } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { queryLimits } from "../query_options.ts";
import { reportError } from "../report_error.ts";
import { writeBatches, writeRecords } from "../rows.ts";
import { type PondWork, viewPond } from "../session.ts";
import {
  DOT_COMMANDS,
  type DotCommand,
  readDotCommand,
} from "./dot_commands.ts";
import { splitStatements } from "./statements.ts";

/** Where lines come from. */
export interface LineSource {
  /** Whether a person types them: errors are told, and it goes on. */
  readonly isInteractive: boolean;
  /**
   * The next line; `null` for one that was given up with all before it,
   * `undefined` at the end.
   */
  next(shell: Shell): Promise<string | null | undefined>;
  /** Hears of an entry that was whole. */
  remember(entry: string): Promise<void>;
}

/** With what a shell begins. */
export interface ShellOptions extends ViewOptions, LimitOptions {
  /** How rows are written; by where they go when left out. */
  readonly format: Format | undefined;
}

/** A shell. */
export class Shell implements AsyncDisposable {
  readonly #context: Context;
  /** The pond is opened for each statement, what runs it once. */
  readonly #queryRunner: QueryRunner;
  readonly #limits: LimitOptions;
  #at: string | undefined;
  #format: Format | undefined;
  #hasTimer = false;
  #typed = "";
  /** Ends what a line has begun. */
  #work = new AbortController();

  constructor(context: Context, options: ShellOptions) {
    this.#context = context;
    this.#queryRunner = lazyQueryRunner(context.host);
    this.#limits = options;
    this.#at = options.pending ? "@pending" : options.at;
    this.#format = options.format;
  }

  /** The statement that was begun; empty between statements. */
  get typed(): string {
    return this.#typed;
  }

  /** What stands before the line that is typed. */
  get prompt(): string {
    const prompt = this.#at === undefined
      ? "pond> "
      : `pond@${this.#at.replace(/^@/, "")}> `;
    return this.#typed === "" ? prompt : "...> ".padStart(prompt.length);
  }

  /** Ends the statements that run. */
  interrupt(): void {
    this.#work.abort(new PondError("ABORTED", "Interrupted"));
  }

  /** Reads to the end. */
  async run(source: LineSource): Promise<ExitCode> {
    for (;;) {
      // Before the line comes: who sends it may change their mind at once.
      this.#work = new AbortController();
      const line = await source.next(this);
      if (line === undefined) break;
      if (line === null) {
        this.#typed = "";
        continue;
      }
      if (!await this.#tell(source, () => this.#line(line, source))) break;
    }
    const last = this.#typed;
    // What a file ends with needs no semicolon; what a person hasn't ended is
    // given up.
    if (last !== "" && !source.isInteractive) await this.#execute(last);
    return ExitCode.done;
  }

  /** The columns of a table, or of a file by its path. */
  async columnsOf(name: string): Promise<readonly QueryColumn[]> {
    const sql = `SELECT * FROM "${name.replaceAll('"', '""')}" LIMIT 0`;
    return await this.#ask(this.#context, async (fs) => {
      await using result = await fs.queryWithPending(sql, this.#isPending);
      return result.columns;
    });
  }

  /** Paths in the pond that begin like this, directories with a slash. */
  async pathsLike(beginning: string): Promise<string[]> {
    const directory = beginning.slice(0, beginning.lastIndexOf("/") + 1) || "/";
    return await viewPond(this.#context, this.#view, async (fs) => {
      const paths: string[] = [];
      for await (const { name, fileType } of fs.listDirectory(directory)) {
        const path = `${directory}${name}${
          fileType === "directory" ? "/" : ""
        }`;
        if (path.startsWith(beginning)) paths.push(path);
      }
      return paths;
    });
  }

  /** Ends what runs statements. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#queryRunner.release?.();
  }

  async #ask<T>(
    context: Context,
    work: PondWork<T>,
  ): Promise<T> {
    const queryRunner: QueryRunner = (...asked) => this.#queryRunner(...asked);
    return await viewPond(context, this.#view, work, { queryRunner });
  }

  get #isPending(): boolean {
    return this.#at === "@pending";
  }

  get #view(): ViewOptions {
    return { at: this.#at, pending: false };
  }

  /** Does something; of a person, errors are told and not the end. */
  async #tell(
    { isInteractive }: LineSource,
    work: () => Promise<boolean>,
  ): Promise<boolean> {
    try {
      return await work();
    } catch (error) {
      if (!isInteractive || this.#context.signal.aborted) throw error;
      await reportError(error, this.#context);
      return true;
    } finally {
      await this.#context.out.flush();
      await this.#context.err.flush();
    }
  }

  /** @returns Whether to go on. */
  async #line(line: string, source: LineSource): Promise<boolean> {
    if (this.#typed === "" && line.trimStart().startsWith(".")) {
      await source.remember(line.trim());
      return await this.#command(readDotCommand(line));
    }
    const typed = this.#typed === "" ? line : `${this.#typed}\n${line}`;
    const { statements, rest } = splitStatements(typed);
    this.#typed = rest;
    if (rest === "" && statements.length > 0) await source.remember(typed);
    for (const statement of statements) await this.#execute(statement);
    return true;
  }

  async #execute(sql: string): Promise<void> {
    const { clock } = this.#context.host;
    const startedMs = clock.monotonicMs();
    const signal = AbortSignal.any([this.#context.signal, this.#work.signal]);
    const context = { ...this.#context, signal };
    await this.#ask(context, async (fs, settings) => {
      await using result = await fs.queryWithPending(sql, this.#isPending, {
        ...queryLimits(await settings(), this.#limits),
        signal,
      });
      const { columns } = result;
      await writeBatches(context, this.#format, columns, result, true);
    });
    if (!this.#hasTimer) return;
    await context.out.flush();
    const seconds = (clock.monotonicMs() - startedMs) / 1000;
    await context.err.line(`${seconds.toFixed(3)} s`);
  }

  async #command(command: DotCommand): Promise<boolean> {
    switch (command.name) {
      case "quit":
        return false;
      case "help":
        await this.#help();
        return true;
      case "tables":
        await this.#write(
          [...TABLES.values()].map(({ name, comment }) => ({ name, comment })),
        );
        return true;
      case "schema":
        await this.#schema(command.table);
        return true;
      case "at":
        await this.#lookAt(command.revision);
        return true;
      case "mode":
        this.#format = command.format;
        return true;
      case "timer":
        this.#hasTimer = command.on;
        return true;
      default:
        return command satisfies never;
    }
  }

  async #help(): Promise<void> {
    const { out } = this.#context;
    for (const [usage, says] of DOT_COMMANDS) {
      await out.line(`  ${usage.padEnd(16)} ${says}`);
    }
    await out.line("A statement ends with a semicolon. Tab completes.");
  }

  async #schema(name: string | undefined): Promise<void> {
    const tables = name === undefined
      ? [...TABLES.values()]
      : [...TABLES.values()].filter((table) => table.name === name);
    if (name !== undefined && tables.length === 0) {
      const columns = await this.columnsOf(name);
      await this.#write(columns.map(({ name, type }) => ({ name, type })));
      return;
    }
    await this.#write(
      tables.flatMap(({ name: table, columns }) =>
        columns.map(({ name, type, comment }) => ({
          table,
          name,
          type,
          comment,
        }))
      ),
    );
  }

  async #lookAt(revision: string | undefined): Promise<void> {
    if (revision === undefined) {
      await this.#context.out.line(this.#at ?? "@");
      return;
    }
    const at = revision === "@" ? undefined : revision;
    // What isn't there is told now, and changes nothing.
    await viewPond(
      this.#context,
      { at, pending: false },
      () => Promise.resolve(),
    );
    this.#at = at;
  }

  async #write(
    records: readonly Readonly<Record<string, string>>[],
  ): Promise<void> {
    await writeRecords(this.#context, this.#format, records);
  }
}
