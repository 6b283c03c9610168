import { assertEquals, assertGreater, assertStringIncludes } from "@std/assert";
import { scratchDirectory } from "../cli/scratch.ts";
import { fakeHydroVu, steadyReadings } from "../support/fake_hydrovu.ts";

/** As bytes of any file, packed or not, they can't come by chance. */
const KEY = "kkq7-client-id-93jx";
const SECRET = "zzv4-client-secret-28wp";

const YAML = `kind: HydroVu
name: noyo
desc: "{{ what }}"
spec:
  key: "{{ key }}"
  secret: "{{ secret }}"
  devices:
  - {id: 1, name: A, scope: Vulink}
`;

Deno.test("a secret is nowhere in the pond, and in nothing that is said", async () => {
  await using fake = fakeHydroVu({ credentials: [KEY, SECRET] });
  await using it = await scratchDirectory();
  const said: string[] = [];
  const run = async (line: string, env: Record<string, string> = {}) => {
    const ran = await it.run(line.split(" "), {
      env: { HYDROVU_BASE_URL: fake.url, POND_DEBUG: "1", ...env },
    });
    said.push(ran.stdout, ran.stderr);
    return ran;
  };
  await run("init");
  await Deno.writeTextFile(`${it.home}/noyo.yaml`, YAML);
  await Deno.writeTextFile(`${it.home}/secret`, `${SECRET}\n`);
  // Literal ones are refused.
  const literal = await run(
    `apply -f noyo.yaml -v key=${KEY} -v secret=${SECRET} -v what=w`,
  );
  assertEquals(literal.code, 2);
  assertStringIncludes(literal.stderr, "noyo.yaml:6:11: spec.secret must say");
  const doubled = await run(
    `apply -f noyo.yaml -v key=${KEY} -v key=${SECRET} -v what=w`,
  );
  assertEquals(doubled.code, 2);
  const spilled = await run(`apply -f noyo.yaml -v ${SECRET}`);
  assertEquals(spilled.code, 2);
  const unused = await run(`apply -f noyo.yaml -v what=w -v keys=${SECRET}`);
  assertEquals(unused.code, 2);
  const applied = await run(
    "apply -f noyo.yaml -v key=${env:HYDRO_KEY_ID} " +
      `-v secret=file:${it.home}/secret -v what=w`,
  );
  assertEquals([applied.code, applied.stderr], [0, ""]);
  const env = { HYDRO_KEY_ID: KEY };
  // Readings that come, a server that repeats what it was told, one that fails.
  fake.locations.set(1, [
    steadyReadings("1", "1", {
      start: Date.UTC(2026, 0, 1) / 1000,
      step: 60,
      count: 10,
      value: (i) => i,
    }),
  ]);
  assertEquals((await run("run", env)).code, 0);
  await Deno.writeTextFile(`${it.home}/secret`, `${SECRET}-wrong\n`);
  assertEquals((await run("run", env)).code, 9);
  assertEquals((await run("run --json", env)).code, 9);
  assertEquals((await run("run")).code, 4);
  for (
    const line of [
      "resource show noyo",
      "resource --json",
      "log --json",
      "show --json v1",
      "diff v0 @",
      "cat /.pond/resources/HydroVu/noyo.yaml",
      "find / --where $[?@.size>1]",
      "query TABLE\toplog_entries --json",
    ]
  ) {
    const ran = await run(line);
    assertEquals([line, ran.code, ran.stderr], [line, 0, ""]);
  }
  for (const [i, text] of said.entries()) assertClean(text, `output ${i}`);
  let files = 0;
  for await (const [path, text] of filesOf(it.pond)) {
    assertClean(text, path);
    files++;
  }
  assertGreater(files, 5);
});

function assertClean(text: string, where: string) {
  const found = [KEY, SECRET, btoa(`${KEY}:${SECRET}`), "token-1"].filter((
    it,
  ) => text.includes(it));
  assertEquals(found, [], where);
}

async function* filesOf(
  directory: string,
): AsyncGenerator<readonly [path: string, latin1: string]> {
  for await (const entry of Deno.readDir(directory)) {
    const path = `${directory}/${entry.name}`;
    if (entry.isDirectory) yield* filesOf(path);
    else {
      const bytes = await Deno.readFile(path);
      yield [path, new TextDecoder("latin1").decode(bytes)];
    }
  }
}
