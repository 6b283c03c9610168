/**
 * A pond: a transactional, versioned filesystem that is a data lake as well.
 *
 * Directories, files, symlinks and every version of each are rows of an
 * ordinary Delta Lake table, which other engines read without pond.
 *
 * @example A pond in a directory
 * ```ts
 * import { Pond } from "@duckpond/pond";
 * import { assertEquals } from "@std/assert";
 *
 * const directory = await Deno.makeTempDir();
 * await using pond = await Pond.init(`${directory}/pond`);
 *
 * await pond.createFile("/lake.csv", "t,m\n1,20.5\n");
 * await pond.commit({ message: "the first reading" });
 * await pond.updateFile("/lake.csv", "t,m\n1,20.5\n2,20.7\n");
 * await pond.commit({ message: "one more" });
 *
 * await using before = await pond.at("v1");
 * const text = new TextDecoder().decode(await before.readFile("/lake.csv"));
 * assertEquals(text, "t,m\n1,20.5\n");
 * await Deno.remove(directory, { recursive: true });
 * ```
 *
 * @example SQL over files and history
 * ```ts
 * import { Pond } from "@duckpond/pond";
 * import { assertEquals } from "@std/assert";
 *
 * const directory = await Deno.makeTempDir();
 * await using pond = await Pond.init(`${directory}/pond`);
 * await pond.createFile("/lake.csv", "t,m\n1,20.5\n2,20.7\n");
 *
 * await pond.commit();
 *
 * const path = "/lake.csv";
 * const rows = pond.sql`SELECT t, m FROM ${path} WHERE m > ${20.6}`;
 * for await (const row of rows) assertEquals(row, { t: 2n, m: 20.7 });
 * await Deno.remove(directory, { recursive: true });
 * ```
 *
 * The layers under it are modules of their own: `./tinyfs`, an in-memory
 * filesystem over any kind of directory; `./oplog`, the Delta table; and
 * `./tinylogfs`, the filesystem kept in it. `./host` has the platforms that they
 * run on, and `./cli` is the program `pond`. A pond is kept elsewhere by
 * `./backup`, `./mirror`, `./bundle` and `./export`.
 *
 * @module
 */
export { Pond, type PondOpener } from "./src/pond.ts";
export * from "./src/tinylogfs/mod.ts";
