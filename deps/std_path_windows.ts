/**
 * `@std/path/windows` where JSR is out of reach: what `std_path.ts` gives on
 * Windows.
 *
 * @module
 */

// @ts-types="./std_path.d.ts"
export { basename } from "deno-std/path/windows/basename.js";
// @ts-types="./std_path.d.ts"
export { dirname } from "deno-std/path/windows/dirname.js";
// @ts-types="./std_path.d.ts"
export { extname } from "deno-std/path/windows/extname.js";
// @ts-types="./std_path.d.ts"
export { fromFileUrl } from "deno-std/path/windows/from_file_url.js";
// @ts-types="./std_path.d.ts"
export { isAbsolute } from "deno-std/path/windows/is_absolute.js";
// @ts-types="./std_path.d.ts"
export { join } from "deno-std/path/windows/join.js";
// @ts-types="./std_path.d.ts"
export { normalize } from "deno-std/path/windows/normalize.js";
// @ts-types="./std_path.d.ts"
export { relative } from "deno-std/path/windows/relative.js";
// @ts-types="./std_path.d.ts"
export { resolve } from "deno-std/path/windows/resolve.js";
// @ts-types="./std_path.d.ts"
export { toFileUrl } from "deno-std/path/windows/to_file_url.js";
