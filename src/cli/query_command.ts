/**
 * What the arguments of the commands become that ask in SQL.
 *
 * @module
 */
import type { ChangeOptions, ViewOptions } from "./common_options.ts";
import type { Format } from "./format.ts";

/** What a query may do beyond reading the pond. */
export interface LimitOptions {
  /** Whether files of the host may be read. */
  readonly hostFiles: boolean;
}

/** `pond query` */
export interface QueryCommand extends ViewOptions, LimitOptions {
  readonly name: "query";
  /** The statement, unless it is in a file. */
  readonly sql: string | undefined;
  /** The file with the statement; `-` is standard input. */
  readonly file: string | undefined;
  /** `name=value`, one for each parameter. */
  readonly params: readonly string[];
  readonly output: string | undefined;
  readonly force: boolean;
  /** Whether to tell what is read, and not what it answers. */
  readonly explain: boolean;
  /** The file of the pond that the rows go to. */
  readonly into: string | undefined;
  /** How `into` commits. */
  readonly change: ChangeOptions;
  readonly format: Format | undefined;
}

/** `pond sql` */
export interface SqlCommand extends ViewOptions, LimitOptions {
  readonly name: "sql";
  /** Statements; those of the input when left out. */
  readonly sql: string | undefined;
  readonly format: Format | undefined;
}

/** `pond describe` */
export interface DescribeCommand extends ViewOptions, LimitOptions {
  readonly name: "describe";
  /** A file, a pattern or a table of the pond. */
  readonly path: string;
  /** Whether the gaps are wanted, and not the columns. */
  readonly gaps: boolean;
  /** The column that has the times. */
  readonly time: string | undefined;
  /** How many gaps. */
  readonly limit: number | undefined;
  readonly format: Format | undefined;
}
