import {
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { PondError } from "../../src/errors.ts";
import { memoryHost } from "../../src/host/memory.ts";
import {
  applyResources,
  findResource,
  findResources,
  formatResource,
  KIND_NAMES,
  readResources,
  type Resource,
} from "../../src/pipeline/mod.ts";
import { TinyLogFS } from "../../src/tinylogfs/mod.ts";

/** A resource of the proof of concept, as it was written for that. */
const NOYO = `apiVersion: github.com/jmacd/duckpond/v1
kind: HydroVu
name: noyoharbor
desc: Noyo Harbor {{ what }}
metadata:
  literal: "{{ stays }}"
spec:
  key: "{{ key }}"
  secret: "{{ secret }}"
  devices:
  - name: BDockVulink
    scope: Vulink
    id: 4990594334457856
    comment: "{{ stays }}"
`;

const VARIABLES = new Map([
  ["key", "\${env:HYDRO_KEY_ID}"],
  ["secret", "file:/etc/pond/secret"],
  ["what", "water"],
]);

function read(text: string, variables = new Map<string, string>()) {
  return readResources([{ file: "a.yaml", text }], variables);
}

function problemsOf(text: string, variables = new Map<string, string>()) {
  return assertThrows(() => read(text, variables), PondError).message;
}

Deno.test("readResources() reads the proof of concept's fields and variables", () => {
  const [resource] = read(NOYO, VARIABLES);
  assertEquals(resource, {
    apiVersion: "github.com/jmacd/duckpond/v1",
    kind: "HydroVu",
    name: "noyoharbor",
    desc: "Noyo Harbor water",
    metadata: { literal: "{{ stays }}" },
    spec: {
      key: "${env:HYDRO_KEY_ID}",
      secret: "file:/etc/pond/secret",
      devices: [{
        name: "BDockVulink",
        scope: "Vulink",
        id: 4990594334457856,
        comment: "{{ stays }}",
      }],
    },
  });
});

Deno.test("readResources() inverts formatResource()", () => {
  const resources = read(`${NOYO}---\n${INBOX}`, VARIABLES);
  assertEquals(resources.length, 2);
  const text = resources.map(formatResource).join("---\n");
  assertEquals(read(text), resources);
});

Deno.test("readResources() tells all problems at once, with their places", () => {
  const text = `kind: Inbox
name: a/b
spce: {}
spec:
  patern: /x/*
---
kind: Inbx
---
kind: Scribble
name: s
spec: { count_min: 5, count_max: 3, probs: { tree: 1 } }
`;
  assertEquals(
    problemsOf(text),
    `Cannot read a.yaml: 6 problems
a.yaml:2:7: name must be of letters, digits, _, ., - and spaces, and begin with a letter, a digit or _ (at most 128)
  2 | name: a/b
    |       ^
a.yaml:3:1: unknown field "spce" in the resource: did you mean spec?
  3 | spce: …
    | ^
a.yaml:5:3: unknown field "patern" in spec: did you mean pattern?
  5 |   patern: …
    |   ^
a.yaml:5:3: spec lacks the field "pattern"
  5 |   patern: /x/*
    |   ^
a.yaml:7:7: there is no kind "Inbx": did you mean Inbox?
  7 | kind: Inbx
    |       ^
a.yaml:11:34: spec.count_max must be more than count_min
  11 | spec: { count_min: 5, count_max: 3, probs: { tree: 1 } }
     |                                  ^`,
  );
});

const INBOX = `kind: Inbox
name: field
spec:
  pattern: /var/data/*.csv
`;

Deno.test("readResources() refuses two resources of one kind and name", () => {
  assertStringIncludes(
    problemsOf(`${INBOX}---\n${INBOX}`),
    `a.yaml:7:7: there is another Inbox/field at a.yaml:2`,
  );
});

Deno.test("readResources() tells what is no YAML", () => {
  assertStringIncludes(problemsOf("kind: [\n"), "a.yaml:2:1: it is no YAML");
  assertStringIncludes(problemsOf("kind: a\nkind: b\n"), "a.yaml:2:1");
  assertStringIncludes(problemsOf("- 1\n"), "there must be a resource");
  assertStringIncludes(problemsOf("!mine {a: 1}\n"), "it is no YAML");
  const bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" +
    [..."bcdefgh"].map((it, i) =>
      `${it}: &${it} [${Array(9).fill(`*${"abcdefgh"[i]}`).join(",")}]\n`
    ).join("");
  assertStringIncludes(problemsOf(bomb), "too many aliases");
  assertEquals(read("# nothing\n---\n"), []);
});

Deno.test("readResources() wants every variable to have a value, and a use", () => {
  assertStringIncludes(
    problemsOf(NOYO, new Map([["kye", "x"]])),
    "the variable key has no value: did you mean kye?",
  );
  assertStringIncludes(
    problemsOf(NOYO.replace("{{ what }}", "{{ what | upper }}"), VARIABLES),
    "{{ what | upper }} is no variable: write {{ NAME }}",
  );
  const error = assertThrows(
    () => read(NOYO, new Map([...VARIABLES, ["secrt", "x"]])),
    PondError,
  );
  assertEquals(error.hint, "did you mean secret?");
});

Deno.test("readResources() never shows a secret", () => {
  const secret = "hunter2hunter2";
  const texts = [
    NOYO.replace('"{{ key }}"', secret),
    NOYO.replace('"{{ key }}"', `|\n    ${secret}`),
    NOYO.replace('"{{ key }}"', `[${secret}]`),
    NOYO.replace('"{{ key }}"', `@${secret}`),
    NOYO.replace('"{{ key }}"', `*${secret}`),
    NOYO.replace('"{{ key }}"', `"${secret}" "`),
    NOYO.replace('"{{ key }}"', `"{{ key }}${secret}"`),
    NOYO.replace('"{{ key }}"', `"{{ ${secret}! }}"`),
    NOYO.replace("  key:", `  kye: ${secret}\n  key:`),
    NOYO.replace("  key:", `  private-key-id: ${secret}\n  key:`),
    NOYO.replace("  key:", `  key: ${secret}\n  key:`),
    NOYO.replace("  key:", `  oops: {a: ${secret}}\n  key:`),
    `kind: HydroVu\nname: n\nspec: {key: ${secret}, secret: ${secret}, devices: []}\n`,
    `kind: HydroVu\nname: n\nspec: {key: ${secret}, secret: ${secret}, devices: []\n`,
    `kind: HydroVu\nname: n\nspec:\n  key:\n    ${secret}\n  devices: [\n`,
  ];
  for (const text of texts) {
    const error = assertThrows(() => read(text, VARIABLES), PondError);
    assertEquals(Deno.inspect(error).includes(secret), false, error.message);
  }
  const variables = new Map([...VARIABLES, ["key", secret]]);
  const error = assertThrows(() => read(NOYO, variables), PondError);
  assertStringIncludes(error.message, "a.yaml:8:8: spec.key must say where");
  assertEquals(Deno.inspect(error).includes(secret), false);
});

Deno.test("readResources() knows every kind of the proof of concept", () => {
  const specs: Readonly<Record<string, string>> = {
    Derive: '{collections: [{pattern: "/a/*", name: d, query: "SELECT 1"}]}',
    Combine: '{scopes: [{name: s, series: [{pattern: "/a/*"}]}]}',
    Reduce:
      '{collections: [{name: r, resolutions: [1h, 1d], datasets: [{in_pattern: "/a/*", out_pattern: "site=$0"}]}]}',
    Template:
      '{collections: [{name: t, in_pattern: "/a/*", out_pattern: $0.md, template: "{{ args[0] }}"}]}',
    HydroVu:
      '{key: "${env:A}", secret: "${env:B}", devices: [{id: 1, name: n, scope: s}]}',
    Inbox: "{pattern: /var/*}",
    Scribble: "{count_min: 1, count_max: 2, probs: {tree: 0.5}}",
    Synthetic:
      '{series: [{name: s, start: "2024-01-01", every: 1m, columns: [{name: c, waves: [{type: sine, period: 1h}]}]}]}',
    Backup:
      '{bucket: b, region: r, key: "${env:A}", secret: "file:/b", endpoint: "https://s3.example.org"}',
    Copy:
      '{bucket: b, region: r, key: "${env:A}", secret: "file:/b", endpoint: "https://s3.example.org", backup_uuid: u}',
  };
  assertEquals(Object.keys(specs).sort(), [...KIND_NAMES].sort());
  for (const [kind, spec] of Object.entries(specs)) {
    const [resource] = read(`kind: ${kind}\nname: n\nspec: ${spec}\n`);
    assertEquals(resource?.kind, kind as Resource["kind"]);
  }
  assertStringIncludes(
    problemsOf(
      "kind: Template\nname: n\nspec: {collections: [{name: t, in_pattern: /a, out_pattern: b}]}",
    ),
    "spec.collections[0] must have one of template or template_file",
  );
});

async function emptyPond(): Promise<TinyLogFS> {
  return await TinyLogFS.initEmpty(memoryHost(), "/pond");
}

Deno.test("applyResources() makes one transaction, or none when nothing differs", async () => {
  await using pond = await emptyPond();
  const both = read(`${NOYO}---\n${INBOX}`, VARIABLES);
  const first = await applyResources(pond, both);
  assertEquals(
    first.resources.map(({ status }) => status),
    ["created", "created"],
  );
  assertEquals(first.commit?.version, 1);
  const again = await applyResources(pond, both);
  assertEquals(again.commit, undefined);
  assertEquals(pond.version, 1);
  const changed = read(`${NOYO}---\n${INBOX}  grows: true\n`, VARIABLES);
  const third = await applyResources(pond, changed);
  assertEquals(
    third.resources.map(({ status }) => status),
    ["unchanged", "updated"],
  );
  assertEquals(third.commit?.version, 2);
  assertEquals(await findResources(pond), changed);
  await using before = await pond.at("v1");
  assertEquals(await findResource(before, "field"), both[1]);
});

Deno.test("applyResources() only says what it would do with dryRun", async () => {
  await using pond = await emptyPond();
  const result = await applyResources(pond, read(INBOX), { dryRun: true });
  assertEquals(result.resources[0]?.status, "created");
  assertEquals(await findResources(pond), []);
  assertEquals(pond.version, 0);
});

Deno.test("applyResources() refuses kinds that can't run, and applies none then", async () => {
  await using pond = await emptyPond();
  const backup =
    'kind: Backup\nname: b\nspec: {bucket: b, region: r, key: "${env:A}", secret: "${env:B}", endpoint: "https://a.example"}';
  const error = await assertRejects(
    () => applyResources(pond, read(`${INBOX}---\n${backup}\n`)),
    PondError,
  );
  assertEquals(error.code, "UNSUPPORTED");
  assertEquals(await findResources(pond), []);
});

Deno.test("findResource() finds by name, kind, and both", async () => {
  await using pond = await emptyPond();
  const scribble =
    "kind: Scribble\nname: field\nspec: {count_min: 1, count_max: 2, probs: {tree: 1}}\n";
  await applyResources(pond, read(`${INBOX}---\n${scribble}`));
  assertEquals((await findResource(pond, "Inbox")).kind, "Inbox");
  assertEquals((await findResource(pond, "Scribble/field")).kind, "Scribble");
  const several = await assertRejects(
    () => findResource(pond, "field"),
    PondError,
  );
  assertEquals(several.hint, "name it as Scribble/field");
  const none = await assertRejects(
    () => findResource(pond, "feild"),
    PondError,
  );
  assertEquals([none.code, none.hint], ["NOT_FOUND", "did you mean field?"]);
});
