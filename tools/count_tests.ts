/**
 * Adds up test reports and prints one line, after what failed.
 *
 * ```text
 * deno run -R tools/count_tests.ts REPORT.xml [REPORT.xml...]
 * FAILED ./tests/bytes_test.ts: sliceBytes() gives what is asked for
 *   error: AssertionError: Values are not equal.
 * pond: 811 passed, 1 failed, 1 skipped
 * ```
 *
 * A report that is missing or empty counts as one failure, since its tests were
 * to run and didn't; so does one that names no failure where a file
 * `REPORT.xml.failed` says that the run failed. Exits with 1 when anything
 * failed.
 *
 * @module
 */

/** How many tests ended how. */
export interface TestCounts {
  /** Tests that passed. */
  readonly passed: number;
  /** Tests that failed. */
  readonly failed: number;
  /** Tests that were not run, by their own or the runner's decision. */
  readonly skipped: number;
  /** What failed: the file, the name, and how, as far as the report tells. */
  readonly failures: readonly string[];
}

/** How much of a failure is told: the rest stands above, where it happened. */
const FAILURE_LINES = 12;

const CASE =
  /<testcase\s+name="(?<name>[^"]*)"[^>]*?(?:\/>|>(?<body>[\s\S]*?)<\/testcase>)/g;

/**
 * Counts the tests in a JUnit report of `deno test`.
 *
 * The report lists the steps of a test as cases of their own, named
 * `TEST > STEP`; a step is part of its test and isn't counted.
 *
 * @param report The XML text.
 */
export function countTests(report: string): TestCounts {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const failures: string[] = [];
  for (const suite of report.split(/<testsuite\s/).slice(1)) {
    const names = new Set<string>();
    const file = /^[^>]*?\bname="([^"]*)"/.exec(suite)?.[1] ?? "";
    for (const { groups } of suite.matchAll(CASE)) {
      const name = groups?.["name"] ?? "";
      const body = groups?.["body"] ?? "";
      if (!isStep(name, names)) {
        if (/<(failure|error)\b/.test(body)) {
          counts.failed++;
          failures.push(failureOf(unescapeXml(`${file}: ${name}`), body));
        } else if (body.includes("<skipped")) counts.skipped++;
        else counts.passed++;
      }
      names.add(name);
    }
  }
  return { ...counts, failures };
}

function failureOf(name: string, body: string): string {
  const text = unescapeXml(body.replaceAll(/<[^>]*>/g, "")).trim();
  const lines = text.split("\n").slice(0, FAILURE_LINES);
  return [`FAILED ${name}`, ...lines.map((line) => `  ${line}`)].join("\n");
}

function unescapeXml(text: string): string {
  const characters: Record<string, string> = {
    amp: "&",
    apos: "'",
    gt: ">",
    lt: "<",
    quot: '"',
  };
  return text.replaceAll(
    /&(amp|apos|gt|lt|quot);/g,
    (whole, name) => characters[name] ?? whole,
  );
}

/** Formats the counts as the last line of a run. */
export function formatCounts(
  { passed, failed, skipped }: Omit<TestCounts, "failures">,
): string {
  const line = `pond: ${passed} passed, ${failed} failed`;
  return skipped === 0 ? line : `${line}, ${skipped} skipped`;
}

/** Whether a case before it is its test. */
function isStep(name: string, before: ReadonlySet<string>): boolean {
  const separator = " &gt; ";
  for (
    let at = name.indexOf(separator);
    at !== -1;
    at = name.indexOf(separator, at + 1)
  ) {
    if (before.has(name.slice(0, at))) return true;
  }
  return false;
}

async function main(paths: readonly string[]): Promise<number> {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  const failures: string[] = [];
  for (const path of paths) {
    const counts = await countFile(path);
    sum.passed += counts.passed;
    sum.failed += counts.failed;
    sum.skipped += counts.skipped;
    failures.push(...counts.failures);
  }
  const text = [...failures, formatCounts(sum)].join("\n");
  await Deno.stdout.write(new TextEncoder().encode(`${text}\n`));
  return sum.failed === 0 ? 0 : 1;
}

async function countFile(path: string): Promise<TestCounts> {
  const counts = countTests(await readIfAny(path));
  const { passed, failed, skipped } = counts;
  const nothing = passed + failed + skipped === 0;
  const hidden = failed === 0 && await readIfAny(`${path}.failed`) !== "";
  if (!nothing && !hidden) return counts;
  const failures = [`FAILED ${path}: no report of what failed`];
  return { ...counts, failed: 1, failures };
}

async function readIfAny(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
