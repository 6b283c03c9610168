import { assertEquals, assertStringIncludes } from "@std/assert";
import { decodeUtf8 } from "../../src/bytes.ts";
import {
  applyResources,
  readResources,
  runResources,
} from "../../src/pipeline/mod.ts";
import { type ScratchPond, scratchPond } from "./scratch.ts";

/** A pond with an inbox of a directory. */
async function scratch(spec: (directory: string) => string) {
  const it = await scratchPond();
  const directory = it.temp.join("in");
  await Deno.mkdir(`${directory}/sub`, { recursive: true });
  const text = `kind: Inbox\nname: field\nspec: ${spec(directory)}\n`;
  await applyResources(
    it.pond,
    readResources([{ file: "a.yaml", text }]),
  );
  const write = (name: string, text: string) =>
    Deno.writeTextFile(`${directory}/${name}`, text);
  return { ...it, directory, write };
}

async function run({ host, pond }: ScratchPond) {
  const [report] = await Array.fromAsync(runResources(pond, host));
  if (report?.error !== undefined) throw report.error;
  return report;
}

async function told(it: ScratchPond) {
  const report = await run(it);
  return report?.items.map(({ path, status }) => `${status} ${path}`);
}

async function textOf({ pond }: ScratchPond, path: string) {
  return decodeUtf8(await pond.readFile(path));
}

Deno.test("Inbox: files are taken in, and again when they have changed", async () => {
  await using it = await scratch((at) => `{pattern: "${at}/**/*.csv"}`);
  await it.write("a.csv", "v\n1\n");
  await it.write("sub/b.csv", "v\n2\n");
  await it.write("c.txt", "no");
  await it.write(".d.csv", "no");
  await Deno.symlink("a.csv", `${it.directory}/link.csv`);
  assertEquals(await told(it), [
    "created /Inbox/field/a.csv",
    "created /Inbox/field/sub/b.csv",
  ]);
  assertEquals(it.pond.version, 2);
  assertEquals((await run(it))?.commit, undefined);
  // The same length, and at once.
  await it.write("a.csv", "v\n3\n");
  assertEquals(await told(it), [
    "updated /Inbox/field/a.csv",
    "unchanged /Inbox/field/sub/b.csv",
  ]);
  // Another time, and the same content.
  await Deno.utime(`${it.directory}/a.csv`, 1000, 1000);
  assertEquals((await run(it))?.commit, undefined);
  // Time and length are believed, unless the time was just then.
  await it.write("e.csv", "v\n5\n");
  await Deno.utime(`${it.directory}/e.csv`, 2000, 2000);
  await run(it);
  await it.write("e.csv", "v\n6\n");
  await Deno.utime(`${it.directory}/e.csv`, 2000, 2000);
  assertEquals((await run(it))?.commit, undefined);
  await Deno.utime(`${it.directory}/e.csv`, 3000, 3000);
  await run(it);
  assertEquals(await textOf(it, "/Inbox/field/e.csv"), "v\n6\n");
  await Deno.remove(`${it.directory}/a.csv`);
  await run(it);
  assertEquals(await textOf(it, "/Inbox/field/a.csv"), "v\n3\n");
});

Deno.test("Inbox: ** means files at any depth", async () => {
  for (const pattern of ["**", "**/*"]) {
    await using it = await scratch((at) => `{pattern: "${at}/${pattern}"}`);
    await Deno.mkdir(`${it.directory}/sub/below`, { recursive: true });
    await it.write("a.csv", "1");
    await it.write("sub/below/b.csv", "2");
    assertEquals(await told(it), [
      "created /Inbox/field/a.csv",
      "created /Inbox/field/sub/below/b.csv",
    ]);
  }
});

Deno.test("Inbox: a file that can't be stored is told, and the others are", async () => {
  await using it = await scratch((at) => `{pattern: "${at}/*.csv", to: /data}`);
  await it.write("a.csv", "v\n1\n");
  await it.write("b.csv", "v\n2\n");
  await it.pond.createDirectory("/data/a.csv", { recursive: true });
  await it.pond.commit();
  const report = await run(it);
  assertEquals(
    report?.items.map(({ error, status }) => [status, error?.code]),
    [
      ["failed", "IS_A_DIRECTORY"],
      ["created", undefined],
    ],
  );
});

