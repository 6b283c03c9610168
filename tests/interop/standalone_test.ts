/**
 * `deno task compile` makes one file that needs nothing beside it: no Deno, no
 * `PATH`, no home directory with anything in it.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  type ProcessResult,
  PROJECT_ROOT,
  runDeno,
  runProgram,
} from "../support/deno_process.ts";
import { tempDirectory } from "../support/temp_directory.ts";

const BINARY = `${PROJECT_ROOT}/dist/pond`;

Deno.test("the compiled pond runs the requirements' scenario on an empty PATH and in an empty home directory", async () => {
  const built = await runDeno(["task", "compile"], { cwd: PROJECT_ROOT });
  assertEquals(built.code, 0, built.stdout + built.stderr);
  await using temp = await tempDirectory();
  const home = temp.join("home");
  await Deno.mkdir(home);
  const pond = (args: readonly string[], stdin?: string) =>
    run(args, { home, pond: temp.join("pond"), stdin });
  assertEquals(await pond(["init"]), "");
  await pond(["--no-sync", "put", "-", "/A"], "content of file A");
  await pond(["--no-sync", "ln", "-s", "/A", "/B"]);
  const count = ["query", "--json", "SELECT count(*) AS n FROM oplog_entries"];
  assertEquals(JSON.parse(await pond([...count, "--pending"])), [{ n: 2 }]);
  assertEquals(JSON.parse(await pond(count)), [{ n: 0 }]);
  assertEquals(await pond(["commit"]), "v1: 2 operations committed\n");
  assertEquals(JSON.parse(await pond(count)), [{ n: 2 }]);
  assertEquals(await pond(["cat", "/B"]), "content of file A");

  const rows = Array.from({ length: 20_000 }, (_, i) => `${i},${i % 7}\n`);
  await pond(["put", "-", "/t.csv"], `a,b\n${rows.join("")}`);
  const sums = await pond([
    "query",
    "--json",
    "SELECT b, sum(a) AS a FROM '/t.csv' GROUP BY b ORDER BY b LIMIT 1",
  ]);
  assertEquals(JSON.parse(sums), [{ b: 0, a: 7 * (2857 * 2858) / 2 }]);
  assertStringIncludes(await pond(["help"]), "Usage: pond");

  await pond(["config", "set", "query.threads", "1"]);
  assertEquals(await pond(["config", "get", "query.threads"]), "1\n");
  const findings: { readonly status: string }[] = JSON.parse(
    await pond(["doctor", "--json"]),
  );
  assertEquals(findings.filter(({ status }) => status !== "ok"), []);
});

Deno.test("the compiled pond keeps DuckDB's library in the cache directory, and replaces one that is damaged", async () => {
  await using temp = await tempDirectory();
  const options = { home: temp.path, pond: temp.join("pond") };
  await run(["init"], options);
  const sql = ["query", "--json", "SELECT 1 AS n"];
  assertEquals(JSON.parse(await run(sql, options)), [{ n: 1 }]);
  const library = await found(`${temp.path}/.cache/pond`, /libduckdb/);
  const good = await Deno.readFile(library);
  await Deno.writeFile(library, good.subarray(0, 1000));
  assertEquals(JSON.parse(await run(sql, options)), [{ n: 1 }]);
  assertEquals((await Deno.stat(library)).size, good.length);
});

async function run(
  args: readonly string[],
  { home, pond, stdin }: {
    readonly home: string;
    readonly pond: string;
    readonly stdin?: string | undefined;
  },
): Promise<string> {
  const ran: ProcessResult = await runProgram(BINARY, args, {
    cwd: home,
    clearEnv: true,
    env: { HOME: home, PATH: "", POND: pond },
    ...(stdin === undefined ? {} : { stdin }),
  });
  assertEquals([ran.code, ran.stderr], [0, ""], args.join(" "));
  return ran.stdout;
}

async function found(directory: string, name: RegExp): Promise<string> {
  for await (const entry of Deno.readDir(directory)) {
    const path = `${directory}/${entry.name}`;
    if (entry.isDirectory) return await found(path, name);
    if (name.test(entry.name) && !entry.name.includes(".checked")) return path;
  }
  assert(false, `${directory} holds no library`);
}
