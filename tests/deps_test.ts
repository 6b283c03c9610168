/**
 * The adapters in `deps/` do what the modules of `@std` document, for the
 * functions that pond uses.
 *
 * Each contract runs on the adapter and on the bare name: where JSR serves the
 * bare names, the real modules are held against the same sentences. What is
 * expected is asserted by `node:assert`, since `@std/assert` itself is tested.
 */
import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert";
import * as bareAssert from "@std/assert";
import { parseArgs as bareParseArgs } from "@std/cli/parse-args";
import * as barePath from "@std/path";
import * as barePosix from "@std/path/posix";
import * as assertAdapter from "../deps/std_assert.ts";
import { parseArgs as adaptedParseArgs } from "../deps/std_cli_parse_args.ts";
import * as pathAdapter from "../deps/std_path.ts";
import * as posixAdapter from "../deps/std_path_posix.ts";
import * as windowsAdapter from "../deps/std_path_windows.ts";

type PathModule = typeof posixAdapter;
type ParseArgs = typeof adaptedParseArgs;
type AssertModule = typeof assertAdapter;

/** A call and what is documented of it. */
type Row = readonly [actual: unknown, expected: unknown];

function assertRows(rows: readonly Row[]): void {
  for (const [index, [actual, expected]] of rows.entries()) {
    deepStrictEqual(actual, expected, `row ${index + 1}: ${String(actual)}`);
  }
}

function pathContract(name: string, path: PathModule): void {
  Deno.test(`${name} join() joins and normalizes`, () => {
    assertRows([
      [
        path.join("/foo", "bar", "baz/quux", "garply", ".."),
        "/foo/bar/baz/quux",
      ],
      [path.join(new URL("file:///foo"), "bar", ".."), "/foo"],
      [path.join("a", "", "b"), "a/b"],
      [path.join("a", "..", ".."), ".."],
      [path.join("", ""), "."],
      [path.join(""), "."],
      [path.join("/", "..", "a"), "/a"],
    ]);
  });
  Deno.test(`${name} normalize() resolves dots and separators`, () => {
    assertRows([
      [path.normalize("/foo/bar//baz/asdf/quux/.."), "/foo/bar/baz/asdf"],
      [path.normalize(""), "."],
      [path.normalize("./a/"), "a/"],
      [path.normalize("/../.."), "/"],
      [path.normalize("../../a"), "../../a"],
      [path.normalize("/..a/...//b"), "/..a/.../b"],
    ]);
  });
  Deno.test(`${name} basename() is the last portion`, () => {
    assertRows([
      [path.basename("/home/user/Documents/"), "Documents"],
      [path.basename("/home/user/Documents/image.png"), "image.png"],
      [path.basename("/home/user/Documents/image.png", ".png"), "image"],
      [path.basename(new URL("file:///home/user/a%20b.png"), ".png"), "a b"],
      [path.basename("/"), "/"],
      [path.basename(""), ""],
      [path.basename("a.png", "a.png"), "a.png"],
    ]);
  });
  Deno.test(`${name} dirname() is what is before it`, () => {
    assertRows([
      [path.dirname("/home/user/Documents/"), "/home/user"],
      [path.dirname("/home/user/Documents/image.png"), "/home/user/Documents"],
      [path.dirname(new URL("file:///home/user/a.png")), "/home/user"],
      [path.dirname("a"), "."],
      [path.dirname("/a"), "/"],
      [path.dirname(""), "."],
    ]);
  });
  Deno.test(`${name} extname() has a leading period or is empty`, () => {
    assertRows([
      [path.extname("/home/user/Documents/file.ts"), ".ts"],
      [path.extname("/home/user/Documents/"), ""],
      [path.extname("/home/user/Documents/image.png"), ".png"],
      [path.extname("a.tar.gz"), ".gz"],
      [path.extname(".gitignore"), ""],
      [path.extname("a."), "."],
      [path.extname(new URL("file:///home/user/file.ts")), ".ts"],
    ]);
  });
  Deno.test(`${name} isAbsolute() asks for a leading slash`, () => {
    assertRows([
      [path.isAbsolute("/home/user/Documents/"), true],
      [path.isAbsolute("home/user/Documents/"), false],
      [path.isAbsolute(""), false],
    ]);
  });
  Deno.test(`${name} resolve() goes from the right to an absolute path`, () => {
    const cwd = Deno.cwd();
    assertRows([
      [
        path.resolve("/foo", "bar", "baz/asdf", "quux", ".."),
        "/foo/bar/baz/asdf",
      ],
      [path.resolve("/a", "/b", "c"), "/b/c"],
      [path.resolve("a"), path.join(cwd, "a")],
      [path.resolve(""), cwd],
      [path.resolve("/a/"), "/a"],
    ]);
  });
  Deno.test(`${name} relative() leads from one path to the other`, () => {
    assertRows([
      [
        path.relative("/data/orandea/test/aaa", "/data/orandea/impl/bbb"),
        "../../impl/bbb",
      ],
      [path.relative("/a/b", "/a/b"), ""],
      [path.relative("/a", "/a/b/c"), "b/c"],
      [path.relative("/a/b/c", "/a"), "../.."],
    ]);
  });
  Deno.test(`${name} fromFileUrl() decodes and wants a file URL`, () => {
    assertRows([
      [path.fromFileUrl("file:///home/foo"), "/home/foo"],
      [path.fromFileUrl(new URL("file:///home/a%20%25%20b")), "/home/a % b"],
    ]);
    throws(() => path.fromFileUrl("http://a/b"), TypeError);
  });
  Deno.test(`${name} toFileUrl() encodes and wants an absolute path`, () => {
    assertRows([
      [path.toFileUrl("/home/foo").href, "file:///home/foo"],
      [path.toFileUrl("/home/a % b").href, "file:///home/a%20%25%20b"],
      [path.toFileUrl("/a?b#c").pathname, "/a%3Fb%23c"],
    ]);
    throws(() => path.toFileUrl("home"), TypeError);
  });
}

