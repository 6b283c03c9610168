/** Patterns: what they match, what they capture, and which are none. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { PondError } from "../../src/errors.ts";
import { isLiteral, matchGlob, parseGlob } from "../../src/tinyfs/mod.ts";

/** Captures, or `undefined`. */
function captures(pattern: string, path: string): string | undefined {
  return matchGlob(parseGlob(pattern), path)?.join(" ");
}

function assertRows(
  rows: readonly [
    pattern: string,
    path: string,
    captures: string | undefined,
  ][],
): void {
  for (const [pattern, path, expected] of rows) {
    assertEquals(captures(pattern, path), expected, `${pattern} ${path}`);
  }
}

Deno.test("* stands for any characters of a name, for as few as possible", () => {
  assertRows([
    ["*", "abc", "abc"],
    ["*", "a/b", undefined],
    ["a*", "a", ""],
    ["*.csv", "x.csv", "x"],
    ["*.csv", ".csv", ""],
    ["*-*", "a-b-c", "a b-c"],
    ["*-*-*", "a-b-c", "a b c"],
    ["*a*a*", "banana", "b n na"],
    ["a*b*c", "abbcc", " bc"],
    ["*", ".hidden", ".hidden"],
    ["a/*/c", "a/b/c", "b"],
    ["a***b", "axb", "x"],
  ]);
});

Deno.test("? and classes stand for one character, by code points", () => {
  assertRows([
    ["?", "a", "a"],
    ["?", "😀", "😀"],
    ["??", "😀", undefined],
    ["?.?", "a.b", "a b"],
    ["[abc]", "b", "b"],
    ["[a-c]x", "bx", "b"],
    ["[a-c]x", "dx", undefined],
    ["[!a-c]", "d", "d"],
    ["[^a-c]", "b", undefined],
    ["[]a]", "]", "]"],
    ["[!]a]", "]", undefined],
    ["[a-]", "-", "-"],
    ["[-a]", "-", "-"],
    ["[\\]x]", "]", "]"],
    ["[\\!a]", "!", "!"],
    ["[*?{]", "*", "*"],
    ["[☀-☃]", "☂", "☂"],
    ["[😀-😂]", "😁", "😁"],
    ["[a-cx-z]", "y", "y"],
  ]);
});

Deno.test("** stands for any directories or none, and captures each", () => {
  assertRows([
    ["**", "a", "a"],
    ["**", "a/b/c", "a b c"],
    ["a/**", "a", ""],
    ["a/**", "a/b/c", "b c"],
    ["a/**", "ab", undefined],
    ["**/c", "c", ""],
    ["**/c", "a/b/c", "a b"],
    ["a/**/d", "a/b/c/d", "b c"],
    ["a/**/d", "a/d", ""],
    ["**/a/**", "x/a/y", "x y"],
    ["**/a/**", "a/a/a", "a a"],
    ["**/*.csv", "a/b.csv", "a b"],
    ["**/**/b", "a/b", "a"],
    ["a**", "abc", "bc"],
    ["a**/b", "a/x/b", undefined],
  ]);
});

Deno.test("braces are several patterns, the first that matches captures", () => {
  assertRows([
    ["{a,b}", "b", ""],
    ["{a*,*b}", "ab", "b"],
    ["{*b,a*}", "ab", "a"],
    ["x{,y}", "x", ""],
    ["{a,b/c}/d", "b/c/d", ""],
    ["{a,{b,c}x}", "cx", ""],
    ["{a,b}{c,d}", "bd", ""],
    ["{1..3}", "2", ""],
    ["f{08..11}", "f09", ""],
    ["f{08..11}", "f9", undefined],
    ["{a\\,b,c}", "a,b", ""],
    ["[{,}]", ",", ","],
    ["{**/x,y}", "a/b/x", "a b"],
  ]);
});

Deno.test("a backslash makes the character after it literal", () => {
  assertRows([
    ["\\*", "*", ""],
    ["\\*", "a", undefined],
    ["\\?\\[\\{", "?[{", ""],
    ["\\\\", "\\", ""],
    ["\\a", "a", ""],
    ["\\**", "*a", "a"],
  ]);
});

Deno.test("slashes: a leading one starts at the root, doubled ones say nothing", () => {
  assertRows([
    ["/a", "/a", ""],
    ["/a", "a", undefined],
    ["a", "/a", undefined],
    ["a//b", "a/b", ""],
    ["./a/./b", "a/b", ""],
    ["/*", "/a", "a"],
    ["/**", "/", ""],
    ["{/a,/b}", "/b", ""],
  ]);
  assert(parseGlob("a/").alternatives.every(({ directory }) => directory));
  assert(parseGlob("a/..").alternatives.every(({ directory }) => directory));
  assert(parseGlob("a").alternatives.every(({ directory }) => !directory));
});

Deno.test("parseGlob() refuses what is no pattern, and says why", () => {
  const refused = {
    "": "empty",
    "{,}": "empty",
    "[a": "[ is not closed",
    "[": "[ is not closed",
    "[]": "[ is not closed",
    "[\\": "[ is not closed",
    "[z-a]": "range z-a is empty",
    "[[:alpha:]]": "[:alpha:]",
    "a\\": "ends in a \\",
    "{a": "{ is not closed",
    "a}": "} is not opened",
    "{a}": "no choice",
    "{}": "no choice",
    "{3..1}": "no number",
    "{0..5000}": "1024",
    "{1..100}{1..100}": "1024",
    "*/..": "after a wildcard",
    "{/a,b}": "start at the root",
  };
  for (const [pattern, problem] of Object.entries(refused)) {
    const error = assertThrows(() => parseGlob(pattern), PondError, problem);
    assertEquals(error.code, "INVALID_ARGUMENT");
    assert(error.message.includes(JSON.stringify(pattern)), error.message);
  }
});

Deno.test("parseGlob() ends soon, however braces are nested", () => {
  const nested = "{a,".repeat(300) + "b" + "}".repeat(300);
  assertThrows(() => parseGlob(nested), PondError, "256 braces");
  const row = "{a,b}".repeat(300);
  assertThrows(() => parseGlob(row), PondError);
  assertThrows(() => parseGlob("{".repeat(10_000)), PondError);
  // What comes out the same counts once.
  assertEquals(captures("{,,}".repeat(100) + "a", "a"), "");
});

Deno.test("a pattern of many wildcards takes no exponential time", () => {
  const name = "a".repeat(250);
  assertEquals(captures("a*".repeat(40) + "b", name), undefined);
  assertEquals(captures("*?".repeat(100) + "b", name), undefined);
  const path = Array.from({ length: 500 }, () => "a").join("/");
  assertEquals(captures("**/a/".repeat(50) + "b", path), undefined);
});

Deno.test("isLiteral() tells paths from patterns", () => {
  assert(isLiteral("/a/b.csv"));
  for (const pattern of ["*", "a?", "[a]", "{a,b}", "\\a"]) {
    assert(!isLiteral(pattern), pattern);
  }
});
