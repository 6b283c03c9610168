/**
 * `@std/cli/parse-args` where JSR is out of reach: `parseArgs()`, typed, over
 * the npm package that republishes the stable modules as JavaScript.
 *
 * @module
 */

// @ts-types="./std_cli_parse_args.d.ts"
export { parseArgs } from "deno-std/cli/parse_args.js";