function parseArgsContract(name: string, parseArgs: ParseArgs): void {
  Deno.test(`${name} parses flags, values and the rest`, () => {
    assertRows([
      [parseArgs(["--foo", "--bar=baz", "./quux.txt"]), {
        foo: true,
        bar: "baz",
        _: ["./quux.txt"],
      }],
      [parseArgs(["-abc", "x"]), { a: true, b: true, c: "x", _: [] }],
      [parseArgs(["-n5"]), { n: 5, _: [] }],
      [parseArgs([]), { _: [] }],
    ]);
  });
  Deno.test(`${name} keeps strings as they are when told so`, () => {
    assertRows([
      [parseArgs(["--a", "007"]), { a: 7, _: [] }],
      [parseArgs(["--a", "007"], { string: ["a"] }), { a: "007", _: [] }],
      [parseArgs(["007"]), { _: [7] }],
      [parseArgs(["007"], { string: ["_"] }), { _: ["007"] }],
      [parseArgs(["--a="], { string: ["a"] }), { a: "", _: [] }],
      [parseArgs(["--a"], { string: ["a"] }), { a: "", _: [] }],
      [parseArgs(["--a=b=c"], { string: ["a"] }), { a: "b=c", _: [] }],
    ]);
  });
  Deno.test(`${name} gives booleans no value`, () => {
    const boolean = ["foo"];
    assertRows([
      [parseArgs(["--foo", "bar"], { boolean }), { foo: true, _: ["bar"] }],
      [parseArgs([], { boolean }), { foo: false, _: [] }],
      [parseArgs(["--foo=false"], { boolean }), { foo: false, _: [] }],
      [parseArgs(["--no-foo"], { boolean, negatable: ["foo"] }), {
        foo: false,
        _: [],
      }],
      [parseArgs(["--no-foo"], { boolean }), {
        foo: false,
        "no-foo": true,
        _: [],
      }],
    ]);
  });
  Deno.test(`${name} collects repeated options; else the last one wins`, () => {
    const args = ["--foo", "bar", "--foo", "baz"];
    assertRows([
      [parseArgs(args, { collect: ["foo"] }), { foo: ["bar", "baz"], _: [] }],
      [parseArgs(args), { foo: "baz", _: [] }],
      [parseArgs([], { string: ["foo"], collect: ["foo"] }), {
        foo: [],
        _: [],
      }],
    ]);
  });
  Deno.test(`${name} knows aliases and defaults`, () => {
    const alias = { l: "long" };
    assertRows([
      [parseArgs(["-l"], { alias, boolean: ["long"] }), {
        l: true,
        long: true,
        _: [],
      }],
      [parseArgs([], { default: { a: "b" } }), { a: "b", _: [] }],
      [parseArgs(["--a=c"], { default: { a: "b" } }), { a: "c", _: [] }],
    ]);
  });
  Deno.test(`${name} stops at -- and, when told so, at the first argument`, () => {
    assertRows([
      [parseArgs(["--", "--a"]), { _: ["--a"] }],
      [parseArgs(["x", "--", "--a", "007"], { "--": true }), {
        _: ["x"],
        "--": ["--a", "007"],
      }],
      [parseArgs(["x", "--a"], { stopEarly: true }), { _: ["x", "--a"] }],
      [parseArgs(["-"]), { _: ["-"] }],
    ]);
  });
  Deno.test(`${name} asks unknown() and leaves out what it refuses`, () => {
    const asked: unknown[] = [];
    const unknown = (arg: string, key?: string, value?: unknown) => {
      asked.push([arg, key, value]);
      return key === undefined;
    };
    const args = ["--known=1", "--other=2", "x"];
    const parsed = parseArgs(args, { string: ["known"], unknown });
    assertRows([
      [parsed, { known: "1", _: ["x"] }],
      [asked, [["--other=2", "other", "2"], ["x", undefined, undefined]]],
    ]);
  });
  Deno.test(`${name} sets no property of a prototype`, () => {
    parseArgs(["--__proto__.polluted=1", "--constructor.prototype.polluted=1"]);
    strictEqual(Reflect.get({}, "polluted"), undefined);
  });
}

