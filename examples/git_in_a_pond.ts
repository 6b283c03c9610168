// deno-lint-ignore-file no-console -- an example prints what it does
/**
 * A program that was written for Node, in a pond: git keeps a repository and
 * its working tree there, and each step of it is a transaction.
 *
 * ```text
 * $ deno run -A examples/git_in_a_pond.ts
 * status: notes.txt *added
 * log: the first notes
 * on a branch: 20.5 m, 20.7 m
 * on main: 20.5 m
 * in version 1: 20.5 m
 * versions: a repository, a branch, back to main
 * ```
 *
 * @module
 */
import { Pond } from "@duckpond/pond";
import git from "isomorphic-git";

const directory = await Deno.makeTempDir();
await using pond = await Pond.init(`${directory}/pond`);

// The functions of Node's fs/promises, over the pond.
const fs = await pond.nodeFs();
const dir = "/lake";
const author = { name: "Someone at the lake", email: "lake@example.org" };

await git.init({ fs, dir, defaultBranch: "main" });
await fs.writeFile(`${dir}/notes.txt`, "20.5 m");
const state = await git.status({ fs, dir, filepath: "notes.txt" });
console.log(`status: notes.txt ${state}`);
await git.add({ fs, dir, filepath: "notes.txt" });
await git.commit({ fs, dir, author, message: "the first notes" });
const [newest] = await git.log({ fs, dir });
console.log(`log: ${newest?.commit.message.trim()}`);
// What git has done so far is pending, and becomes one transaction.
await pond.commit({ message: "a repository" });

await git.branch({ fs, dir, ref: "july", checkout: true });
await fs.appendFile(`${dir}/notes.txt`, ", 20.7 m");
await git.add({ fs, dir, filepath: "notes.txt" });
await git.commit({ fs, dir, author, message: "July" });
console.log(`on a branch: ${await read(pond)}`);
await pond.commit({ message: "a branch" });

await git.checkout({ fs, dir, ref: "main" });
console.log(`on main: ${await read(pond)}`);
await pond.commit({ message: "back to main" });

// The pond has a history of its own: of the repository as well.
await using before = await pond.at("v1");
console.log(`in version 1: ${await read(before)}`);
const messages: string[] = [];
for await (const { message, version } of pond.transactions()) {
  if (version > 0) messages.unshift(message);
}
console.log(`versions: ${messages.join(", ")}`);
await Deno.remove(directory, { recursive: true });

async function read(of: Pond): Promise<string> {
  const files = await of.nodeFs();
  return await files.readFile(`${dir}/notes.txt`, "utf8");
}
