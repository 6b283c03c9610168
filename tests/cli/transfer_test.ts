import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { encodeUtf8 } from "../../src/bytes.ts";
import { scratchPond } from "./scratch.ts";

async function hostNames(path: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(path)) names.push(name);
  return names.sort();
}

Deno.test("pond put and pond get carry a tree both ways, symlinks as symlinks", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("put station /station");
  assertEquals(await scratch.ok("cat /station/link"), "b\n");
  await scratch.ok("get /station copy");
  assertEquals(
    await Deno.readTextFile(`${scratch.home}/copy/sub/b.txt`),
    "b\n",
  );
  assertEquals(await Deno.readLink(`${scratch.home}/copy/link`), "sub/b.txt");
  assertEquals(await hostNames(`${scratch.home}/copy`), ["link", "sub"]);
});

Deno.test("pond put writes into a directory, and gives a file that exists a new version", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("put readings.csv /sensors");
  await scratch.ok("put readings.csv /sensors/a.csv");
  assertEquals(await scratch.ok("cat /sensors/a.csv"), "t,v\n1,20\n2,21\n");
  assertEquals(await scratch.ok("cat --at v1 /sensors/a.csv"), "t,v\n1,10\n");
  assertEquals(await scratch.ok("ls /sensors"), "a.csv\nreadings.csv\n");
  assertEquals(
    (await scratch.run("put readings.csv station /nowhere")).code,
    4,
  );
  assertEquals((await scratch.run("put missing.csv /x")).code, 4);
});

Deno.test("pond put takes a tree again: only what changed is another version", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("put station /");
  await scratch.ok("put station /");
  assertEquals(await scratch.ok("cat /station/sub/b.txt"), "b\n");
});

Deno.test("pond put - needs a name, and no terminal at standard input", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("put - /note", { stdin: "hello" });
  assertEquals(await scratch.ok("get /note -"), "hello");
  assertEquals((await scratch.run("put - /")).code, 2);
  assertEquals((await scratch.run("put - readings.csv /sensors")).code, 2);
  const waiting = await scratch.run("put - /x", { terminal: true });
  assertEquals(waiting.code, 2);
  assertStringIncludes(waiting.stderr, "it is a terminal");
});

Deno.test("pond bundle and pond export refuse the pond's own directory, by whatever links", async () => {
  await using scratch = await scratchPond();
  const door = `${scratch.home}/door`;
  await Deno.symlink(scratch.pond, door);
  await Deno.symlink("door/tmp", `${scratch.home}/in`);
  for (const pond of [scratch.pond, door]) {
    for (const place of [scratch.pond, "door", "in"]) {
      const bundled = await scratch.run(`-C ${pond} bundle ${place}/x.tar`);
      assertEquals(bundled.code, 2);
      assertStringIncludes(bundled.stderr, "it is inside the pond");
      const to = `${place}/lake`;
      const exported = await scratch.run(
        `-C ${pond} export /sensors/*.csv --to ${to}`,
      );
      assertEquals(exported.code, 2, exported.stderr);
      assertStringIncludes(exported.stderr, "it is the pond's own directory");
    }
  }
  assertEquals((await hostNames(scratch.pond)).includes("x.tar"), false);
});

Deno.test("pond put refuses the pond's own directory and what lies around it", async () => {
  await using scratch = await scratchPond();
  for (const source of [scratch.pond, `${scratch.pond}/..`, "/"]) {
    assertEquals((await scratch.run(["put", source, "/x"])).code, 2, source);
  }
});

Deno.test("pond get never replaces a file without --force", async () => {
  await using scratch = await scratchPond();
  const path = `${scratch.home}/readings.csv`;
  const refused = await scratch.run("get /sensors/a.csv readings.csv");
  assertEquals(refused.code, 1);
  assertStringIncludes(refused.stderr, "--force");
  assertEquals(await Deno.readTextFile(path), "t,v\n1,20\n2,21\n");
  await scratch.ok("get --force /sensors/a.csv readings.csv");
  assertEquals(await Deno.readTextFile(path), "t,v\n1,10\n");
  assertEquals(await hostNames(scratch.home), ["readings.csv", "station"]);
});

