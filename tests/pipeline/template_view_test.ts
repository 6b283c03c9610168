import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { PondError } from "../../src/errors.ts";
import { readResourceFiles, readResources } from "../../src/pipeline/mod.ts";
import { apply, commit } from "./view_support.ts";
import { scratchPond } from "./scratch.ts";

const HEADER = "Timestamp,V.Temp.C.avg,V.Temp.C.min,A.Level.m.avg,plain";
const ROW = "2026-01-01T00:00:00Z,1,2,3,4";

const YAML = `kind: Template
name: site
desc: Pages
spec:
  collections:
  - name: pages
    in_pattern: /in/*/site=*.csv
    out_pattern: $1-$0.md
    template: |
      # {{ args[1] }} of {{ args[0] }}
      {% for name, fields in group(by="name", in=schema.fields) -%}
      - {{ name }} in {{ fields[0].unit }}: {{ fields | map(attribute="agg") | join(sep=", ") }}
      {% endfor -%}
      {{ schema.columns | length }} columns, {{ schema.columns | last | get(key="name") }}
      {%- for k, files in export[args[0]] %}{{ k }}{% endfor %}
`;

const PAGE = `# BDock of noyo
- Level in m: avg
- Temp in C: avg, min
5 columns, plain
`;

async function textAt(
  pond: { readFile(path: string): Promise<Uint8Array> },
  path: string,
) {
  return new TextDecoder().decode(await pond.readFile(path));
}

Deno.test("a Template resource shows a text for each match, of its columns and what the wildcards stand for", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  await commit(pond, {
    "/in/noyo/site=BDock.csv": `${HEADER}\n${ROW}\n`,
    "/in/noyo/site=Cove.csv": `Timestamp,V.a.b.C.avg\n2026-01-01T00:00:00Z,1\n`,
  });
  await apply(pond, YAML);
  const names = await Array.fromAsync(
    pond.listDirectory("/Template/site/pages"),
    ({ name }) => name,
  );
  assertEquals(names, ["BDock-noyo.md", "Cove-noyo.md"]);
  assertEquals(await textAt(pond, "/Template/site/pages/BDock-noyo.md"), PAGE);
  // What is in front of the last three parts is the instrument.
  await apply(
    pond,
    YAML.replace(
      /template: [^]*/,
      "template: '{{ schema.fields | json_encode }}'",
    ),
  );
  assertEquals(
    await textAt(pond, "/Template/site/pages/Cove-noyo.md"),
    '[{"agg":"avg","instrument":"V.a","name":"b","unit":"C"}]',
  );
});

Deno.test("a text follows the columns of its series, and its template", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  const path = "/Template/site/pages/BDock-noyo.md";
  await commit(pond, { "/in/noyo/site=BDock.csv": `${HEADER}\n${ROW}\n` });
  await apply(pond, YAML);
  const before = pond.version;
  assertEquals(await textAt(pond, path), PAGE);
  await commit(pond, {
    "/in/noyo/site=BDock.csv": `${HEADER},V.DO.mg.max\n${ROW},1\n`,
  });
  assertStringIncludes(await textAt(pond, path), "- DO in mg: max\n");
  assertEquals(await textAt(await pond.at(`v${before}`), path), PAGE);
});

Deno.test("what is wrong with a template is told with its place: when it is applied, and what it lacks when it is read", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  await commit(pond, { "/in/noyo/site=BDock.csv": `${HEADER}\n${ROW}\n` });
  const wrong = await assertRejects(
    () => apply(pond, YAML.replace("{% endfor -%}", "")),
    PondError,
  );
  assertEquals(wrong.code, "INVALID_ARGUMENT");
  assertStringIncludes(
    wrong.message,
    "a.yaml:9:15: line 2, column 1 of the template: {% for %} without {% endfor %}",
  );
  assertEquals(pond.version, 1);
  await apply(pond, YAML.replace("args[1]", "schema.feilds"));
  const path = "/Template/site/pages/BDock-noyo.md";
  const missing = await assertRejects(() => pond.readFile(path), PondError);
  assertEquals(missing.code, "INVALID_ARGUMENT");
  assertStringIncludes(
    missing.message,
    "Template/site/pages:1:13: there is no feilds in schema: did you mean fields?",
  );
  assertEquals(
    (await Array.fromAsync(pond.listDirectory("/Template/site/pages"))).length,
    1,
  );
});

Deno.test("two matches that become one text are an error that names both", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  await commit(pond, {
    "/in/a/site=B.csv": `${HEADER}\n${ROW}\n`,
    "/in/b/site=B.csv": `${HEADER}\n${ROW}\n`,
  });
  await apply(pond, YAML.replace("$1-$0.md", "$1.md"));
  const error = await assertRejects(
    () => Array.fromAsync(pond.listDirectory("/Template/site/pages")),
    PondError,
  );
  assertEquals(error.code, "ALREADY_EXISTS");
  assertStringIncludes(
    error.message,
    "/in/a/site=B.csv and /in/b/site=B.csv both become B.md",
  );
});

