/** On a real disk: modes, times, files that change while they are read. */
import { assert, assertEquals } from "@std/assert";
import { hasCode, PondError } from "../../src/errors.ts";
import { denoHost } from "../../src/host/deno_host.ts";
import type { Host } from "../../src/host/mod.ts";
import { MirrorSync } from "../../src/mirror/mod.ts";
import { TinyLogFS } from "../../src/tinylogfs/mod.ts";
import {
  type TempDirectory,
  tempDirectory,
} from "../support/temp_directory.ts";
import { lines } from "./support.ts";

interface Place extends AsyncDisposable {
  readonly temp: TempDirectory;
  readonly fs: TinyLogFS;
  readonly mirror: MirrorSync;
  readonly dir: string;
}

async function place(host: Host = denoHost()): Promise<Place> {
  await using stack = new AsyncDisposableStack();
  const temp = stack.use(await tempDirectory());
  const fs = stack.use(await TinyLogFS.initEmpty(host, temp.join("pond")));
  const dir = temp.join("dir");
  await Deno.mkdir(dir);
  const mirror = await MirrorSync.open(fs, host, dir);
  const all = stack.move();
  return {
    temp,
    fs,
    mirror,
    dir,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

Deno.test("modes, times and symlinks are the same on both sides", async () => {
  await using it = await place();
  const { dir, fs, mirror } = it;
  await Deno.mkdir(`${dir}/d`, { mode: 0o750 });
  await Deno.writeTextFile(`${dir}/d/a`, "a", { mode: 0o640 });
  await Deno.chmod(`${dir}/d/a`, 0o751);
  const time = new Date("2020-02-03T04:05:06.789Z");
  await Deno.utime(`${dir}/d/a`, time, time);
  await Deno.symlink("../elsewhere", `${dir}/link`);
  await mirror.sync();
  assertEquals((await fs.entry("/d/a")).mode, 0o751);
  assertEquals((await fs.entry("/d/a")).modifiedUs, time.getTime() * 1000);
  assertEquals((await fs.entry("/d")).mode, 0o750);
  await using copy = await tempDirectory();
  const other = await MirrorSync.open(fs, denoHost(), copy.path);
  await other.syncToFilesystem();
  const stat = await Deno.stat(copy.join("d", "a"));
  assertEquals((stat.mode ?? 0) & 0o777, 0o751);
  assertEquals(stat.mtime, time);
  assertEquals(((await Deno.stat(copy.join("d"))).mode ?? 0) & 0o777, 0o750);
  assertEquals(await Deno.readLink(copy.join("link")), "../elsewhere");
  await fs.setMetadata("/d/a", { mode: 0o600 });
  await fs.commit();
  await Deno.chmod(copy.join("d"), 0o700);
  assertEquals(lines(await other.sync()), [
    "update /d -> pond, done",
    "update /d/a -> host, done",
  ]);
  assertEquals((await fs.entry("/d")).mode, 0o700);
});

Deno.test("a directory that can't be written to gets what is in it, then its mode", async () => {
  await using it = await place();
  const { dir, fs, mirror } = it;
  await fs.createDirectory("/d", { mode: 0o555 });
  await fs.createFile("/d/a", "a");
  await fs.commit();
  await mirror.syncToFilesystem();
  assertEquals(((await Deno.stat(`${dir}/d`)).mode ?? 0) & 0o777, 0o555);
  assertEquals(await Deno.readTextFile(`${dir}/d/a`), "a");
  await Deno.chmod(`${dir}/d`, 0o755);
});

Deno.test("a change of equal size and time is found, as by the next sync so by a copy of the directory", async () => {
  await using it = await place();
  const { dir, fs, mirror, temp } = it;
  const time = new Date("2020-02-03T04:05:06Z");
  const write = async (directory: string, text: string) => {
    await Deno.writeTextFile(`${directory}/a`, text);
    await Deno.utime(`${directory}/a`, time, time);
  };
  await write(dir, "one");
  await mirror.sync();
  await write(dir, "two");
  await mirror.sync();
  assertEquals(new TextDecoder().decode(await fs.readFile("/a")), "two");
  // The copy knows what it had, and goes on from there.
  const { code } = await new Deno.Command("cp", {
    args: ["-a", dir, temp.join("copy")],
  }).output();
  assertEquals(code, 0);
  await write(dir, "new");
  await mirror.sync();
  const copy = await MirrorSync.open(fs, denoHost(), temp.join("copy"));
  const report = await copy.sync();
  assertEquals(lines(report), ["update /a -> host, done"]);
  assertEquals(report.movedFrom, dir);
  assertEquals((await copy.status()).movedFrom, undefined);
  await write(temp.join("copy"), "six");
  assertEquals(lines(await copy.sync()), ["update /a -> pond, done"]);
});

Deno.test("a file that changes each time that it is read is said, and the rest is done", async () => {
  const { files, ...rest } = denoHost();
  let reads = 0;
  const busy = new Proxy(files, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      if (name !== "read") return value.bind(target);
      return async (path: string, ...words: unknown[]) => {
        if (path.endsWith("/busy")) {
          await Deno.writeTextFile(path, "busy".slice(reads++ % 3));
        }
        return await value.call(target, path, ...words);
      };
    },
  });
  const host: Host = { ...rest, files: busy };
  await using it = await place(host);
  const { dir, fs, mirror } = it;
  await Deno.writeTextFile(`${dir}/busy`, "0000");
  await Deno.writeTextFile(`${dir}/calm`, "calm");
  const report = await mirror.syncFromFilesystem();
  assertEquals(lines(report), [
    "fail /busy -> pond",
    "create /calm -> pond, done",
  ]);
  assert(hasCode(report.items[0]?.error, "CONFLICT"));
  assertEquals(reads, 3);
  assertEquals(await fs.exists("/busy"), false);
});

Deno.test("what is no file is skipped, and what it stands for in the pond stays", async () => {
  await using it = await place();
  const { dir, fs, mirror } = it;
  await Deno.mkdir(`${dir}/d`);
  await Deno.writeTextFile(`${dir}/d/a`, "a");
  await mirror.sync();
  await Deno.remove(`${dir}/d/a`);
  const { code } = await new Deno.Command("mkfifo", { args: [`${dir}/d/a`] })
    .output();
  assertEquals(code, 0);
  const report = await mirror.sync({ deletes: true });
  assertEquals(lines(report), ["skip /d/a"]);
  assertEquals(await fs.exists("/d/a"), true);
});

Deno.test("what can't be read keeps its place in the pond", async () => {
  const host = denoHost();
  const { files } = host;
  await using it = await place();
  const { dir, fs } = it;
  await Deno.mkdir(`${dir}/closed`);
  await Deno.writeTextFile(`${dir}/closed/a`, "a");
  await Deno.writeTextFile(`${dir}/b`, "b");
  await it.mirror.sync();
  await Deno.writeTextFile(`${dir}/b`, "c");
  const path = `${dir}/closed`;
  const denied = () =>
    Promise.reject(
      new PondError("PERMISSION_DENIED", `Cannot list ${path}`, { path }),
    );
  const bound = new Proxy(files, {
    get(target, name) {
      if (name === "list") {
        return (at: string) =>
          at === path
            ? { [Symbol.asyncIterator]: () => ({ next: denied }) }
            : files.list(at);
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const mirror = await MirrorSync.open(fs, { ...host, files: bound }, dir);
  const report = await mirror.sync({ deletes: true });
  assertEquals(lines(report), ["update /b -> pond, done", "fail /closed"]);
  assertEquals(await fs.exists("/closed/a"), true);
});
