/**
 * `@std/path` where JSR is out of reach: the functions that pond uses, in the
 * form of this operating system.
 *
 * The package's own choice between the two forms asks for Node's globals,
 * which costs 13 ms at the start; this one doesn't.
 *
 * @module
 */
import * as posix from "./std_path_posix.ts";
import * as windows from "./std_path_windows.ts";

const path = Deno.build.os === "windows" ? windows : posix;

/** The last portion of a path, without `suffix` if it ends with it. */
export const basename: typeof posix.basename = path.basename;
/** The directory path of a path. */
export const dirname: typeof posix.dirname = path.dirname;
/** The extension of a path with its leading period, or "". */
export const extname: typeof posix.extname = path.extname;
/** Converts a file URL to a path. Throws `TypeError` for another protocol. */
export const fromFileUrl: typeof posix.fromFileUrl = path.fromFileUrl;
/** Whether a path is absolute. */
export const isAbsolute: typeof posix.isAbsolute = path.isAbsolute;
/** Joins paths and normalizes the result. */
export const join: typeof posix.join = path.join;
/** Resolves `.` and `..` and repeated separators. */
export const normalize: typeof posix.normalize = path.normalize;
/** The relative path that leads from one path to another. */
export const relative: typeof posix.relative = path.relative;
/** Resolves path segments, from the right, into an absolute path. */
export const resolve: typeof posix.resolve = path.resolve;
/** Converts an absolute path to a file URL. */
export const toFileUrl: typeof posix.toFileUrl = path.toFileUrl;
