/** What Tera's documentation says of its language, as a table. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { PondError } from "../../../src/errors.ts";
import {
  compileTemplate,
  NOTHING_EXPORTED,
  valueOf,
} from "../../../src/pipeline/template/mod.ts";
import { isMap, type ValueMap } from "../../../src/pipeline/template/value.ts";

const CONTEXT = {
  args: ["BDock", "1h"],
  n: 5,
  half: 2.5,
  yes: true,
  none: null,
  empty: "",
  list: [3, 1, 2],
  words: ["a", "b", "c"],
  site: { name: "Noyo", depth: { m: 3 }, "a/b": "slash" },
  people: [
    { name: "Ann", team: "x", age: 30 },
    { name: "Bob", team: "y", age: 20 },
    { name: "Cyd", team: "x", age: null },
  ],
  schema: {
    fields: [
      { instrument: "V", name: "Temp", unit: "C", agg: "avg" },
      { instrument: "V", name: "Temp", unit: "C", agg: "min" },
      { instrument: "A", name: "Level", unit: "m", agg: "avg" },
    ],
  },
};

function mapOf(json: unknown): ValueMap {
  const value = valueOf(json);
  if (!isMap(value)) throw new TypeError("a context is a map");
  return value;
}

function render(template: string, context: unknown = CONTEXT): string {
  return compileTemplate(template, "page").render(mapOf(context));
}

function errorOf(template: string): string {
  const error = assertThrows(
    () => render(template),
    PondError,
    undefined,
    template,
  );
  assertEquals(error.code, "INVALID_ARGUMENT");
  return error.message;
}

/** A template, and what becomes of it. */
const CASES: readonly (readonly [template: string, text: string])[] = [
  // Delimiters and white space
  ["plain } text { %", "plain } text { %"],
  ["{# a {{ comment }} #}x", "x"],
  ["a  {#- b -#}  c", "ac"],
  ["{% raw %} {{ n }} {% if %}{% endraw %}", " {{ n }} {% if %}"],
  ["a {%- raw -%} b {%- endraw -%} c", "abc"],
  ["{% set my_var = 2 %}\n{{ my_var }}", "\n2"],
  ["{% set my_var = 2 -%}\n{{ my_var }}", "2"],
  ["a \n {{- n -}} \n b", "a5b"],
  ["[{%- if yes -%} x {%- endif -%} ]", "[x]"],
  // Literals and values
  ["{{ 'a' }}{{ \"b\" }}{{ `c` }}", "abc"],
  ["{{ true }} {{ False }}", "true false"],
  ["{{ 1 }} {{ 2.5 }} {{ -3 }}", "1 2.5 -3"],
  ["{{ [1, 'a', yes,] }}", "[1, a, true]"],
  ["{{ none }}|{{ site }}|{{ list }}", "|[object]|[3, 1, 2]"],
  // Members
  ["{{ site.name }} {{ site['name'] }} {{ site.depth.m }}", "Noyo Noyo 3"],
  ["{{ args.0 }} {{ args[1] }} {{ list[n - 5] }}", "BDock 1h 3"],
  ["{% set k = 'depth' %}{{ site[k].m }}", "3"],
  ["{{ people.1.name }} {{ people[0].name }}", "Bob Ann"],
  // Arithmetic
  [
    "{{ 1 + 1 }} {{ 2 - 1 }} {{ 10 / 2 }} {{ 5 * 2 }} {{ 2 % 2 }}",
    "2 1 5 10 0",
  ],
  ["{{ 1 + 2 * 3 }} {{ (1 + 2) * 3 }} {{ 10 - 2 - 3 }}", "7 9 5"],
  ["{{ list | length + 1 }}", "4"],
  ["{{ n + half | round }}", "8"],
  // Comparisons and logic
  [
    "{{ 1 == 1 }} {{ 1 != 1 }} {{ 2 >= 2 }} {{ 1 < 0 }} {{ 'a' < 'b' }}",
    "true false true false true",
  ],
  ["{{ yes and not none }} {{ none or empty }}", "true false"],
  ["{{ not n == 5 }}", "false"],
  ["{{ true or true and false }}", "true"],
  [
    "{{ 2 in list }} {{ 'oy' in site.name }} {{ 'name' in site }} {{ 9 not in list }}",
    "true true true true",
  ],
  ["{{ [1, [2]] == [1, [2]] }} {{ site.depth == site }}", "true false"],
  // Concatenation
  ["{{ 'hello ' ~ 'world' ~ `!` ~ n }}", "hello world!5"],
  ["{{ 'a' ~ 'b' | upper }}", "AB"],
  // Conditions
  ["{% if n < 3 %}a{% elif n == 5 %}b{% else %}c{% endif %}", "b"],
  ["{% if nowhere %}a{% else %}b{% endif %}", "b"],
  ["{% if nowhere.at.all %}a{% endif %}{% if not nowhere %}b{% endif %}", "b"],
  ["{% if list and site and not empty %}x{% endif %}", "x"],
  // Loops
  [
    "{% for w in words %}{{ loop.index }}{{ w }}{% if not loop.last %},{% endif %}{% endfor %}",
    "1a,2b,3c",
  ],
  [
    "{% for w in words | reverse %}{{ loop.index0 }}{{ w }}{{ loop.first }} {% endfor %}",
    "0ctrue 1bfalse 2afalse ",
  ],
  ["{% for c in 'äx' %}<{{ c }}>{% endfor %}", "<ä><x>"],
  ["{% for k, v in site.depth %}{{ k }}={{ v }}{% endfor %}", "m=3"],
  ["{% for a in [] %}x{% else %}none{% endfor %}", "none"],
  [
    "{% for a in [1,2,3,4] %}{% if a == 2 %}{% continue %}{% endif %}{% if a == 4 %}{% break %}{% endif %}{{ a }}{% endfor %}",
    "13",
  ],
  [
    "{% for i in range(end=3) %}{{ i }}{% endfor %}{{ range(start=1, end=9, step_by=3) }}",
    "012[1, 4, 7]",
  ],
  [
    "{% for a in words %}{% for b in list %}{{ loop.index }}{% endfor %}{{ loop.index }} {% endfor %}",
    "1231 1232 1233 ",
  ],
  // Assignments: a loop's go with the iteration
  [
    "{% set x = 1 %}{% for a in words %}{% set x = 2 %}{{ x }}{% endfor %}{{ x }}",
    "2221",
  ],
  [
    "{% set x = 0 %}{% for a in list %}{% set_global x = x + a %}{% endfor %}{{ x }}",
    "6",
  ],
  ["{% if yes %}{% set x = 1 %}{% endif %}{{ x }}", "1"],
  // Filter sections
  ["{% filter upper %}a{{ n }}b{% endfilter %}", "A5B"],
  ["{% filter replace(from='a', to='b') %}aa{% endfilter %}", "bb"],
  // Tests
  [
    "{{ n is odd }} {{ n is not even }} {{ 9 is divisibleby(3) }}",
    "true true true",
  ],
  [
    "{{ n is defined }} {{ x.y is undefined }} {{ site.z is defined }}",
    "true true false",
  ],
  [
    "{{ 'a' is string }} {{ n is number }} {{ site is object }} {{ list is iterable }}",
    "true true true true",
  ],
  [
    "{{ 'x/y' is starting_with('x/') }} {{ 'xy' is ending_with('x') }}",
    "true false",
  ],
  [
    "{{ 'xyz' is containing('y') }} {{ list is containing(9) }} {{ site is containing('name') }}",
    "true false true",
  ],
  // Filters
  [
    "{{ 'I AM' | lower }} {{ 'a' | upper }} {{ 'hELLO you' | capitalize }}",
    "i am A Hello you",
  ],
  [
    "{{ 'foo  bar' | title }}|{{ ' a ' | trim }}|{{ ' a' | trim_start }}|{{ 'a ' | trim_end }}",
    "Foo  Bar|a|a|a",
  ],
  [
    "{{ '//a/b//' | trim_start_matches(pat='//') }} {{ '//a/b//' | trim_end_matches(pat='//') }}",
    "a/b// //a/b",
  ],
  ["{{ 'Bob is Bob' | replace(from='Bob', to='$&') }}", "$& is $&"],
  ["{{ 'a b  c' | wordcount }} {{ \"I'm\" | addslashes }}", "3 I\\'m"],
  ["{{ '-Hello world! ' | slugify }}", "hello-world"],
  [
    "{{ 'abcdef' | truncate(length=3) }} {{ 'abcdef' | truncate(length=3, end='') }} {{ 'ab' | truncate(length=3) }}",
    "abc… abc ab",
  ],
  ["{{ 'a\nb' | linebreaksbr }}", "a<br>b"],
  [
    '{{ `<a href="/">&\'` | escape }}',
    "&lt;a href=&quot;&#x2F;&quot;&gt;&amp;&#x27;",
  ],
  ["{{ `<'>` | escape_xml }} {{ '<' | safe }} {{ '<' }}", "&lt;&apos;&gt; < <"],
  [
    "{{ '/foo?a=b&c=d' | urlencode }} {{ '/foo?a=b&c=d' | urlencode_strict }}",
    "/foo%3Fa%3Db%26c%3Dd %2Ffoo%3Fa%3Db%26c%3Dd",
  ],
  [
    "{{ list | first }} {{ list | last }} {{ list | nth(n=1) }} {{ [] | first }}",
    "3 2 1 ",
  ],
  ["{{ words | join(sep=' // ') }} {{ list | join }}", "a // b // c 312"],
  ["{{ list | length }} {{ site | length }} {{ 'äöü' | length }}", "3 3 3"],
  ["{{ 'abc' | reverse }} {{ list | reverse }}", "cba [2, 1, 3]"],
  [
    "{{ list | sort }} {{ people | filter(attribute='age') | sort(attribute='age') | map(attribute='name') }}",
    "[1, 2, 3] [Bob, Ann]",
  ],
  [
    "{{ [2, 1, 2] | unique }} {{ ['a', 'A'] | unique }} {{ ['a', 'A'] | unique(case_sensitive=true) | length }} {{ people | unique(attribute='team') | map(attribute='name') }}",
    "[2, 1] [a] 2 [Ann, Bob]",
  ],
  [
    "{{ [1, 2, 3, 4, 5] | slice(end=-2) }} {{ list | slice(start=1) }} {{ list | slice(start=1, end=2) }}",
    "[1, 2, 3] [1, 2] [1]",
  ],
  [
    "{% for t, all in people | group_by(attribute='team') %}{{ t }}{{ all | length }} {% endfor %}",
    "x2 y1 ",
  ],
  [
    "{{ people | filter(attribute='team', value='x') | map(attribute='name') | join(sep=',') }}",
    "Ann,Cyd",
  ],
  [
    "{{ list | concat(with=4) }} {{ list | concat(with=[5, 6]) | length }}",
    "[3, 1, 2, 4] 5",
  ],
  [
    "{{ site | get(key='a/b') }} {{ site | get(key='zz', default='-') }}",
    "slash -",
  ],
  ["{{ 'a/b/c' | split(pat='/') }}", "[a, b, c]"],
  [
    "{{ 2.5 | round }} {{ -2.5 | round }} {{ 2.123 | round(method='ceil', precision=2) }} {{ 2.9 | round(method='floor') }}",
    "3 -3 2.13 2",
  ],
  [
    "{{ '12' | int }} {{ '0xff' | int(base=16) }} {{ 'x' | int(default=7) }} {{ 2.9 | int }} {{ '1.5' | float }}",
    "12 255 7 2 1.5",
  ],
  [
    "message{{ 2 | pluralize }} message{{ 1 | pluralize }} categor{{ 2 | pluralize(singular='y', plural='ies') }}",
    "messages message categories",
  ],
  ["{{ 110000000 | filesizeformat }}", "110 MB"],
  [
    "{{ 0 | date }} {{ 1735689600 | date(format='%d %b %Y %H:%M, %j') }} {{ '2019-09-19T13:18:48Z' | date(format='%T') }}",
    "1970-01-01 01 Jan 2025 00:00, 001 13:18:48",
  ],
  [
    "{{ site | json_encode() }}",
    '{"a/b":"slash","depth":{"m":3},"name":"Noyo"}',
  ],
  ["{{ [1, {}] | json_encode }}".replace("{}", "'<'"), '[1,"<"]'],
  ["{{ site.depth | json_encode(pretty=true) }}", '{\n  "m": 3\n}'],
  ["{{ [] | json_encode(pretty=true) }} {{ n | as_str ~ 1 }}", "[] 51"],
  [
    "{{ nowhere | default(value=1) }} {{ a.b.c | default(value='x') | upper }} {{ empty | default(value='z') }}!",
    "1 X !",
  ],
  // The function of the proof of concept
  [
    '{% for key, fields in group(by="name",in=schema.fields) %}{{ key }}:{{ fields[0].unit }}{{ fields | length }} {% endfor %}',
    "Level:m1 Temp:C2 ",
  ],
  [
    "{% for key, f in group(by='name', in=schema.fields) %}{% for i, g in group(by='instrument', in=f) -%} {%- set field = g[0] -%} {{ field.instrument }}{{ field.name }} {%- endfor -%} {% endfor %}",
    "ALevelVTemp",
  ],
];

