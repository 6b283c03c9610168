/**
 * Types of `parseArgs()` of `@std/cli/parse-args`. The real ones compute the
 * result's type from the options; here every value is `unknown`, so what
 * passes here passes with them.
 */

/** What {@linkcode parseArgs} returns. */
export interface Args {
  /** The arguments that belong to no option. */
  _: (string | number)[];
  /** The arguments after `--`, with the option of that name. */
  "--"?: string[];
  /** The value of each option. */
  [name: string]: unknown;
}

/** Options of {@linkcode parseArgs}. */
export interface ParseOptions {
  /** When true, the arguments after `--` go into the result's `--`. */
  "--"?: boolean;
  /** Other names of an option. */
  alias?: Record<string, string | readonly string[]>;
  /** Options without a value. */
  boolean?: boolean | string | readonly string[];
  /** Values of the options that were not given. */
  default?: Record<string, unknown>;
  /** When true, the first argument that is no option ends the options. */
  stopEarly?: boolean;
  /** Options whose value stays a string. */
  string?: string | readonly string[];
  /** Options that may be repeated; their value is an array. */
  collect?: string | readonly string[];
  /** Options that `--no-NAME` sets to false. */
  negatable?: string | readonly string[];
  /** Called for each unknown argument; `false` leaves it out. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** Parses command line arguments. */
export function parseArgs(args: string[], options?: ParseOptions): Args;
