/**
 * Types of the functions of `@std/path` and `@std/path/posix` that pond uses.
 * No wider than the real ones: what passes here passes with them.
 */

/** The last portion of a path, without `suffix` if it ends with it. */
export function basename(path: string | URL, suffix?: string): string;
/** The directory path of a path. */
export function dirname(path: string | URL): string;
/** The extension of a path with its leading period, or "". */
export function extname(path: string | URL): string;
/** Converts a file URL to a path. Throws `TypeError` for another protocol. */
export function fromFileUrl(url: URL | string): string;
/** Whether a path is absolute. */
export function isAbsolute(path: string): boolean;
/** Joins paths and normalizes the result. */
export function join(path: string | URL, ...paths: string[]): string;
/** Resolves `.` and `..` and repeated separators. */
export function normalize(path: string | URL): string;
/** The relative path that leads from one path to another. */
export function relative(from: string, to: string): string;
/** Resolves path segments, from the right, into an absolute path. */
export function resolve(...pathSegments: string[]): string;
/** Converts an absolute path to a file URL. */
export function toFileUrl(path: string): URL;
