/**
 * A walk through pond with real measurements, and with a pipeline from the sensor
 * to the page: `deno task demo`.
 *
 * Each step is a `pond` command, shown as a person would type it and run in a
 * process of its own. In the place of the service that instruments send to, this
 * process answers, with readings that it makes up.
 *
 * @module
 */
import {
  type FakeHydroVu,
  fakeHydroVu,
  type FakeParameter,
  steadyReadings,
} from "../tests/support/fake_hydrovu.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const DATA = `${ROOT}examples/data`;
const PIPELINE = `${ROOT}examples/pipeline`;

/** What the service knows the demo by. */
const CREDENTIALS = ["demo", "a secret that is nowhere in the pond"] as const;

/** What a step says, and the arguments of its command. */
type Step = readonly [why: string, ...args: string[]];

/** Where the demo works: nothing of it is anywhere else. */
interface Places {
  /** The directory of everything. */
  readonly home: string;
  /** The pond. */
  readonly pond: string;
  /** Where the service is. */
  readonly service: string;
}

const TITLE = `
A pond is a versioned filesystem that SQL can read. This makes one, of a year of
temperatures (NOAA), and does with it what one does with measurements. Then it
collects, joins, reduces and publishes what instruments in a harbor send.
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
  [
    "A pipeline in four documents, without a secret: they say where those are.",
    "apply",
    ...["noyo", "noyodata", "downsampled", "noyosite"].flatMap((name) => [
      "-f",
      `${name}.yaml`,
    ]),
    "-v",
    "key=${env:HYDRO_KEY_ID}",
    "-v",
    "secret=${env:HYDRO_KEY_VALUE}",
  ],
  [
    "Two weeks of readings are collected: a series for each instrument.",
    "run",
  ],
  ["Whatever runs this next finds nothing new, and commits nothing.", "run"],
  [
    "The instruments of a dock, joined on time. Nothing was computed before.",
    "query",
    "SELECT strftime(Timestamp, '%d %b %H:%M') AS time, " +
    '"Vulink.Temperature.C" AS vulink, "AT500_Surface.Temperature.C" AS at500 ' +
    "FROM '/Combine/noyodata/BDock/combine' WHERE at500 > 0 LIMIT 4",
  ],
  [
    "A chart of the means of each day, in °C: one of five resolutions.",
    "query",
    "--chart",
    "SELECT strftime(Timestamp, '%d %b') AS day, " +
    'round("Vulink.Temperature.C.avg", 2) AS temp ' +
    "FROM '/Reduce/downsampled/single_site/site=BDock/res=24h'",
  ],
  [
    "What is it made from, and how fresh is that?",
    "explain",
    "/Reduce/downsampled/single_site/site=BDock/res=24h",
  ],
  [
    "A page, by a template, of what there is to see.",
    "cat",
    "/Template/noyosite/pages/BDock.md",
  ],
  [
    "Publish it: Parquet by year and month, and pages that link to it.",
    "export",
    "/Reduce/downsampled/single_site/site=*/*",
    "--to",
    "site",
    "--partition-by",
    "year,month",
    "--pages",
    "/Template/noyosite/pages/*",
  ],
];

if (import.meta.main) Deno.exit(await main());

async function main(): Promise<number> {
  const started = performance.now();
  const home = await Deno.makeTempDir({ prefix: "pond-demo-" });
  await using service = fakeHydroVu({ credentials: CREDENTIALS });
  makeReadings(service);
  const places = { home, pond: `${home}/pond`, service: service.url };
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

/** The data, its first month, so that there is something to append, and the pipeline. */
async function copyData(home: string): Promise<void> {
  for (const name of ["seattle-temps", "sf-temps", "seattle-weather"]) {
    await Deno.copyFile(`${DATA}/${name}.csv`, `${home}/${name}.csv`);
  }
  for await (const { name } of Deno.readDir(PIPELINE)) {
    await Deno.copyFile(`${PIPELINE}/${name}`, `${home}/${name}`);
  }
  const year = await Deno.readTextFile(`${home}/seattle-temps.csv`);
  const january = year.split("\n").slice(0, 1 + 31 * 24);
  await Deno.writeTextFile(`${home}/january.csv`, `${january.join("\n")}\n`);
}

/** Readings of two weeks: the tide, and water that warms by day. */
function makeReadings({ locations }: FakeHydroVu): void {
  const start = Date.UTC(2025, 0, 25) / 1000;
  const wave = (i: number, every: number) =>
    Math.sin(2 * Math.PI * i * 900 / every);
  const series = (
    id: string,
    minutes: number,
    value: (i: number) => number,
  ): FakeParameter =>
    steadyReadings(id, id, {
      start,
      step: minutes * 60,
      count: 14 * 24 * 60 / minutes,
      value: (i) => Math.round(value(i * minutes / 15) * 1000) / 1000,
    });
  const warm = (i: number) => 10.5 + wave(i, 86_400) + 2 * wave(i, 1_814_400);
  const tide = (i: number) => 3 + 1.4 * wave(i, 44_712);
  locations.set(4990594334457856, [
    series("1", 15, warm),
    series("2", 15, tide),
  ]);
  locations.set(6154708427603968, [series("1", 20, (i) => warm(i) + 0.4)]);
  locations.set(5877040213786624, [series("2", 15, (i) => tide(i) - 0.2)]);
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
    env: {
      POND: places.pond,
      POND_FORCE_TTY: "80",
      NO_COLOR: "1",
      HYDROVU_BASE_URL: places.service,
      HYDRO_KEY_ID: CREDENTIALS[0],
      HYDRO_KEY_VALUE: CREDENTIALS[1],
    },
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

/** As a shell takes it. */
function quoted(argument: string): string {
  if (!/[^\w./:=,@-]/.test(argument)) return argument;
  return argument.includes("'")
    ? `"${argument.replaceAll(/["$`\\]/g, "\\$&")}"`
    : `'${argument}'`;
}

function closing({ home, pond }: Places, seconds: string): string {
  return `
Done in ${seconds} s. The pond is ${pond}, the Parquet file
${home}/seattle-2010.parquet, the pages are in ${home}/site. Try next:

  export POND=${pond}
  deno task pond ls -l /sensors
  deno task pond query "FROM '/sensors/*-temps.csv' LIMIT 5"
  deno task pond --at v1 ls /sensors
  deno task pond resource
  deno task pond restore v3
  deno task pond help
`;
}

async function say(text: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${text}\n`));
}
