/** What only real files can show: the system's own errors, locks, types. */
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStringIncludes,
} from "@std/assert";
import { encodeUtf8 } from "../../src/bytes.ts";
import type { PondErrorCode } from "../../src/errors.ts";
import { DenoFiles } from "../../src/host/deno_files.ts";
import { assertFails, put } from "../contract/file_store_support.ts";
import { denoArgs, PROJECT_ROOT, runDeno } from "../support/deno_process.ts";
import {
  type TempDirectory,
  tempDirectory,
} from "../support/temp_directory.ts";

const files = new DenoFiles();
const bytes = encodeUtf8("bytes");

/** A directory on another file system than the temporary one, if there is one. */
const OTHER_FILE_SYSTEM = "/dev/shm";

async function isOtherFileSystem(): Promise<boolean> {
  try {
    await using temp = await tempDirectory();
    const [one, other] = await Promise.all(
      [temp.path, OTHER_FILE_SYSTEM].map((path) => Deno.stat(path)),
    );
    return one?.dev !== other?.dev;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return await files.stat(path) !== undefined;
}

/** A file, a full directory, a link to itself. */
async function scratch(): Promise<TempDirectory> {
  const temp = await tempDirectory();
  await put(files, temp.join("file"), bytes);
  await files.makeDirectory(temp.join("full"));
  await put(files, temp.join("full/file"), bytes);
  await files.makeLink(temp.join("loop"), "loop");
  return temp;
}

/** What is tried, the code, and what the message says after the path. */
type Case = readonly [
  work: (path: string) => Promise<unknown>,
  name: string,
  code: PondErrorCode,
  why: string,
];

const LONG = "n".repeat(256);

const CASES: Readonly<Record<string, Case>> = {
  ENOENT: [
    (path) => files.remove(path),
    "missing",
    "NOT_FOUND",
    "no such file or directory",
  ],
  EEXIST: [
    (path) => files.create(path),
    "file",
    "ALREADY_EXISTS",
    "it exists already",
  ],
  ENOTDIR: [
    (path) => files.create(path),
    "file/below",
    "NOT_A_DIRECTORY",
    "a component of the path is no directory",
  ],
  EISDIR: [
    (path) => files.overwrite(path, bytes),
    "full",
    "IS_A_DIRECTORY",
    "it is a directory",
  ],
  ENOTEMPTY: [
    (path) => files.remove(path),
    "full",
    "DIRECTORY_NOT_EMPTY",
    "the directory is not empty",
  ],
  ENAMETOOLONG: [
    (path) => files.create(path),
    LONG,
    "INVALID_NAME",
    "a name in it is too long, or has a NUL",
  ],
  ELOOP: [
    (path) => files.read(path),
    "loop",
    "LOOP",
    "too many symbolic links",
  ],
};

for (const [errno, [work, name, code, why]] of Object.entries(CASES)) {
  Deno.test(`DenoFiles makes ${errno} of the system ${code}, and keeps it as the cause`, async () => {
    await using temp = await scratch();
    const path = temp.join(name);
    const error = await assertFails(() => work(path), code, path);
    assert(error.message.endsWith(`${path}: ${why}`), error.message);
    const { cause } = error;
    assertInstanceOf(cause, Error);
    assertEquals("code" in cause && cause.code, errno);
  });
}

Deno.test({
  name: "DenoFiles.overwrite() on a full disk is NO_SPACE, with a hint",
  ignore: !await exists("/dev/full"),
  async fn() {
    const work = () => files.overwrite("/dev/full", bytes);
    const error = await assertFails(work, "NO_SPACE", "/dev/full");
    assertEquals(error.message, "Cannot write /dev/full: the disk is full");
    assertEquals(error.hint, "make room and try again");
  },
});

Deno.test({
  name: "DenoFiles.link() and rename() to another file system are UNSUPPORTED",
  ignore: !await isOtherFileSystem(),
  async fn() {
    await using temp = await scratch();
    const path = `${OTHER_FILE_SYSTEM}/pond-${crypto.randomUUID()}`;
    const from = temp.join("file");
    for (
      const work of [
        () => files.link(from, path),
        () => files.rename(from, path),
      ]
    ) {
      const error = await assertFails(work, "UNSUPPORTED", path);
      assertStringIncludes(error.message, from);
      assertStringIncludes(error.message, "on one file system");
    }
    assert(await exists(from));
    assert(!await exists(path));
  },
});

Deno.test({
  name:
    "DenoFiles without permission is PERMISSION_DENIED, and changes nothing",
  // Nothing is forbidden to the superuser.
  ignore: Deno.uid() === 0,
  async fn() {
    await using temp = await scratch();
    const [closed, file] = [temp.join("full"), temp.join("full/file")];
    await Deno.chmod(closed, 0o555);
    await Deno.chmod(file, 0o000);
    try {
      const created = temp.join("full/new");
      const code = "PERMISSION_DENIED";
      await assertFails(() => files.create(created), code, created);
      await assertFails(() => files.replace(created, bytes), code, created);
      await assertFails(() => files.makeDirectory(created), code, created);
      await assertFails(() => files.remove(file), code, file);
      await assertFails(() => files.read(file), code, file);
      await assertFails(() => files.overwrite(file, bytes), code, file);
      await Deno.chmod(closed, 0o000);
      await assertFails(() => files.stat(file), code, file);
      const list = () => Array.fromAsync(files.list(closed));
      await assertFails(list, code, closed);
    } finally {
      await Deno.chmod(closed, 0o755);
    }
    assertEquals((await Array.fromAsync(files.list(closed))).length, 1);
  },
});

Deno.test("DenoFiles that Deno itself forbids to read is PERMISSION_DENIED", async () => {
  await using temp = await tempDirectory();
  const script = temp.join("read.ts");
  await Deno.writeTextFile(
    script,
    `import { DenoFiles } from "${PROJECT_ROOT}/src/host/deno_files.ts";
     try {
       await new DenoFiles().read("/pond.json");
     } catch (error) {
       console.log(error.code, error.path, error.message);
     }`,
  );
  const ran = await runDeno(["run", "--no-prompt", ...denoArgs(), script]);
  assertEquals(
    ran.stdout,
    "PERMISSION_DENIED /pond.json Cannot read /pond.json: permission denied\n",
    ran.stderr,
  );
});

Deno.test("DenoFiles says of errors without a code of their own what the system says, once", async () => {
  await using temp = await scratch();
  const [from, to] = [temp.join("full"), temp.join("full/below")];
  const error = await assertFails(() => files.rename(from, to), "IO", to);
  assertEquals(
    error.message,
    `Cannot rename ${from} to ${to}: Invalid argument (os error 22)`,
  );
});

Deno.test("DenoFiles.stat() tells devices from files", async () => {
  const stat = await files.stat("/dev/null");
  assertEquals([stat?.type, stat?.sizeBytes], ["other", 0]);
});

Deno.test("DenoFiles.stat() gives the permission bits, and nothing else of the mode", async () => {
  await using temp = await scratch();
  await Deno.chmod(temp.join("file"), 0o640);
  assertEquals((await files.stat(temp.join("file")))?.mode, 0o640);
});

Deno.test({
  name: "DenoFiles.read() reads files whose length the system doesn't know",
  ignore: !await exists("/proc/self/status"),
  async fn() {
    const status = await files.read("/proc/self/status");
    assert(status.length > 0);
  },
});

Deno.test("DenoFiles.lock() waits for another process, and its end gives the lock", async () => {
  await using temp = await tempDirectory();
  const path = temp.join("lock");
  const script = temp.join("hold.ts");
  await Deno.writeTextFile(
    script,
    `import { DenoFiles } from "${PROJECT_ROOT}/src/host/deno_files.ts";
     await new DenoFiles().lock(${JSON.stringify(path)});
     console.log("locked");
     await Deno.stdin.read(new Uint8Array(1));`,
  );
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", ...denoArgs(), script],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const stdout = child.stdout.getReader();
  assertEquals((await stdout.read()).value, encodeUtf8("locked\n"));
  const events: string[] = [];
  const waiting = files.lock(path).then((lock) => {
    events.push("locked here");
    return lock;
  });
  // Time enough for a lock that doesn't hold to be given away.
  for (let i = 0; i < 50; i++) await files.replace(temp.join("other"), bytes);
  events.push("killed");
  child.kill("SIGKILL");
  await using _lock = await waiting;
  assertEquals(events, ["killed", "locked here"]);
  await child.status;
  await stdout.cancel();
  await child.stdin.abort();
});
