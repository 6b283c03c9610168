/** Templates see what they are given, end, and stay small. */
import {
  assertEquals,
  assertMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import { PondError } from "../../../src/errors.ts";
import { FILTER_NAMES } from "../../../src/pipeline/template/filters.ts";
import { TEST_NAMES } from "../../../src/pipeline/template/tests.ts";
import {
  compileTemplate,
  type Value,
} from "../../../src/pipeline/template/mod.ts";

const CONTEXT: ReadonlyMap<string, Value> = new Map<string, Value>([
  ["list", [1, 2]],
  ["map", new Map([["a", "b"]])],
  ["text", "abc"],
  ["n", 1],
]);

function render(template: string): string {
  return compileTemplate(template, "page").render(CONTEXT);
}

function refused(template: string): string {
  const error = assertThrows(
    () => render(template),
    PondError,
    undefined,
    template,
  );
  assertEquals(error.code, "INVALID_ARGUMENT");
  return error.message;
}

const NAMES = [
  "constructor",
  "__proto__",
  "prototype",
  "toString",
  "valueOf",
  "hasOwnProperty",
  "__defineGetter__",
  "__lookupGetter__",
  "call",
  "apply",
  "bind",
  "size",
  "get",
  "entries",
  "at",
  "push",
];

Deno.test("no value of a template has a member that the host gives it", () => {
  for (const name of NAMES) {
    for (
      const value of [
        "list",
        "map",
        "text",
        "n",
        "loop",
        "[1]",
        "'a'",
        "range(end=1)",
      ]
    ) {
      const inLoop = (inner: string) =>
        `{% for x in list %}${inner}{% endfor %}`;
      for (
        const access of [
          `${value}.${name}`,
          `${value}['${name}']`,
          `${value}['${name.slice(0, 2)}' ~ '${name.slice(2)}']`,
        ]
      ) {
        assertEquals(
          render(inLoop(`{{ ${access} is defined }}`)),
          "falsefalse",
          access,
        );
        refused(inLoop(`{{ ${access} }}`));
      }
    }
    assertEquals(render(`{{ map | get(key='${name}', default='-') }}`), "-");
    assertEquals(render(`{{ [map] | map(attribute='${name}') }}`), "[]");
    assertEquals(
      render(`{{ [map] | filter(attribute='${name}.${name}') }}`),
      "[]",
    );
    assertEquals(
      render(`{{ [map] | group_by(attribute='${name}') | length }}`),
      "0",
    );
    assertEquals(render(`{{ ${name} is defined }}`), "false");
  }
});

Deno.test("no function of the host can be called", () => {
  for (
    const template of [
      `{{ range.constructor("return Deno")() }}`,
      `{{ list.constructor.constructor("return globalThis")() }}`,
      `{{ text.replace.call(text) }}`,
      `{{ constructor(a=1) }}`,
      `{{ toString() }}`,
      `{{ __proto__(a=1) }}`,
      `{{ list | constructor }}`,
      `{{ list | __proto__ }}`,
      `{{ list | toString }}`,
      `{{ list is constructor }}`,
      `{{ list is hasOwnProperty }}`,
      `{{ eval(x="1") }}`,
      `{{ Deno.exit() }}`,
      `{{ globalThis }}`,
      `{{ this }}`,
      `{{ process.env }}`,
      `{{ import("x") }}`,
      `{% set x = Function %}{{ x }}`,
      `{% include "/etc/passwd" %}`,
      `{% import "x" as y %}`,
      `{% extends "x" %}`,
      `{{ (1).constructor }}`,
      `{{ "a" | replace(from="a", to="b").constructor }}`,
      `{{ 0 | date(format="%{constructor}") }}`,
      `{{ 1 | round(method="constructor") }}`,
    ]
  ) refused(template);
});

Deno.test("names of prototypes are names as all others, and change nothing", () => {
  assertEquals(
    render("{% set __proto__ = map %}{{ __proto__.a }}{{ list | length }}"),
    "b2",
  );
  assertEquals(render("{% set constructor = 'x' %}{{ constructor }}"), "x");
  assertEquals(
    render(
      "{% set o = [map] | group_by(attribute='a') %}{% for k, v in o %}{{ k }}{% endfor %}",
    ),
    "b",
  );
  assertEquals(({} as Record<string, unknown>)["a"], undefined);
});

Deno.test("a template that would go on for ever, or become too large, is ended", () => {
  const started = performance.now();
  for (
    const template of [
      "{% for a in range(end=10000000000) %}{% endfor %}",
      "{% for a in range(end=100000) %}{% for b in range(end=100000) %}x{% endfor %}{% endfor %}",
      "{% set x = 'aa' %}{% for a in range(end=64) %}{% set_global x = x ~ x %}{% endfor %}",
      "{% set x = 'aa' %}{% for a in range(end=64) %}{% set_global x = x | replace(from='a', to='aa') %}{% endfor %}",
      "{% set x = [1] %}{% for a in range(end=64) %}{% set_global x = x | concat(with=x) %}{% endfor %}",
      "{% set x = [1] %}{% for a in range(end=64) %}{% set_global x = [x, x] %}{% endfor %}{{ x }}",
      "{% set x = [1] %}{% for a in range(end=64) %}{% set_global x = [x, x] %}{% endfor %}{{ x | json_encode }}",
      "{% set x = [1] %}{% for a in range(end=64) %}{% set_global x = [x, x] %}{% endfor %}{{ x == [x] }}{% set y = x %}{{ [x,x] == [y,y] }}",
      "{% set x = ['aaaaaaaa'] %}{% for a in range(end=30) %}{% set_global x = [x | join(sep=x | join)] | concat(with=x) %}{% endfor %}",
      "{% set x = 'aa' %}{% for a in range(end=23) %}{% set_global x = x ~ x %}{% endfor %}{{ x | split(pat='') }}",
      "{% set x = 'aa' %}{% for a in range(end=23) %}{% set_global x = x ~ x %}{% endfor %}{{ x | reverse }}{{ x | truncate(length=1) }}",
      "{% set x = 'aa' %}{% for a in range(end=21) %}{% set_global x = x ~ x %}{% endfor %}{% for c in x %}{% endfor %}",
      "{% set x = [] %}{% for a in range(end=5000) %}{% set_global x = [x] %}{% endfor %}{{ x }}",
      "{% set t = 'aaaaaaaaaaaaaaaaaaaaaaaa' %}{% for a in range(end=20) %}{% set_global t = t ~ t %}{% endfor %}{% for a in range(end=100000) %}{{ t | upper }}{% endfor %}",
    ]
  ) {
    assertStringIncludes(
      refused(template),
      /levels deep/.test(refused(template))
        ? "levels deep"
        : "it does too much",
    );
  }
  // Eleven templates, each twice.
  assertEquals(performance.now() - started < 60_000, true);
});

Deno.test("what a long text is many times is counted before it is made", () => {
  const long = `{% set x = 'aaaaaaaa' %}${"{% set x = x ~ x %}".repeat(17)}`;
  const list = `[${Array.from({ length: 800 }, () => "x")}]`;
  for (const made of [list, `${list} | join`, `${list} | as_str`]) {
    assertStringIncludes(refused(`${long}{{ ${made} }}`), "it does too much");
  }
});

Deno.test("a long name that is nowhere is told at once, and not whole", () => {
  const long = `{% set x = 'aaaaaaaa' %}${"{% set x = x ~ x %}".repeat(17)}`;
  const started = performance.now();
  const message = refused(`${long}{{ map[x] }}`);
  assertMatch(message, /there is no a{100}… in map/);
  assertEquals(performance.now() - started < 1000, true);
});

Deno.test("brackets, blocks and chains have bounds that the stack doesn't feel", () => {
  const many = 100_000;
  for (
    const template of [
      `{{ ${"(".repeat(many)}1${")".repeat(many)} }}`,
      `{{ ${"[".repeat(many)}${"]".repeat(many)} }}`,
      `{{ ${"not ".repeat(many)}1 }}`,
      `{{ 1${" + 1".repeat(many)} }}`,
      `{{ list${".a".repeat(many)} }}`,
      `{{ text${" | upper".repeat(many)} }}`,
      `{{ n${" and n".repeat(many)} }}`,
      `${"{% if n %}".repeat(many)}${"{% endif %}".repeat(many)}`,
    ]
  ) assertStringIncludes(refused(template), "page:1:");
  assertStringIncludes(
    refused("x".repeat(2 ** 20 + 1)),
    "page:1:1: it has more",
  );
  assertEquals(render("x".repeat(2 ** 20)).length, 2 ** 20);
  assertEquals(render(`{{ 1${" + 1".repeat(400)} }}`), "401");
  assertEquals(render(`{{ ${"(".repeat(90)}1${")".repeat(90)} }}`), "1");
  assertEquals(
    render(`${"{% if n %}".repeat(90)}x${"{% endif %}".repeat(90)}`),
    "x",
  );
});

/** Pieces of which templates are made, right ones and wrong ones. */
const PIECES = [
  "{{",
  "}}",
  "{%",
  "%}",
  "{#",
  "#}",
  "-%}",
  "{{-",
  "{% raw %}",
  "{% endraw %}",
  "{% if n %}",
  "{% elif text %}",
  "{% else %}",
  "{% endif %}",
  "{% for x in list %}",
  "{% for k, v in map %}",
  "{% endfor %}",
  "{% break %}",
  "{% set x = ",
  "{% set_global y = ",
  "{% filter upper %}",
  "{% endfilter %}",
  "list",
  "map",
  "text",
  "n",
  "x",
  "k",
  "loop.index",
  "nowhere",
  "__proto__",
  ".a",
  "[0]",
  "['a']",
  ".constructor",
  "1",
  "2.5",
  "-3",
  "'a'",
  "`b`",
  "true",
  " + ",
  " - ",
  " * ",
  " / ",
  " % ",
  " ~ ",
  " == ",
  " < ",
  " in ",
  " not ",
  " and ",
  " is odd",
  " is defined",
  " is containing('a')",
  "(",
  ")",
  "[",
  "]",
  ",",
  "|",
  " | upper",
  " | length",
  " | first",
  " | join(sep='-')",
  " | json_encode",
  " | default(value=1)",
  " | group_by(attribute='a')",
  " | sort",
  " | date",
  "range(end=3)",
  "group(by='a', in=[map])",
  "\n",
  " ",
  "text ",
  "'",
  '"',
  "\\",
  "é",
];

Deno.test("whatever a template says, it is a text, or an error with its place", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }),
      (pieces) => {
        try {
          assertEquals(typeof render(pieces.join("")), "string");
        } catch (error) {
          if (!(error instanceof PondError)) throw error;
          assertMatch(
            error.message,
            /^Cannot make a text of a template\npage:\d+:\d+: /,
          );
        }
      },
    ),
    { numRuns: 5000 },
  );
});