const OF_FILE = `kind: Template
name: site
spec:
  collections:
  - {name: pages, in_pattern: "/in/*.csv", out_pattern: "$0.md", template_file: "{{ file }}"}
`;

Deno.test("a template_file becomes a part of the resource, as it is", async () => {
  const asked: string[] = [];
  const [resource] = await readResourceFiles(
    [{ file: "dir/a.yaml", text: OF_FILE }],
    new Map([["file", "page.md"]]),
    (path, file) => {
      asked.push(path, file);
      return Promise.resolve("{{ args[0] }}\n");
    },
  );
  assertEquals(asked, ["page.md", "dir/a.yaml"]);
  assertEquals(resource?.spec, {
    collections: [{
      name: "pages",
      in_pattern: "/in/*.csv",
      out_pattern: "$0.md",
      template: "{{ args[0] }}\n",
    }],
  });
  await using scratch = await scratchPond();
  const { pond } = scratch;
  const error = await assertRejects(
    () => apply(pond, OF_FILE.replace("{{ file }}", "page.md")),
    PondError,
  );
  assertEquals([error.code, pond.version], ["INVALID_ARGUMENT", 0]);
});

Deno.test("a template_file that is missing or wrong is told with its place, and all at once", async () => {
  const text = `${OF_FILE}---\n${OF_FILE.replace("name: site", "name: other")}`
    .replace("{{ file }}", "gone.md").replace("{{ file }}", "wrong.md");
  const error = await assertRejects(
    () =>
      readResourceFiles(
        [{ file: "a.yaml", text }],
        new Map(),
        (path) =>
          path === "gone.md"
            ? Promise.reject(
              new PondError(
                "NOT_FOUND",
                "Cannot read gone.md: it is not there",
              ),
            )
            : Promise.resolve("one\n{% if %}\n"),
      ),
    PondError,
  );
  assertStringIncludes(error.message, "2 problems");
  assertStringIncludes(
    error.message,
    "a.yaml:5:81: Cannot read gone.md: it is not there",
  );
  assertStringIncludes(
    error.message,
    "wrong.md:2:7: there must be a value, not %}",
  );
});

Deno.test("a collection has a template or a template_file, and not both", () => {
  for (const line of ["", "\n    template: a\n    template_file: b"]) {
    const text = YAML.replace(/\n {4}template: [^]*/, line);
    try {
      readResources([{ file: "a.yaml", text }]);
      throw new TypeError("it was read");
    } catch (error) {
      if (!(error instanceof PondError)) throw error;
      assertStringIncludes(
        error.message,
        "must have one of template or template_file",
      );
    }
  }
});

Deno.test("a name that has no wildcard is told with its place, before anything is applied", async () => {
  const cases = [
    ["/in/*.csv", "$1.md", "$1 is no wildcard of /in/*.csv: there is $0"],
    ["/in/a.csv", "$0.md", "$0 is no wildcard of /in/a.csv: it has none"],
    [
      "/**/[ab]?.csv",
      "$3",
      "$3 is no wildcard of /**/[ab]?.csv: there are $0 to $2",
    ],
    ["/{a*/*,b/*}", "$1", "$1 is no wildcard of /{a*/*,b/*}: there is $0"],
    ["/in/[.csv", "a", "/in/["],
  ] as const;
  for (const [from, to, message] of cases) {
    const patterns = `in_pattern: ${JSON.stringify(from)}, out_pattern: ${
      JSON.stringify(to)
    }`;
    const template =
      `kind: Template\nname: t\nspec:\n  collections:\n  - {name: a, ${patterns}, template: x}\n`;
    const reduce =
      `kind: Reduce\nname: r\nspec:\n  collections:\n  - {name: a, resolutions: [1h], datasets: [{${patterns}}]}\n`;
    for (const text of [template, reduce]) {
      const error = await assertRejects(
        () =>
          readResourceFiles(
            [{ file: "a.yaml", text }],
            new Map(),
            () => Promise.resolve(""),
          ),
        PondError,
      );
      assertEquals(error.code, "INVALID_ARGUMENT");
      assertStringIncludes(error.message, message);
      assertStringIncludes(error.message, "a.yaml:5:");
    }
  }
  const right = YAML.replace("/in/*/site=*.csv", "/**/x[ab]?*.csv").replace(
    "$1-$0",
    "$3$2$1$0",
  );
  assertEquals(readResources([{ file: "a.yaml", text: right }]).length, 1);
});
