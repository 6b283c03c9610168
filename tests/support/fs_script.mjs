/**
 * A script of calls of `fs/promises`, run on whatever has these functions.
 *
 * It is plain JavaScript, so that Node runs it as it is:
 *
 * ```text
 * node tests/support/fs_script.mjs DIRECTORY < SCRIPTS
 *
 * DIRECTORY   where directories are made for the scripts
 * SCRIPTS     JSON: {"name": [[function, argument, ...], ...], ...}
 *             "@/a"                      a path
 *             {"$bytes": [1, 2]}         an array of bytes
 *             {"$url": "@/a"}            a URL
 *             {"$date": 1000}            a date, by its milliseconds
 *             ["as", "f", "open", ...]   opens a file and calls it f
 *             ["on", "f", "read", ...]   calls a function of the file f
 *             ["list", "opendir", ...]   all that the function's value lists
 *             {"$file": "f"}             the file f
 * ```
 *
 * What a call comes to is a text: its value, or its failure as a program sees
 * it.
 *
 * @module
 */

/** What depends on the filesystem and the time. */
const VARYING =
  /^(dev|ino|nlink|uid|gid|rdev|blksize|blocks|.*time(Ms|Ns)?|fd)$/;

/** How the other kinds of values are shown. */
const SHOWN = {
  bigint: (value) => `${value}n`,
  undefined: () => "undefined",
  function: () => undefined,
};

/**
 * Runs scripts, each in a directory of its own.
 *
 * @param {object} fs The functions.
 * @param {string} root Where the directories are made; no slash at its end.
 * @param {Record<string, readonly (readonly unknown[])[]>} scripts The calls.
 * @returns {Promise<Record<string, string[]>>} What each came to.
 */
export async function runScripts(fs, root, scripts) {
  const results = {};
  for (const [index, [name, script]] of Object.entries(scripts).entries()) {
    const directory = `${root}/${index}`;
    await fs.mkdir(directory);
    results[name] = await runScript(fs, directory, script);
  }
  return results;
}

async function runScript(fs, root, script) {
  const files = new Map();
  const results = [];
  for (const step of script) {
    results.push(await resultOf(fs, root, step, files));
  }
  for (const file of files.values()) await file.close();
  return results;
}

async function resultOf(fs, root, step, files) {
  const [first, second] = step;
  const rest = (count) => step.slice(count).map((it) => real(it, root, files));
  try {
    let value;
    if (first === "as") {
      value = await fs[step[2]](...rest(3));
      files.set(second, value);
      return "opened";
    }
    if (first === "on") value = await files.get(second)[step[2]](...rest(3));
    else if (first === "list") value = await listed(fs[second](...rest(2)));
    else value = await fs[first](...rest(1));
    return shown(value, root);
  } catch (error) {
    return failure(error, root);
  }
}

/** All that an iterable, or a promise of one, gives. */
async function listed(iterable) {
  const items = [];
  for await (const item of await iterable) items.push(item);
  return items;
}

/** An argument as it is meant. */
function real(value, root, files) {
  if (typeof value === "string") return value.replace(/^@/, root);
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((it) => real(it, root, files));
  if ("$bytes" in value) return Uint8Array.from(value.$bytes);
  if ("$file" in value) return files.get(value.$file);
  if ("$url" in value) return new URL(`file://${real(value.$url, root)}`);
  if ("$date" in value) return new Date(value.$date);
  return Object.fromEntries(
    Object.entries(value).map(([name, it]) => [name, real(it, root, files)]),
  );
}

/** The text of a value: numbers that only this filesystem has are left out. */
function shown(value, root) {
  const text = JSON.stringify(
    plain(value),
    (_, it) => SHOWN[typeof it] ? SHOWN[typeof it](it) : it,
  ) ?? "undefined";
  return without(text, root);
}

function plain(value) {
  if (value === null || typeof value !== "object") return value;
  if (value instanceof Uint8Array) return `bytes ${[...value].join(" ")}`;
  if (Array.isArray(value)) return sorted(value.map(plain));
  const entries = Object.entries(value).filter(([name]) => !VARYING.test(name));
  const kinds = ["isFile", "isDirectory", "isSymbolicLink"]
    .filter((kind) => typeof value[kind] === "function" && value[kind]());
  return Object.fromEntries([
    ...kinds.map((kind) => ["kind", kind]),
    ...entries.map(([name, it]) => [name, plain(it)])
      // What a directory's length and place are is the filesystem's own matter.
      .filter(([name]) => name !== "size" || !kinds.includes("isDirectory"))
      .sort(([a], [b]) => a < b ? -1 : 1),
  ]);
}

/** Directories are listed in no order. */
function sorted(values) {
  const key = (it) =>
    typeof it === "string" ? it : `${it?.parentPath}/${it?.name}`;
  return values.sort((a, b) => key(a) < key(b) ? -1 : 1);
}

function failure(error, root) {
  const { code, errno, syscall, path, dest, message, name } = error;
  // Node words its own complaints another way in each release, and has no
  // number for what is closed.
  const isOwn = typeof errno === "number" && message !== "file closed";
  const text = isOwn
    ? [name, code, errno, syscall, path, dest, message]
    : [error instanceof TypeError ? "TypeError" : name, code];
  return without(`! ${text.map((it) => it ?? "-").join(" | ")}`, root);
}

/** The same wherever the root is. */
function without(text, root) {
  return text.replaceAll(root, "@");
}

if (globalThis.process?.argv[1]?.endsWith("fs_script.mjs")) {
  const { default: fs } = await import("node:fs/promises");
  const [, , root = ""] = process.argv;
  process.umask(0o022);
  let input = "";
  for await (const chunk of process.stdin.setEncoding("utf8")) input += chunk;
  const results = await runScripts(fs, root, JSON.parse(input));
  process.stdout.write(JSON.stringify(results));
}
