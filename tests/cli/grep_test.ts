/** `pond grep`: the tree, every version, and what can't be searched. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Scratch, scratchPond } from "./scratch.ts";

async function grepPond(): Promise<Scratch> {
  const scratch = await scratchPond();
  await scratch.ok("put - /notes", { stdin: "Lake one\nriver\nlake two" });
  await scratch.ok("mkdir /d");
  await scratch.ok("put - /d/binary", {
    stdin: new Uint8Array([0, 108, 97, 107, 101, 10]),
  });
  return scratch;
}

Deno.test("pond grep finds lines as other programs of its name do", async () => {
  await using scratch = await grepPond();
  const cases: readonly [line: string, said: string][] = [
    ["lake /notes", "lake two\n"],
    ["-in lake /notes", "1:Lake one\n3:lake two\n"],
    ["-v lake /notes", "Lake one\nriver\n"],
    ["-ic lake /notes", "2\n"],
    ["-ic lake /notes /sensors", "/notes:2\n"],
    ["-il LAKE", "/notes\n/d/binary\n"],
    [
      "-n lake$|two$",
      "/notes:3:lake two\n/d/binary: no text, and it matches\n",
    ],
    ["-F a.csv|1,10 / --at v1", ""],
    ["-rF 1,10", "/sensors/a.csv:1,10\n"],
    ["^h$ /sensors/*en /sensors", "/sensors/.hidden:h\n"],
  ];
  for (const [line, said] of cases) {
    const ran = await scratch.run(`grep ${line}`);
    assertEquals(ran.stdout, said, line);
  }
  assertEquals((await scratch.run("grep nothing")).code, 1);
  assertEquals((await scratch.run("grep lake /notes /nope")).code, 3);
});

Deno.test("pond grep --history finds what is gone, once for each content", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("put - /a@b", { stdin: "secret\n" });
  await scratch.ok(["mv", "/a@b", "/moved"]);
  await scratch.ok("put - /moved", { stdin: "public\n" });
  await scratch.ok("put - /moved", { stdin: "secret again\n" });
  await scratch.ok("rm /moved");
  assertEquals(
    await scratch.ok("grep --history secret"),
    "/a@@b@v2:secret\n/moved@v5:secret again\n",
  );
  assertEquals(
    await scratch.ok("grep -l --history secret /moved"),
    "/moved@v3\n/moved@v5\n",
  );
  const rows = JSON.parse(
    await scratch.ok("grep --history --json public /moved"),
  );
  assertEquals(rows, [
    { path: "/moved", version: 4, line: 1, text: "public" },
  ]);
  assertEquals((await scratch.run("grep --history x /never")).code, 4);
  const large = `${"x".repeat(99)}\n`.repeat(2000);
  await scratch.ok("put - /large", { stdin: `${large}needle\n` });
  await scratch.ok("put - /large", { stdin: "small\n" });
  assertEquals(
    await scratch.ok("grep -n --history needle /large"),
    "/large@v7:2001:needle\n",
  );
});

Deno.test("pond grep refuses what is no pattern, and marks matches in colour", async () => {
  await using scratch = await grepPond();
  const wrong = await scratch.run("grep ( /notes");
  assertEquals([wrong.code, wrong.stdout], [2, ""]);
  assertStringIncludes(wrong.stderr, "Invalid regular expression");
  assertStringIncludes(wrong.stderr, "hint: for a text that is no regular");
  assertEquals((await scratch.run("grep -F ( /notes")).code, 1);
  const both = await scratch.run("grep --history --at v1 x");
  assertEquals(both.code, 2);
  assertEquals(
    await scratch.ok("grep --color always e /notes"),
    "Lak\x1b[1;31me\x1b[0m on\x1b[1;31me\x1b[0m\n" +
      "riv\x1b[1;31me\x1b[0mr\nlak\x1b[1;31me\x1b[0m two\n",
  );
});
