/** `pond tour`, at once and with a person who goes on, stops, or is gone. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { TOUR_STEPS } from "../../src/cli/tour_steps.ts";
import {
  hasPseudoTerminal,
  type Step,
  typeToPond,
} from "../support/pseudo_terminal.ts";
import { type Scratch, scratchDirectory } from "./scratch.ts";

/** What is left of tours. */
async function left({ home }: Scratch): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(home));
  return entries.map(({ name }) => name);
}

Deno.test("pond tour --yes shows and runs every command, and leaves nothing", async () => {
  await using scratch = await scratchDirectory();
  // Neither another pond nor a branch of it is touched, whatever is set.
  const env = {
    POND: `${scratch.home}/none`,
    POND_BRANCH: "none",
    POND_AUTHOR: "nobody",
    TMPDIR: scratch.home,
  };
  const text = await scratch.ok("tour --yes", { env });
  const shown = [...text.matchAll(/^\$ (.*)$/gm)].map(([, line]) => line);
  assertEquals(
    shown.filter((line) => line !== "cd lake"),
    TOUR_STEPS.flatMap(({ commands }) => commands),
  );
  assertEquals(shown[1], "cd lake");
  assertStringIncludes(text, "+2026-06-03,15.2\n");
  assertStringIncludes(text, "v5: took back v4");
  assertStringIncludes(text, "mean\n14.96666");
  assertStringIncludes(text, "\nThat was it.");
  assertEquals(text.includes("nobody"), false);
  assertEquals(await left(scratch), []);
  const again = await scratch.ok("tour --no-pause", { env });
  assertEquals(again.split("\n").length, text.split("\n").length);
});

Deno.test("pond tour without a terminal says how it goes, and does nothing", async () => {
  await using scratch = await scratchDirectory();
  const ran = await scratch.run("tour", { env: { TMPDIR: scratch.home } });
  assertEquals([ran.code, ran.stdout], [2, ""]);
  assertStringIncludes(ran.stderr, "hint: pond tour --yes");
  assertEquals(await left(scratch), []);
});

Deno.test("pond tour removes its directory when it fails, too", async () => {
  await using scratch = await scratchDirectory();
  const signal = AbortSignal.abort();
  const env = { TMPDIR: scratch.home };
  const ran = await scratch.run("tour --yes", { env, signal });
  assertEquals(ran.code, 130);
  assertEquals(await left(scratch), []);
});

const PROMPT = "Enter to go on, q to stop: ";

Deno.test({
  name:
    "pond tour in a pseudo-terminal goes on with Enter, and stops with q, Ctrl-D or Ctrl-C",
  ignore: !await hasPseudoTerminal(),
  fn: async () => {
    await using scratch = await scratchDirectory();
    const env = { TMPDIR: scratch.home };
    const enters = TOUR_STEPS.map((): Step => [PROMPT, "\r"]);
    const all = await typeToPond(["tour"], enters, env);
    assertStringIncludes(all, "8/8");
    assertStringIncludes(all, "That was it.");
    assertStringIncludes(all, "\nexit code 0\n");
    const endings: readonly [string, string, string][] = [
      ["q\r", "The tour ends here.", "\nexit code 0\n"],
      ["\x04", "The tour ends here.", "\nexit code 0\n"],
      ["\x03", "pond: Ended by SIGINT", "\nexit code 130\n"],
    ];
    for (const [typed, says, exit] of endings) {
      const some = await typeToPond(
        ["tour"],
        [[PROMPT, "\r"], [PROMPT, typed]],
        env,
        { rows: 10, columns: 200 },
      );
      assertStringIncludes(some, "$ cd lake\n");
      assertStringIncludes(some, says);
      assertStringIncludes(some, exit);
      assertEquals(some.includes("$ pond mkdir"), false);
    }
    assertEquals(await left(scratch), []);
  },
});