for (const [template, text] of CASES) {
  Deno.test(`template ${JSON.stringify(template)}`, () => {
    assertEquals(render(template), text);
  });
}

/** A template, and a part of what is said of it. */
const ERRORS: readonly (readonly [template: string, message: string])[] = [
  ["a\n  {{ sitee.name }}", "page:2:6: there is no sitee: did you mean site?"],
  ["{{ site.nmae }}", "page:1:9: there is no nmae in site: did you mean name?"],
  ["{{ schema.fields[7].unit }}", "schema.fields has 3 element(s), and no 7"],
  ["{{ n.x }}", "n is a number, and has no x"],
  ["{% for a in nowhere %}{% endfor %}", "page:1:13: there is no nowhere"],
  ["{{ nowhere == 1 }}", "there is no nowhere"],
  ["{{ nowhere | upper }}", "there is no nowhere"],
  [
    "{{ list | uper }}",
    "page:1:11: there is no filter uper: did you mean upper?",
  ],
  ["{{ grup(by='a') }}", "there is no function grup: did you mean group?"],
  ["{{ n is evn }}", "there is no test evn: did you mean even?"],
  ["{% fro a in b %}", "there is no tag fro: did you mean for?"],
  [
    "{{ 'a' | replace(form='a', to='b') }}",
    "replace: there is no argument form: did you mean from?",
  ],
  ["{{ 'a' | replace(from='a') }}", "replace: it lacks the argument to"],
  ["{{ list | upper }}", "page:1:11: upper: it must be a text, not a list"],
  ["{{ n | first }}", "first: it must be a list, not a number"],
  ["{{ 'a' + 1 }}", "+: it must be a number, not a text"],
  ["{{ 1 / 0 }}", "it divides by zero"],
  [
    "{{ group(by='zz', in=schema.fields) }}",
    "group: what is grouped has no zz",
  ],
  ["{{ throw(message='no data') }}", "throw: no data"],
  ["{% for a in site %}{% endfor %}", "a map needs two names"],
  [
    "{% for a, b in list %}{% endfor %}",
    "for with two names goes through a map, not a list",
  ],
  ["{% if n %}", "page:1:1: {% if %} without {% endif %}"],
  [
    "{% for a in list %}{% if a %}{% endfor %}",
    "page:1:30: {% endfor %} is inside of {% if %}, which needs {% endif %} first",
  ],
  ["x{% endif %}", "page:1:2: {% endif %} closes nothing"],
  ["{{ n", "page:1:1: {{ without }}"],
  ["{# n", "{# without #}"],
  ["{% raw %}", "{% raw %} without {% endraw %}"],
  ["{{ 'abc }}", "a text begins with ' and doesn't end"],
  ["{{ n ? }}", 'page:1:6: "?" means nothing here'],
  ["{{ }}", "there must be a value, not }}"],
  ["{{ n n }}", "page:1:6: there must be }}, not n"],
  ["{% break %}", "break is in no loop"],
  ["{% include 'a' %}", "include takes other templates in"],
  ["{{ now() }}", "there is no function now"],
  ["{{ get_env(name='HOME') }}", "there is no function get_env"],
  ["{% set in = 1 %}", "in can't be a variable"],
  ["{{ 1 | date(format='%Q') }}", "%Q is no part of a time"],
  ["{{ [1, 'a'] | sort }}", "what is sorted must be all numbers, or all texts"],
];