Deno.test("pond get goes on after a file that exists, and exits with 3", async () => {
  await using scratch = await scratchPond();
  await Deno.mkdir(`${scratch.home}/out`);
  await Deno.mkdir(`${scratch.home}/out/sensors`);
  await Deno.writeTextFile(`${scratch.home}/out/sensors/a.csv`, "mine");
  const { code } = await scratch.run("get /sensors out");
  assertEquals(code, 3);
  assertEquals(await hostNames(`${scratch.home}/out/sensors`), [
    ".hidden",
    "a.csv",
  ]);
  assertEquals(
    await Deno.readTextFile(`${scratch.home}/out/sensors/a.csv`),
    "mine",
  );
});

Deno.test("pond get never writes through a symlink out of its destination", async () => {
  await using scratch = await scratchPond();
  await Deno.mkdir(`${scratch.home}/elsewhere`);
  await Deno.mkdir(`${scratch.home}/out`);
  await Deno.symlink("../elsewhere", `${scratch.home}/out/sensors`);
  const { code } = await scratch.run("get --force /sensors out");
  assertEquals(code, 1);
  assertEquals(await hostNames(`${scratch.home}/elsewhere`), []);
  await Deno.symlink("elsewhere/a", `${scratch.home}/link`);
  await scratch.ok("get --force /sensors/a.csv link");
  assertEquals(await hostNames(`${scratch.home}/elsewhere`), []);
  assertEquals((await Deno.lstat(`${scratch.home}/link`)).isFile, true);
});

Deno.test("pond get of several sources needs a directory", async () => {
  await using scratch = await scratchPond();
  assertEquals((await scratch.run("get /sensors/a.csv /sensors out")).code, 4);
  assertEquals((await scratch.run("get /sensors/a.csv out/")).code, 4);
  const missing = await scratch.run("get /sensors/b.csv x.csv");
  assertEquals(missing.code, 4);
  assertStringIncludes(missing.stderr, "did you mean /sensors/a.csv?");
  await assertRejects(
    () => Deno.lstat(`${scratch.home}/x.csv`),
    Deno.errors.NotFound,
  );
});

Deno.test("contents around the size of a blob go in and out unchanged", async () => {
  await using scratch = await scratchPond();
  for (const size of [0, 1, 65_535, 65_536, 65_537, 1_000_000]) {
    const bytes = new Uint8Array(size).map((_, index) =>
      (index * 7 + size) % 251
    );
    await Deno.writeFile(`${scratch.home}/in`, bytes);
    await scratch.ok("put in /f");
    assertEquals((await scratch.run("cat /f")).stdoutBytes, bytes, `${size}`);
    await scratch.ok("cp /f /g");
    await scratch.ok("get --force /g out");
    assert(bytes.every((byte, index) => byte === bytes[index]));
    assertEquals(await Deno.readFile(`${scratch.home}/out`), bytes, `${size}`);
  }
});

Deno.test("an ended command stops waiting for standard input and changes nothing", async () => {
  await using scratch = await scratchPond();
  const { PondError } = await import("../../src/errors.ts");
  const signal = AbortSignal.abort(
    new PondError("ABORTED", "Ended by SIGTERM"),
  );
  const { code } = await scratch.run("put - /x", {
    stdin: encodeUtf8("x"),
    signal,
  });
  assertEquals(code, 143);
  assertEquals(await scratch.ok("ls /"), "sensors\n");
});

Deno.test("a command that is ended without a reason exits with 130", async () => {
  await using scratch = await scratchPond();
  for (const reason of [undefined, new RangeError("late"), "enough"]) {
    const ran = await scratch.run("put - /x", {
      stdin: "x",
      signal: AbortSignal.abort(reason),
    });
    assertEquals([ran.code, ran.stdout], [130, ""]);
    assertStringIncludes(ran.stderr, "pond: Ended by an abort\n");
  }
  assertEquals(await scratch.ok("ls /"), "sensors\n");
});
