/** The tools count tests truly and pass on what a task is given. */
import { assertEquals, assertMatch } from "@std/assert";
import { countTests, formatCounts } from "../tools/count_tests.ts";
import { PROJECT_ROOT, runDeno } from "./support/deno_process.ts";
import { tempDirectory } from "./support/temp_directory.ts";

const SOURCE = `
Deno.test("passes", () => {});
Deno.test("fails", () => { throw new Error("<skipped/> & \\"more\\""); });
Deno.test({ name: "is ignored", ignore: true, fn() {} });
Deno.test("has steps", async (t) => {
  await t.step("one", () => {});
  await t.step({ name: "two", ignore: true, fn() {} });
});
Deno.test("has a step > that fails", async (t) => {
  await t.step("one", () => { throw new Error("no"); });
});
`;

Deno.test("countTests() counts the report of a real run", async () => {
  await using temp = await tempDirectory();
  const file = temp.join("sample_test.ts");
  const report = temp.join("report.xml");
  await Deno.writeTextFile(file, SOURCE);
  const args = ["test", "--no-config", "--no-check", `--junit-path=${report}`];
  const { code } = await runDeno([...args, file]);
  assertEquals(code, 1);
  const { failures, ...counts } = countTests(await Deno.readTextFile(report));
  assertEquals(counts, { passed: 2, failed: 2, skipped: 1 });
  assertEquals(failures.length, 2);
  assertMatch(
    failures[0] ?? "",
    /^FAILED \S+sample_test.ts: fails\n.*Error: <skipped\/> & "more"/s,
  );
  assertMatch(failures[1] ?? "", /: has a step > that fails(\n|$)/);
});

Deno.test("countTests() finds nothing in an empty report", () => {
  assertEquals(countTests(""), {
    passed: 0,
    failed: 0,
    skipped: 0,
    failures: [],
  });
});

Deno.test("formatCounts() names the skipped ones when there are any", () => {
  const counts = { passed: 3, failed: 1, skipped: 0 };
  assertEquals(formatCounts(counts), "pond: 3 passed, 1 failed");
  assertEquals(
    formatCounts({ ...counts, skipped: 2 }),
    "pond: 3 passed, 1 failed, 2 skipped",
  );
});

Deno.test("tools/count_tests.ts counts a missing report as a failure", async () => {
  await using temp = await tempDirectory();
  const script = `${PROJECT_ROOT}/tools/count_tests.ts`;
  const args = ["run", "--no-config", "--allow-read", script];
  const result = await runDeno([...args, temp.join("none.xml")]);
  assertEquals(result.code, 1);
  assertEquals(
    result.stdout,
    `FAILED ${temp.join("none.xml")}: no report of what failed\n` +
      "pond: 0 passed, 1 failed\n",
  );
});

Deno.test("tools/count_tests.ts counts a failure that no test names", async () => {
  await using temp = await tempDirectory();
  const report = temp.join("report.xml");
  const xml = `<testsuite name="a"><testcase name="b"></testcase></testsuite>`;
  await Deno.writeTextFile(report, xml);
  const script = `${PROJECT_ROOT}/tools/count_tests.ts`;
  const args = ["run", "--no-config", "--allow-read", script, report];
  assertEquals((await runDeno(args)).stdout, "pond: 1 passed, 0 failed\n");
  await Deno.writeTextFile(`${report}.failed`, "it ended with 1");
  assertEquals(
    (await runDeno(args)).stdout,
    `FAILED ${report}: no report of what failed\npond: 1 passed, 1 failed\n`,
  );
});

Deno.test("tools/task.ts refuses a name that is no task", async () => {
  const script = `${PROJECT_ROOT}/tools/task.ts`;
  const result = await runDeno(["run", "-A", "--no-config", script, "tset"]);
  assertEquals(result.code, 2);
});
