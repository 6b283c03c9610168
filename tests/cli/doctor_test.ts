/** `pond doctor`: each finding, and that its remedy is one. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { PondError, type PondErrorCode } from "../../src/errors.ts";
import { denoHost } from "../../src/host/deno_host.ts";
import { memoryHost } from "../../src/host/memory.ts";
import type { FileStore, Host } from "../../src/host/mod.ts";
import { type Scratch, scratchDirectory, scratchPond } from "./scratch.ts";
import { run, type RunOptions, words } from "./support.ts";

interface Row {
  readonly status: string;
  readonly check: string;
  readonly says: string;
  readonly remedy: string | null;
}

/** What isn't ok, and the exit code. */
async function findings(
  scratch: Scratch,
  options: RunOptions = {},
): Promise<{ code: number; bad: Row[]; all: Row[] }> {
  const ran = await scratch.run("doctor --json", options);
  const all: Row[] = JSON.parse(ran.stdout);
  return {
    code: ran.code,
    all,
    bad: all.filter(({ status }) => status !== "ok"),
  };
}

/** The machine's files, some of whose functions do something else. */
function filesBut(other: Partial<FileStore>): Omit<Host, "terminal"> {
  const host = denoHost();
  const files = new Proxy(host.files, {
    get(target, name) {
      const value = Reflect.get(other, name) ?? Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { ...host, files };
}

function failing(code: PondErrorCode): () => Promise<never> {
  return () => Promise.reject(new PondError(code, "Cannot do it"));
}

Deno.test("pond doctor finds a healthy pond healthy, and leaves nothing", async () => {
  await using scratch = await scratchPond();
  const { all, bad, code } = await findings(scratch);
  assertEquals([code, bad], [0, []]);
  const checks = new Set(all.map(({ check }) => check));
  assertEquals([...checks], [
    "version",
    "terminal",
    "sql",
    "rights",
    "disk",
    "write",
    "disk clock",
    "pond",
    "consistency",
    "leftovers",
    "locks",
    "stage",
    "clock",
    "config",
  ]);
  const left = await Array.fromAsync(Deno.readDir(`${scratch.pond}/tmp`));
  assertEquals(left, []);
  const text = await scratch.ok("doctor");
  assertStringIncludes(text, "0 failures, 0 warnings\n");
  assertStringIncludes(text, "ok    sql          DuckDB v");
});

Deno.test("pond doctor outside of a pond looks at what is around", async () => {
  await using scratch = await scratchDirectory();
  const outside = await findings(scratch, { env: { POND: "" } });
  assertEquals([outside.code, outside.bad], [0, []]);
  const pond = outside.all.find(({ check }) => check === "pond");
  assertStringIncludes(pond?.says ?? "", "no pond here or above");
  const named = await findings(scratch);
  assertEquals(named.code, 1);
  assertEquals(named.bad.map(({ check, remedy }) => [check, remedy]), [
    ["pond", `pond init ${scratch.pond}`],
  ]);
  await scratch.ok(words(named.bad[0]?.remedy ?? "").slice(1));
  assertEquals((await findings(scratch)).code, 0);
});

Deno.test("pond doctor: rights, and what interrupted programs have left", async () => {
  await using scratch = await scratchPond();
  await Deno.chmod(scratch.pond, 0o777);
  const unfinished = `${scratch.pond}/tmp/${"ab".repeat(16)}`;
  const cached = `${scratch.pond}/cache/edit-1.csv`;
  await Deno.mkdir(`${scratch.pond}/cache`, { recursive: true });
  for (const path of [unfinished, cached]) {
    await Deno.writeTextFile(path, "x");
    const old = new Date(Date.now() - 8 * 24 * 3600 * 1000);
    await Deno.utime(path, old, old);
  }
  const { bad, code } = await findings(scratch);
  assertEquals(code, 0);
  assertEquals(bad.map(({ remedy, status }) => [status, remedy]), [
    ["warn", `chmod -R o-w ${scratch.pond}`],
    ["warn", "pond maintain vacuum --yes"],
    ["warn", `rm -r ${cached}`],
  ]);
  await Deno.chmod(scratch.pond, 0o755);
  await scratch.ok("maintain vacuum --yes");
  await Deno.remove(cached);
  assertEquals((await findings(scratch)).bad, []);
});

Deno.test("pond doctor: a disk that is full, read-only, or without hard links", async () => {
  await using scratch = await scratchPond();
  const { env, pond } = { env: { POND: scratch.pond }, pond: scratch.pond };
  const cases: readonly [Partial<FileStore>, number, string, string, string][] =
    [
      [{ create: failing("NO_SPACE") }, 1, "write", "fail", "pond maintain"],
      [{ create: failing("READ_ONLY") }, 0, "write", "warn", "mount -o"],
      [{ create: failing("PERMISSION_DENIED") }, 1, "write", "fail", "chown"],
      [{ link: failing("UNSUPPORTED") }, 1, "write", "fail", `cp -r ${pond}`],
      [{ freeBytes: () => Promise.resolve(5e7) }, 1, "disk", "fail", "--yes"],
      [{ freeBytes: () => Promise.resolve(5e8) }, 0, "disk", "warn", "--yes"],
    ];
  for (const [other, exit, check, status, remedy] of cases) {
    const ran = await run(filesBut(other), ["doctor", "--json"], { env });
    const rows: Row[] = JSON.parse(ran.stdout);
    const bad = rows.filter(({ status }) => status !== "ok");
    assertEquals([ran.code, bad.length], [exit, 1], ran.stdout);
    assertEquals([bad[0]?.check, bad[0]?.status], [check, status]);
    assertStringIncludes(bad[0]?.remedy ?? "", remedy);
  }
  const left = await Array.fromAsync(Deno.readDir(`${pond}/tmp`));
  assertEquals(left, []);
});

Deno.test("pond doctor: a lock that another program holds", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("touch --no-sync /staged");
  const path = `${scratch.pond}/staging/lock`;
  {
    await using _lock = await denoHost().files.lock(path);
    const { bad, code } = await findings(scratch);
    assertEquals(code, 0);
    assertEquals(
      bad.map(({ check, remedy, status }) => [
        check,
        status,
        remedy,
      ]),
      [["locks", "warn", `fuser -v ${path}`]],
    );
  }
  const { all, bad } = await findings(scratch);
  assertEquals(bad, []);
  const stage = all.find(({ check }) => check === "stage");
  assertEquals(stage?.says, "1 operation staged");
});

Deno.test("pond doctor: clocks that were set back", async () => {
  const host = memoryHost({ seed: 3 });
  let aheadUs = 0;
  const clock = {
    nowUs: () => host.clock.nowUs() + aheadUs,
    monotonicMs: () => host.clock.monotonicMs(),
    sleep: (ms: number) => host.clock.sleep(ms),
  };
  const env = { POND: "/pond" };
  const pond = async (line: string) =>
    await run({ ...host, clock }, line.split(" "), { env });
  assertEquals((await pond("init /pond")).code, 0);
  aheadUs = 3600e6;
  assertEquals((await pond("touch /a")).code, 0);
  aheadUs = 0;
  const clocks = async () => {
    const rows: Row[] = JSON.parse((await pond("doctor --json")).stdout);
    return rows.filter(({ check }) => check === "clock");
  };
  const [ahead, ...more] = await clocks();
  assertEquals([ahead?.status, more.length], ["warn", 0]);
  assertStringIncludes(ahead?.says ?? "", "v1 is of ");
  assertStringIncludes(ahead?.says ?? "", "3600 s ahead of this clock");
  assertEquals(ahead?.remedy, "timedatectl set-ntp true");
  aheadUs = 7200e6;
  const [fine] = await clocks();
  assertEquals(fine?.status, "ok");
});

Deno.test("pond doctor: damage, and what is staged and doesn't fit", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("rm --no-sync /sensors/a.csv");
  await scratch.ok("touch /sensors/a.csv");
  const conflict = await findings(scratch);
  assertEquals(conflict.code, 1);
  assertEquals(conflict.bad.map(({ check, remedy }) => [check, remedy]), [
    ["stage", "pond revert /sensors/a.csv"],
  ]);
  await scratch.ok(words(conflict.bad[0]?.remedy ?? "").slice(1));
  assertEquals((await findings(scratch)).code, 0);
  for await (const { name } of Deno.readDir(`${scratch.pond}/oplog`)) {
    if (name.endsWith(".parquet")) {
      await Deno.remove(`${scratch.pond}/oplog/${name}`);
    }
  }
  const damaged = await findings(scratch);
  assertEquals(damaged.code, 1);
  assertEquals(
    damaged.bad.some(({ check, remedy, status }) =>
      check === "consistency" && status === "fail" &&
      remedy?.startsWith("pond check")
    ),
    true,
  );
});

Deno.test("pond doctor: what is configured wrongly, and what wins", async () => {
  await using scratch = await scratchPond();
  await Deno.mkdir(`${scratch.home}/config/pond`, { recursive: true });
  const file = `${scratch.home}/config/pond/config.yaml`;
  await Deno.writeTextFile(file, "color: never\ncolr: x\n");
  const env = { XDG_CONFIG_HOME: `${scratch.home}/config` };
  await scratch.ok("config set query.threads 2 --layer pond");
  await Deno.writeTextFile(`${scratch.home}/c.yaml`, "query:\n  threads: no\n");
  const options = { env: { ...env, POND_COLOR: "always" } };
  await scratch.run("put c.yaml /.pond/config.yaml", { env: {} });
  const { all, bad, code } = await findings(scratch, options);
  assertEquals(code, 1);
  assertEquals(bad.map(({ remedy }) => remedy), [
    "pond config unset colr",
    "pond config unset query.threads --layer pond",
  ]);
  const says = all.map(({ says }) => says);
  assertEquals(says.includes(`${file} is read`), true);
  assertEquals(says.includes("color = always (POND_COLOR)"), true);
  for (const { remedy } of bad) {
    const ran = await scratch.run(words(remedy ?? "").slice(1), options);
    assertEquals(ran.code, 0, ran.stderr);
  }
  assertEquals((await findings(scratch, options)).bad, []);
  const variable = { env: { ...env, POND_FORMAT: "xml" } };
  const wrong = await findings(scratch, variable);
  assertEquals(wrong.bad[0]?.remedy, "unset POND_FORMAT");
});
