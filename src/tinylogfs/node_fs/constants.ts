/**
 * Numbers that programs for Node pass and compare: Linux's.
 *
 * @module
 */

/** What `mode` has of a file, a directory, a symlink. */
export const KIND_BITS = {
  file: 0o100000,
  directory: 0o040000,
  symlink: 0o120000,
} as const;

/** The bits of `mode` that tell the kind. */
export const S_IFMT = 0o170000;

/** Flags of `open()`. */
export const OPEN = {
  O_RDONLY: 0,
  O_WRONLY: 0o1,
  O_RDWR: 0o2,
  O_CREAT: 0o100,
  O_EXCL: 0o200,
  O_TRUNC: 0o1000,
  O_APPEND: 0o2000,
  O_DIRECTORY: 0o200000,
  O_NOFOLLOW: 0o400000,
} as const;

/** Modes of `access()`. */
export const ACCESS = { F_OK: 0, X_OK: 1, W_OK: 2, R_OK: 4 } as const;

/** Mode of `copyFile()`: the destination must not exist. */
export const COPYFILE_EXCL = 1;

/** What `fs.constants` is. */
export const CONSTANTS: Readonly<Record<string, number>> = Object.freeze({
  ...ACCESS,
  ...OPEN,
  COPYFILE_EXCL,
  COPYFILE_FICLONE: 2,
  COPYFILE_FICLONE_FORCE: 4,
  S_IFMT,
  S_IFREG: KIND_BITS.file,
  S_IFDIR: KIND_BITS.directory,
  S_IFLNK: KIND_BITS.symlink,
});