for (const [template, message] of ERRORS) {
  Deno.test(`a wrong template tells what and where: ${JSON.stringify(template)}`, () => {
    assertStringIncludes(errorOf(template), message);
  });
}

Deno.test("the error of a template shows its line", () => {
  assertStringIncludes(
    errorOf("# {{ args[0] }}\n\nin {{ schema.feilds }}\n"),
    "page:3:14: there is no feilds in schema: did you mean fields?\n" +
      "  3 | in {{ schema.feilds }}\n" +
      "    |              ^",
  );
});

Deno.test("what is asked of an export that there isn't is empty, and no error", () => {
  const context = new Map([["export", NOTHING_EXPORTED]]);
  for (
    const [template, text] of [
      [
        "{% for k, v in export['a'] %}{% for f in v %}{{ f.file }}{% endfor %}{% endfor %}",
        "",
      ],
      ["{% for f in export.a.b %}x{% else %}none{% endfor %}", "none"],
      [
        "{{ export }}{{ export.a[0].file }}{{ export.a | first | get(key='file') | upper }}",
        "",
      ],
      [
        "{% if export.a %}x{% else %}none{% endif %}{{ export | length }}",
        "none0",
      ],
      [
        "{{ export.a.start_time | date }}{{ export.a | default(value='-') }}",
        "-",
      ],
      ["{{ export.a | json_encode }}", "{}"],
    ]
  ) assertEquals(compileTemplate(template ?? "", "page").render(context), text);
});
