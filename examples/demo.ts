/**
 * A walk through pond with real measurements: `deno task demo`.
 *
 * Each step is a `pond` command, shown as a person would type it and run in a
 * process of its own.
 *
 * @module
 */
const ROOT = new URL("..", import.meta.url).pathname;
const DATA = `${ROOT}examples/data`;

/** What a step says, and the arguments of its command. */
type Step = readonly [why: string, ...args: string[]];

/** Where the demo works: nothing of it is anywhere else. */
interface Places {
  /** The directory of everything. */
  readonly home: string;
  /** The pond. */
  readonly pond: string;
}

const TITLE = `
A pond is a versioned filesystem that SQL can read. This makes one, of a year of
temperatures (NOAA), and does with it what one does with measurements.
`;

/** The commands, in order. Host files are named from the demo's directory. */
const STEPS: readonly Step[] = [
  ["Make a pond.", "init", "pond"],
  ["The first month of hourly temperatures has come in.", "mkdir", "/sensors"],
  ["", "put", "january.csv", "/sensors/seattle-temps.csv"],
  [
    "San Francisco, and daily weather: one transaction.",
    "put",
    "sf-temps.csv",
    "seattle-weather.csv",
    "/sensors",
  ],
  ["What is there?", "ls", "-l", "/sensors"],
  [
    "The rest of the year has come in: a new version of the same file.",
    "put",
    "seattle-temps.csv",
    "/sensors/seattle-temps.csv",
  ],
  ["Every version is kept.", "history", "/sensors/seattle-temps.csv"],
  [
    "Work that isn't committed yet waits in a durable stage, for any process.",
    "--no-sync",
    "touch",
    "/A",
  ],
  ["", "--no-sync", "ln", "-s", "/A", "/B"],
  [
    "With --pending it is seen …",
    "query",
    "--pending",
    "SELECT path, file_type, operation, pending FROM oplog_entries WHERE pending",
  ],
  ["… and committed in one transaction.", "commit", "a file and a link to it"],
  [
    "SQL over a file, by its path.",
    "query",
    "SELECT weather, count(*) AS days, round(avg(temp_max), 1) AS temp_max " +
    "FROM '/sensors/seattle-weather.csv' GROUP BY weather ORDER BY days DESC",
  ],
  [
    "A chart of the monthly means in Seattle, in °F.",
    "query",
    "--format",
    "chart",
    "SELECT strftime(date, '%b') AS month, round(avg(temp), 1) AS temp " +
    "FROM '/sensors/seattle-temps.csv' GROUP BY month ORDER BY min(date)",
  ],
  [
    "SQL over the history of the pond itself.",
    "query",
    "SELECT version, operation, path, node_version FROM operations " +
    "ORDER BY version, position",
  ],
  [
    "The file as it was before the rest of the year came in.",
    "--at",
    "v3",
    "query",
    "SELECT count(*) AS hours, max(date) AS last " +
    "FROM '/sensors/seattle-temps.csv'",
  ],
  [
    "Export it as Parquet, which any tool reads.",
    "query",
    "--output",
    "seattle-2010.parquet",
    "FROM '/sensors/seattle-temps.csv'",
  ],
];

if (import.meta.main) Deno.exit(await main());

async function main(): Promise<number> {
  const started = performance.now();
  const home = await Deno.makeTempDir({ prefix: "pond-demo-" });
  const places = { home, pond: `${home}/pond` };
  await copyData(home);
  await say(TITLE);
  for (const step of STEPS) {
    const code = await run(step, places);
    if (code === 0) continue;
    await say(`The demo ends here: this command ended with ${code}.`);
    return code;
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  await say(closing(places, seconds));
  return 0;
}

/** The data, and its first month, so that there is something to append. */
async function copyData(home: string): Promise<void> {
  for (const name of ["seattle-temps", "sf-temps", "seattle-weather"]) {
    await Deno.copyFile(`${DATA}/${name}.csv`, `${home}/${name}.csv`);
  }
  const year = await Deno.readTextFile(`${home}/seattle-temps.csv`);
  const january = year.split("\n").slice(0, 1 + 31 * 24);
  await Deno.writeTextFile(`${home}/january.csv`, `${january.join("\n")}\n`);
}

/** Shows a command, runs it, and lets it answer. */
async function run([why, ...args]: Step, places: Places): Promise<number> {
  const heading = why === "" ? "" : `\n# ${why}\n`;
  await say(`${heading}$ pond ${args.map(quoted).join(" ")}`);
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--config",
      `${ROOT}deno.json`,
      ...importMap(),
      `${ROOT}cli.ts`,
      ...args,
    ],
    cwd: places.home,
    env: { POND: places.pond, POND_FORCE_TTY: "80", NO_COLOR: "1" },
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  return (await child.status).code;
}

function importMap(): string[] {
  return Deno.env.get("POND_MODULES") === "jsr"
    ? []
    : ["--import-map", `${ROOT}deps/offline.json`];
}

function quoted(argument: string): string {
  return /[\s'"*$();]/.test(argument) ? `"${argument}"` : argument;
}

function closing({ home, pond }: Places, seconds: string): string {
  return `
Done in ${seconds} s. The pond is ${pond}, the Parquet file
${home}/seattle-2010.parquet. Try next:

  export POND=${pond}
  deno task pond ls -l /sensors
  deno task pond query "FROM '/sensors/*-temps.csv' LIMIT 5"
  deno task pond --at v1 ls /sensors
  deno task pond restore v3
  deno task pond help
`;
}

async function say(text: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${text}\n`));
}