function assertContract(name: string, std: AssertModule): void {
  const { AssertionError } = std;
  const fails = (call: () => unknown, message = "") =>
    throws(call, (error: unknown) => {
      strictEqual(error instanceof AssertionError, true, String(error));
      strictEqual(String(error).includes(message), true, String(error));
      return true;
    });

  Deno.test(`${name} assert() takes what is truthy`, () => {
    std.assert("a", "why");
    for (const value of [false, 0, "", null, undefined, NaN]) {
      fails(() => std.assert(value, "why"), "why");
    }
    std.assertFalse(0);
    fails(() => std.assertFalse(1));
  });
  Deno.test(`${name} assertEquals() compares deeply`, () => {
    std.assertEquals({ a: [1, new Map([["b", 2n]])] }, {
      a: [1, new Map([["b", 2n]])],
    });
    std.assertEquals(NaN, NaN);
    std.assertEquals(Uint8Array.of(1, 2), Uint8Array.of(1, 2));
    std.assertEquals(new Date(5), new Date(5));
    std.assertEquals(new Set([1, 2]), new Set([2, 1]));
    fails(() => std.assertEquals<unknown>(1, "1", "why"), "why");
    fails(() => std.assertEquals([1, 2], [2, 1]));
    fails(() => std.assertEquals<unknown>({ a: undefined }, {}));
    fails(() => std.assertEquals(Uint8Array.of(1), Uint8Array.of(2)));
    fails(() => std.assertEquals(new Date(5), new Date(6)));
  });
  Deno.test(`${name} assertNotEquals() fails on deep equality`, () => {
    std.assertNotEquals([1], [2]);
    fails(() => std.assertNotEquals([1], [1], "why"), "why");
  });
  Deno.test(`${name} assertStrictEquals() compares by identity`, () => {
    const object = {};
    std.assertStrictEquals(object, object);
    std.assertStrictEquals(NaN, NaN);
    fails(() => std.assertStrictEquals({}, object, "why"), "why");
    fails(() => std.assertStrictEquals(0, -0));
    std.assertNotStrictEquals({}, object);
    fails(() => std.assertNotStrictEquals(object, object));
  });
  Deno.test(`${name} assertAlmostEquals() has a tolerance`, () => {
    std.assertAlmostEquals(0.1 + 0.2, 0.3);
    std.assertAlmostEquals(1, 1.05, 0.1);
    fails(() => std.assertAlmostEquals(1, 2));
    fails(() => std.assertAlmostEquals(1, 1.05, 0.01, "why"), "why");
  });
  Deno.test(`${name} assertArrayIncludes() finds each item`, () => {
    std.assertArrayIncludes([1, { a: 2 }, 3], [{ a: 2 }, 1]);
    std.assertArrayIncludes([NaN], [NaN]);
    fails(() => std.assertArrayIncludes([1, 2], [3], "why"), "why");
  });
  Deno.test(`${name} assertObjectMatch() compares a part`, () => {
    std.assertObjectMatch({ a: 1, b: { c: 2, d: 3 } }, { b: { c: 2 } });
    fails(() => std.assertObjectMatch({ a: 1 }, { a: 2 }));
  });
  Deno.test(`${name} assertExists() refuses null and undefined alone`, () => {
    for (const value of [0, "", false, NaN]) std.assertExists(value);
    fails(() => std.assertExists(null));
    fails(() => std.assertExists(undefined, "why"), "why");
  });
  Deno.test(`${name} assertInstanceOf() asks instanceof`, () => {
    std.assertInstanceOf(new RangeError("a"), Error);
    fails(() => std.assertInstanceOf(new Error("a"), RangeError, "why"), "why");
    fails(() => std.assertInstanceOf(null, Error));
  });
  Deno.test(`${name} assertMatch() and assertStringIncludes() read text`, () => {
    std.assertMatch("Raptor", /Rap/);
    fails(() => std.assertMatch("Denosaurus", /Raptor/, "why"), "why");
    std.assertNotMatch("Denosaurus", /Raptor/);
    fails(() => std.assertNotMatch("Raptor", /Rap/));
    std.assertStringIncludes("Hello", "ell");
    fails(() => std.assertStringIncludes("Hello", "World", "why"), "why");
  });
  Deno.test(`${name} assertGreater() and assertLess() are strict`, () => {
    std.assertGreater(2, 1);
    fails(() => std.assertGreater(1, 1));
    fails(() => std.assertGreater(0, 1, "why"), "why");
    std.assertLess(1n, 2n);
    fails(() => std.assertLess(1, 1));
    std.assertGreaterOrEqual(1, 1);
    fails(() => std.assertGreaterOrEqual(0, 1));
    std.assertLessOrEqual(1, 1);
    fails(() => std.assertLessOrEqual(2, 1));
  });
  Deno.test(`${name} assertThrows() returns the error it asked for`, () => {
    const error = new RangeError("too far");
    const raise = () => {
      throw error;
    };
    strictEqual(std.assertThrows(raise), error);
    strictEqual(std.assertThrows(raise, RangeError, "far"), error);
    strictEqual(std.assertThrows(raise, Error), error);
    fails(() => std.assertThrows(raise, TypeError));
    fails(() => std.assertThrows(raise, RangeError, "near"));
    fails(() => std.assertThrows(() => 1, Error, "", "why"), "why");
    fails(() => std.assertThrows(() => 1, "why"), "why");
  });
  Deno.test(`${name} assertRejects() resolves to the error`, async () => {
    const error = new RangeError("too far");
    const reject = () => Promise.reject(error);
    strictEqual(await std.assertRejects(reject), error);
    strictEqual(await std.assertRejects(reject, RangeError, "far"), error);
    await rejects(std.assertRejects(reject, TypeError), AssertionError);
    await rejects(
      std.assertRejects(reject, RangeError, "near"),
      AssertionError,
    );
    await rejects(std.assertRejects(() => Promise.resolve(1)), AssertionError);
    const raise = () => {
      throw error;
    };
    await rejects(std.assertRejects(raise), AssertionError);
  });
  Deno.test(`${name} fail() and unreachable() fail`, () => {
    fails(() => std.fail("why"), "why");
    fails(() => std.unreachable("why"), "why");
    fails(() => std.unreachable());
  });
}