Deno.test("Inbox: a directory that isn't there fails", async () => {
  await using it = await scratch((at) => `{pattern: "${at}/none/*.csv"}`);
  const [report] = await Array.fromAsync(runResources(it.pond, it.host));
  assertEquals(report?.error?.code, "NOT_FOUND");
});

const LOG = "/Inbox/field/app.log";

/** A pond that follows a log. */
function logs(): ReturnType<typeof scratch> {
  return scratch((at) => `{pattern: "${at}/app.log", grows: true}`);
}

async function append(path: string, text: string) {
  await Deno.writeTextFile(path, text, { append: true });
}

Deno.test("a growing log: only what was added is stored, as whole lines", async () => {
  await using it = await logs();
  const file = `${it.directory}/app.log`;
  const old = "an old line\n".repeat(10_000);
  await it.write("app.log", old);
  assertEquals(await told(it), [`created ${LOG}`]);
  await append(file, "one\ntwo\nthr");
  const report = await run(it);
  assertEquals(report?.items[0]?.sizeBytes, "one\ntwo\n".length);
  const whole = `${old}one\ntwo\n`;
  assertEquals((await it.pond.entry(LOG)).sizeBytes, whole.length);
  const added = await Array.fromAsync(it.pond.fileParts(LOG));
  assertEquals(added.length, 2);
  assertEquals((await run(it))?.commit, undefined);
  await append(file, "ee\n");
  await run(it);
  assertEquals(await textOf(it, LOG), `${old}one\ntwo\nthree\n`);
});

Deno.test("a growing log: a rotation is followed, by another name and by a copy", async () => {
  await using it = await logs();
  const file = `${it.directory}/app.log`;
  await it.write("app.log", "1\n2\n");
  await run(it);
  await append(file, "3\n");
  await Deno.rename(file, `${file}.1`);
  await it.write("app.logger.1", "none of it\n");
  await it.write("app.log", "4\n5\n6\n7\n");
  await run(it);
  assertEquals(await textOf(it, LOG), "1\n2\n3\n4\n5\n6\n7\n");
  // Twice between two runs; the new file has not a line yet.
  await Deno.rename(`${file}.1`, `${file}.2`);
  await append(file, "8\n");
  await Deno.rename(file, `${file}.1`);
  await Deno.utime(`${file}.2`, 1000, 1000);
  await it.write("app.log", "");
  await run(it);
  assertEquals(await textOf(it, LOG), "1\n2\n3\n4\n5\n6\n7\n8\n");
  await append(file, "9\n");
  await run(it);
  // Copied away, and cut short.
  await append(file, "10\n");
  await Deno.copyFile(file, `${file}.0`);
  await it.write("app.log", "11\n");
  await run(it);
  assertEquals(
    await textOf(it, LOG),
    Array.from({ length: 11 }, (_, i) => `${i + 1}\n`).join(""),
  );
});

Deno.test("a growing log: one that was rewritten is an error, and what there is stays", async () => {
  await using it = await logs();
  await it.write("app.log", "1\n2\n3\n");
  await run(it);
  await it.write("app.log", "1\nX\n3\n4\n");
  const report = await run(it);
  assertEquals(report?.items[0]?.error?.code, "CONFLICT");
  assertStringIncludes(report?.items[0]?.error?.message ?? "", "was rewritten");
  assertEquals(report?.commit, undefined);
  assertEquals(await textOf(it, LOG), "1\n2\n3\n");
  await it.pond.rename(LOG, `${LOG}.old`);
  await it.pond.commit();
  assertEquals(await told(it), [`created ${LOG}`]);
  assertEquals(await textOf(it, LOG), "1\nX\n3\n4\n");
  assertEquals(await textOf(it, `${LOG}.old`), "1\n2\n3\n");
});
