/** Templates see what they are given, end, and stay small. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { PondError } from "../../../src/errors.ts";
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

Deno.test("brackets, blocks and chains have bounds that the stack doesn't feel", () => {
  const many = 200_000;
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
  assertEquals(render(`{{ 1${" + 1".repeat(400)} }}`), "401");
  assertEquals(render(`{{ ${"(".repeat(90)}1${")".repeat(90)} }}`), "1");
  assertEquals(
    render(`${"{% if n %}".repeat(90)}x${"{% endif %}".repeat(90)}`),
    "x",
  );
});
