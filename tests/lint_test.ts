/** The project's own lint rules find what they are for, and nothing else. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import plugin, { MAX_FUNCTION_LINES } from "../lint/plugin.ts";

function lint(filename: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, filename, source)
    .map(({ id, message }) => `${id}: ${message}`);
}

function functionOf(lines: number): string {
  return `function f() {\n${"  g();\n".repeat(lines - 2)}}\n`;
}

Deno.test("function-length accepts a function of exactly the limit", () => {
  assertEquals(lint("src/a.ts", functionOf(MAX_FUNCTION_LINES)), []);
});

Deno.test("function-length reports a function of one line more", () => {
  const [found = "nothing", ...more] = lint(
    "src/a.ts",
    functionOf(MAX_FUNCTION_LINES + 1),
  );
  assertStringIncludes(found, "pond/function-length");
  assertStringIncludes(found, `${MAX_FUNCTION_LINES + 1} lines`);
  assertEquals(more, []);
});

Deno.test("function-length reports long methods and arrow functions", () => {
  const body = `{\n${"  g();\n".repeat(MAX_FUNCTION_LINES)}}`;
  assertEquals(lint("src/a.ts", `const f = () => ${body};`).length, 1);
  assertEquals(lint("src/a.ts", `class A { m() ${body} }`).length, 1);
});

Deno.test("function-length leaves other folders alone", () => {
  assertEquals(lint("tests/a_test.ts", functionOf(200)), []);
});

Deno.test("platform-boundary reports each way to name the platform", () => {
  const ways = [
    `Deno.cwd();`,
    `globalThis.Deno.cwd();`,
    `let file: Deno.FsFile;`,
    `import { join } from "node:path";`,
    `import type { Stats } from "node:fs";`,
    `export * from "node:path";`,
    `export { join } from "node:path";`,
    `await import("node:zlib");`,
  ];
  for (const source of ways) {
    const found = lint("src/tinyfs/fs.ts", source);
    assertEquals(found.length, 1, source);
    assertStringIncludes(found.join(), "pond/platform-boundary", source);
  }
});

Deno.test("platform-boundary accepts src/host and other folders", () => {
  const source = `import { join } from "node:path";\nDeno.cwd();`;
  assertEquals(lint("src/host/real.ts", source), []);
  assertEquals(lint("tests/a_test.ts", source), []);
});

Deno.test("platform-boundary accepts names and strings that look alike", () => {
  const source = `const a = { Deno: 1 };\na.Deno;\n"Deno.cwd()";\n` +
    `import { b } from "./node.ts";\nexport { b };\n`;
  assertEquals(lint("src/tinyfs/fs.ts", source), []);
});
