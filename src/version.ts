/**
 * The version of pond.
 *
 * @module
 */

/** The version of this package, as deno.json has it. */
export const VERSION: string = "0.1.0";
