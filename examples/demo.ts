/**
 * A walk through pond with real measurements: `deno task demo`.
 *
 * Each step is a `pond` command, run in a process of its own, as a person would.
 *
 * @module
 */
const ROOT = new URL("..", import.meta.url).pathname;
const DATA = `${ROOT}examples/data`;
const pond = await Deno.makeTempDir({ prefix: "pond-demo-" });
const started = performance.now();
const encoder = new TextEncoder();

async function say(text: string): Promise<void> {
  await Deno.stdout.write(encoder.encode(`${text}\n`));
}

function mapFlags(): string[] {
  return Deno.env.get("POND_MODULES") === "jsr"
    ? []
    : ["--import-map", `${ROOT}deps/offline.json`];
}

/** Shows a command, runs it, and shows what it answers. */
async function step(why: string, ...args: string[]): Promise<void> {
  const shown = args.map((arg) => /[\s'"*$();]/.test(arg) ? `"${arg}"` : arg);
  await say(`\n# ${why}\n$ pond ${shown.join(" ").replaceAll(`${DATA}/`, "")}`);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", ...mapFlags(), `${ROOT}cli.ts`, ...args],
    env: { POND: pond, POND_COLUMNS: "100" },
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  const { code } = await child.status;
  if (code !== 0) {
    await say(`The demo ends here: this command ended with exit code ${code}.`);
    Deno.exit(code);
  }
}

/** The first rows of a file and the rest, to have something to append. */
async function split(name: string, rows: number): Promise<string> {
  const lines = (await Deno.readTextFile(`${DATA}/${name}`)).split("\n");
  const path = `${pond}.${name}`;
  await Deno.writeTextFile(path, `${lines.slice(0, rows).join("\n")}\n`);
  return path;
}

await say(
  "A pond is a versioned filesystem that SQL can read. This makes one.",
);
await step("Make a pond.", "init");
const january = await split("seattle-temps.csv", 745);
await step(
  "The first month of hourly temperatures in Seattle.",
  "mkdir",
  "-p",
  "/sensors",
);
await step("", "put", january, "/sensors/seattle-temps.csv");
await Deno.remove(january);
await step(
  "San Francisco, and daily weather: one transaction.",
  "put",
  `${DATA}/sf-temps.csv`,
  `${DATA}/seattle-weather.csv`,
  "/sensors",
);
await step("What is there?", "ls", "-l", "/sensors");
await step(
  "The rest of the year has come in: a new version of the file.",
  "put",
  `${DATA}/seattle-temps.csv`,
  "/sensors/seattle-temps.csv",
);
await step("Every version is kept.", "history", "/sensors/seattle-temps.csv");
await step(
  "SQL over a file, by its path.",
  "query",
  "SELECT weather, count(*) AS days, round(avg(temp_max), 1) AS temp_max FROM '/sensors/seattle-weather.csv' GROUP BY weather ORDER BY days DESC",
);
await step(
  "A chart of the monthly means in Seattle.",
  "query",
  "--format",
  "chart",
  "SELECT month(strptime(date, '%Y/%m/%d %H:%M')) AS month, avg(temp) AS temp FROM '/sensors/seattle-temps.csv' GROUP BY month ORDER BY month",
);
await step(
  "The same file as it was before the rest of the year came in.",
  "--at",
  "v-1",
  "query",
  "SELECT count(*) AS hours, max(date) AS last FROM '/sensors/seattle-temps.csv'",
);
await step(
  "Work that is not committed yet stays in a durable stage.",
  "--no-sync",
  "touch",
  "/A",
);
await step("", "--no-sync", "ln", "-s", "/A", "/B");
await step(
  "Two rows are pending …",
  "query",
  "--pending",
  "SELECT path, file_type, operation, pending FROM oplog_entries WHERE path IN ('/A', '/B')",
);
await step(
  "… and committed in one transaction.",
  "commit",
  "a file and a link to it",
);
await step(
  "SQL over the history itself.",
  "query",
  "SELECT version, path, operation, node_version FROM oplog_entries ORDER BY version, position",
);
const exported = `${pond}/seattle-2010.parquet`;
await step(
  "Export a Parquet file that any tool reads.",
  "query",
  "--output",
  exported,
  "--format",
  "parquet",
  "SELECT * FROM '/sensors/seattle-temps.csv'",
);
const seconds = ((performance.now() - started) / 1000).toFixed(1);
await say(`
Done in ${seconds} s. The pond is ${pond}, the Parquet file ${exported}.

Try next:
  export POND=${pond}
  deno task pond ls -l /sensors
  deno task pond query "SELECT * FROM '/sensors/*-temps.csv' LIMIT 5"
  deno task pond --at v1 ls /sensors
  deno task pond restore v1`);