Deno.test("an expression of right pieces is a text, or an error with its place", () => {
  const { expression } = fc.letrec<{ expression: string; value: string }>((
    tie,
  ) => ({
    value: fc.constantFrom(
      "list",
      "map",
      "text",
      "n",
      "1",
      "2.5",
      "'a'",
      "[1, 2]",
      "map.a",
      "list[0]",
      "nowhere",
      "range(end=3)",
    ),
    expression: fc.oneof(
      { maxDepth: 4 },
      tie("value"),
      fc.tuple(
        tie("expression"),
        fc.constantFrom(
          "+",
          "-",
          "*",
          "/",
          "%",
          "~",
          "==",
          "!=",
          "<",
          ">=",
          "in",
          "not in",
          "and",
          "or",
        ),
        tie("expression"),
      ).map((parts) => parts.join(" ")),
      fc.tuple(tie("expression"), fc.constantFrom(...FILTER_NAMES)).map((
        [of, filter],
      ) => `${of} | ${filter}`),
      fc.tuple(tie("expression"), fc.constantFrom(...TEST_NAMES)).map((
        [of, test],
      ) => `(${of} is ${test}('a'))`),
      tie("expression").map((of) => `(not ${of})`),
      tie("expression").map((of) => `[${of}]`),
    ),
  }));
  fc.assert(
    fc.property(expression, (expression) => {
      try {
        assertEquals(typeof render(`{{ ${expression} }}`), "string");
      } catch (error) {
        if (!(error instanceof PondError)) throw error;
        assertMatch(error.message, /\npage:1:\d+: /);
      }
    }),
    { numRuns: 5000 },
  );
});