// The real modules' types are narrower and generic in other ways; what they do
// is the question here.
const realAssert: unknown = bareAssert;
const realParseArgs: unknown = bareParseArgs;

pathContract("deps/std_path_posix.ts", posixAdapter);
pathContract("@std/path/posix", barePosix);
if (Deno.build.os !== "windows") {
  pathContract("deps/std_path.ts", pathAdapter);
  pathContract("@std/path", barePath);
}
parseArgsContract("deps/std_cli_parse_args.ts", adaptedParseArgs);
parseArgsContract("@std/cli/parse-args", realParseArgs as ParseArgs);
assertContract("deps/std_assert.ts", assertAdapter);
assertContract("@std/assert", realAssert as AssertModule);

Deno.test("deps/std_path_windows.ts knows drives and backslashes", () => {
  const path = windowsAdapter;
  assertRows([
    [
      path.join("C:\\foo", "bar", "baz\\quux", "garply", ".."),
      "C:\\foo\\bar\\baz\\quux",
    ],
    [path.normalize("C:\\foo\\..\\bar"), "C:\\bar"],
    [path.basename("C:\\user\\Documents\\image.png"), "image.png"],
    [path.dirname("C:\\foo\\bar\\baz.ext"), "C:\\foo\\bar"],
    [path.extname("file.ts"), ".ts"],
    [path.isAbsolute("C:\\foo\\bar"), true],
    [path.isAbsolute("foo"), false],
    [
      path.relative("C:\\foobar\\test\\aaa", "C:\\foobar\\impl\\bbb"),
      "..\\..\\impl\\bbb",
    ],
    [path.fromFileUrl("file:///C:/home/foo"), "C:\\home\\foo"],
    [path.toFileUrl("C:\\home\\foo").href, "file:///C:/home/foo"],
  ]);
});

Deno.test("deps/offline.json maps what deno.json maps", async () => {
  const read = async (path: string) =>
    JSON.parse(await Deno.readTextFile(new URL(path, import.meta.url))).imports;
  const online: Record<string, string> = await read("../deno.json");
  const offline: Record<string, string> = await read("../deps/offline.json");
  for (const [name, target] of Object.entries(online)) {
    if (target.startsWith("jsr:")) {
      const served = Object.entries(offline).filter(([bare]) =>
        bare === name || bare.startsWith(`${name}/`)
      );
      strictEqual(served.length > 0, true, name);
    } else {
      strictEqual(offline[name], target, name);
    }
  }
  const names = Object.keys(online);
  for (const name of Object.keys(offline)) {
    const known = names.some((bare) =>
      name === bare || name.startsWith(`${bare}/`)
    );
    strictEqual(known, true, name);
  }
});
