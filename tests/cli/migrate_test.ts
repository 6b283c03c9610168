import { assert, assertEquals } from "@std/assert";
import { NOYO, samplePond, SECRETS, writeFiles } from "../migrate/support.ts";
import { denoHost } from "../../src/host/deno_host.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { type Ran, run } from "./support.ts";

/** An old pond, its backup, and a new pond beside them. */
async function scratch() {
  await using stack = new AsyncDisposableStack();
  const temp = stack.use(await tempDirectory());
  const old = await samplePond();
  await writeFiles(temp.join("old"), old.files);
  await writeFiles(temp.join("bucket"), old.backup("u"));
  const all: Ran[] = [];
  const pond = async (...argv: string[]) => {
    const options = { cwd: temp.path, env: { POND: temp.join("pond") } };
    const ran = await run(denoHost(), argv, options);
    all.push(ran);
    return ran;
  };
  assertEquals((await pond("init", "pond")).code, 0);
  const kept = stack.move();
  return {
    pond,
    temp,
    /** Everything that was written to any stream. */
    said: () => all.map(({ stderr, stdout }) => stdout + stderr).join(""),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

Deno.test("pond migrate leaves no secret in the pond's directory, nor in its output", async () => {
  await using it = await scratch();
  for (const more of [["-n"], [], ["--json"], ["-v", "--json"]]) {
    const { code, stderr } = await it.pond("migrate", "old", ...more);
    assertEquals(code, 0, stderr);
  }
  for (
    const argv of [
      ["resource", "show", "HydroVu/noyo"],
      ["log", "--stat"],
      ["cat", "/.pond/resources/HydroVu/noyo.yaml"],
      ["query", "FROM '/.pond/migrated/Pond'", "--json"],
      ["check"],
    ]
  ) {
    const { code, stderr } = await it.pond(...argv);
    assertEquals(code, 0, stderr);
  }
  assert(it.said().includes("HYDRO_KEY_VALUE"));
  const found = { files: 0, with: [] as string[] };
  const has = (text: string) => SECRETS.some((it) => text.includes(it));
  const search = async (directory: string): Promise<void> => {
    for await (const { isDirectory, name } of Deno.readDir(directory)) {
      const path = `${directory}/${name}`;
      if (isDirectory) await search(path);
      else {
        found.files++;
        const text = new TextDecoder("latin1").decode(
          await Deno.readFile(path),
        );
        if (has(text)) found.with.push(path);
      }
    }
  };
  await search(it.temp.join("pond"));
  assert(found.files > 10, `${found.files} files`);
  assertEquals(found.with, []);
  assert(!has(it.said()));
});

Deno.test("pond migrate takes a backup as file://, and tells one object with --json", async () => {
  await using it = await scratch();
  const url = `file://${it.temp.join("bucket")}`;
  const first = JSON.parse((await it.pond("migrate", url, "--json")).stdout);
  assertEquals([first.agrees, first.done, first.damage], [true, true, []]);
  assertEquals(first.secrets, [
    { field: "HydroVu/noyo spec.key", variable: "HYDRO_KEY_ID" },
    { field: "HydroVu/noyo spec.secret", variable: "HYDRO_KEY_VALUE" },
  ]);
  // The pond itself has the same, and one more directory.
  const second = JSON.parse((await it.pond("migrate", "old", "--json")).stdout);
  assertEquals([second.written, second.agrees], [0, true]);
  const of = (report: typeof first) =>
    report.digests.find(({ path }: { path: string }) =>
      path === `/HydroVu/${NOYO}`
    );
  assertEquals(of(second), of(first));
  const third = await it.pond("migrate", "old");
  assertEquals([third.code, third.stderr], [0, ""]);
});
