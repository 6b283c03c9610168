/** Wrong names of tags and branches lead to the nearest ones. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { scratchPond } from "./scratch.ts";

Deno.test("a wrong tag or branch is answered with the nearest ones", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("tag release v1");
  await scratch.ok("branch trial");
  const cases: readonly [line: string, code: number, hint: string][] = [
    ["ls --at relaese", 4, "did you mean release?"],
    ["cat --at relase /sensors/a.csv", 4, "did you mean release?"],
    ["show releas", 4, "did you mean release?"],
    ["tag -d releese", 4, "did you mean release?"],
    ["switch trail", 4, "did you mean trial?"],
    ["branch -d trail", 4, "did you mean trial?"],
    ["merge trail", 4, "did you mean trial?"],
    ["ls --at nothing-like-it", 4, "pond log"],
    ["switch nothing-like-it", 4, "pond branch"],
  ];
  for (const [line, code, hint] of cases) {
    const ran = await scratch.run(line);
    assertEquals([ran.code, ran.stdout], [code, ""], line);
    assertStringIncludes(ran.stderr, "hint: ");
    assertStringIncludes(ran.stderr, hint);
  }
});
