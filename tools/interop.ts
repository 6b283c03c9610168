/**
 * Runs the tests in `tests/interop/`, which hold pond's tables against other
 * programs' readers and writers.
 *
 * They need Python with the packages of `tests/interop/requirements.txt`,
 * which are installed once into an environment of their own in the user's
 * cache directory. The tests are told its interpreter in `POND_PYTHON`; when
 * it is set already, that one is used as it is. Where there is none, one line
 * says that the tests were skipped.
 *
 * @module
 */
import { run } from "./process.ts";

const DIRECTORY = "tests/interop";
const REQUIREMENTS = `${DIRECTORY}/requirements.txt`;

/**
 * Runs the interop tests.
 *
 * @param command `deno test` with its flags.
 * @param args More arguments of `deno test`.
 * @returns The exit code; a skip is 0.
 */
export async function interop(
  command: readonly string[],
  args: readonly string[],
): Promise<number> {
  const python = await pythonWithPackages();
  if (python === undefined) {
    await say("SKIPPED tests/interop: no Python with its packages was found\n");
    await reportSkip();
    return 0;
  }
  const files = ["--permit-no-files", DIRECTORY];
  const env = { POND_PYTHON: python };
  return (await run([...command, ...files, ...args], { env })).code;
}

/** The interpreter to run; `undefined` where there is none. */
export async function pythonWithPackages(): Promise<string | undefined> {
  return Deno.env.get("POND_PYTHON") || await environment();
}

/** The interpreter that has the packages; made when there is none yet. */
async function environment(): Promise<string | undefined> {
  const home = Deno.env.get("HOME") ?? await Deno.makeTempDir();
  const cache = Deno.env.get("XDG_CACHE_HOME") ?? `${home}/.cache`;
  const directory = `${cache}/pond-tasks/interop-${await requirementsDigest()}`;
  const python = `${directory}/bin/python`;
  if (
    await succeeds(python, ["-c", "import delta, deltalake, duckdb, pyarrow"])
  ) {
    return python;
  }
  await say("Installing the Python packages of the interop tests …\n");
  const made = await succeeds("python3", ["-m", "venv", directory]) &&
    await succeeds(python, [
      ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check"],
      ...["-r", REQUIREMENTS],
    ]);
  return made ? python : undefined;
}

async function requirementsDigest(): Promise<string> {
  const bytes = await Deno.readFile(REQUIREMENTS);
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(digest).slice(0, 4).toHex();
}

async function succeeds(program: string, args: string[]): Promise<boolean> {
  try {
    const { code, output } = await run(args, { program, capture: true });
    if (code !== 0) await say(output);
    return code === 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** One skipped case, so that a sum over the reports counts it. */
async function reportSkip(): Promise<void> {
  const report = Deno.env.get("POND_TEST_REPORT");
  if (report === undefined) return;
  await Deno.writeTextFile(
    report,
    `<testsuites><testsuite name="${DIRECTORY}">\n` +
      `<testcase name="${DIRECTORY}"><skipped/></testcase>\n` +
      `</testsuite></testsuites>\n`,
  );
}

async function say(text: string): Promise<void> {
  const writer = Deno.stderr.writable.getWriter();
  await writer.write(new TextEncoder().encode(text));
  writer.releaseLock();
}
