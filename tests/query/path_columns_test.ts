/** What rows say of their files, and how columns unite, where it is hard. */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { PondError } from "../../src/errors.ts";
import { quoteText } from "../../src/query/paths.ts";
import { largeCsv, type QueryScratch, queryScratch } from "./scratch.ts";

async function failure(
  scratch: QueryScratch,
  sql: string,
): Promise<PondError> {
  const error = await assertRejects(() => scratch.rows(sql), PondError);
  await scratch.assertNoCache();
  return error;
}

Deno.test("** is one capture, however many directories it stands for", async () => {
  await using scratch = await queryScratch();
  const { fs } = scratch;
  await fs.createDirectory("/s/north/deep", { recursive: true });
  await fs.createFile("/s/a-1.csv", "v\n1\n");
  await fs.createFile("/s/north/b-2.csv", "v\n2\n");
  await fs.createFile("/s/north/deep/c-3.csv", "v\n3\n");
  assertEquals(
    await scratch.rows(
      "SELECT v, capture1, capture2, capture3 FROM '/s/**/*-[0-9].csv' ORDER BY v",
    ),
    [
      [1n, "", "a", "1"],
      [2n, "north", "b", "2"],
      [3n, "north/deep", "c", "3"],
    ],
  );
});

Deno.test("alternatives of a pattern with fewer wildcards have NULL for the others", async () => {
  await using scratch = await queryScratch();
  await scratch.fs.createFile("/a.csv", "v\n1\n");
  await scratch.fs.createFile("/b1x2.csv", "v\n2\n");
  assertEquals(
    await scratch.rows(
      "SELECT v, capture1, capture2 FROM '/{a,b*x*}.csv' ORDER BY v",
    ),
    [[1n, null, null], [2n, "1", "2"]],
  );
});

Deno.test("a column filename of the files is theirs", async () => {
  await using scratch = await queryScratch();
  await scratch.fs.createFile("/1.csv", "filename\nown\n");
  await scratch.fs.createFile("/2.csv", "filename\ntoo\n");
  assertEquals(
    await scratch.rows("SELECT filename FROM '/*.csv' ORDER BY ALL"),
    [["own"], ["too"]],
  );
});

Deno.test("files with a column file_index, by which DuckDB tells files apart, say their own names", async () => {
  await using scratch = await queryScratch();
  await scratch.fs.createFile("/1.csv", "File_Index\n70\n");
  await scratch.fs.createFile("/2.csv", "v\n1\n");
  await scratch.fs.createFile("/3.csv", "file_index\n1\n");
  assertEquals(
    await scratch.rows(
      "SELECT file_index, v, filename, capture1 FROM '/*.csv' ORDER BY filename",
    ),
    [
      [70n, null, "/1.csv", "1"],
      [null, 1n, "/2.csv", "2"],
      [1n, null, "/3.csv", "3"],
    ],
  );
});

Deno.test("files of one content are one blob, and each row says its own file", async () => {
  await using scratch = await queryScratch();
  const csv = largeCsv();
  await scratch.fs.createFile("/a.csv", csv);
  await scratch.fs.createFile("/b.csv", csv);
  assertEquals(
    await scratch.rows(
      "SELECT filename, count(*) FROM '/*.csv' GROUP BY ALL ORDER BY ALL",
    ),
    [["/a.csv", 20_000n], ["/b.csv", 20_000n]],
  );
});

Deno.test("PATH@* has for a version what PATH@REV has: the last content of a transaction", async () => {
  await using scratch = await queryScratch();
  const { fs } = scratch;
  await fs.writeFile("/x.csv", "v\n1\n");
  await fs.commit();
  await fs.updateFile("/x.csv", "v\n2\n");
  await fs.updateFile("/x.csv", "v\n3\n");
  await fs.commit();
  await fs.rename("/x.csv", "/y.csv");
  await fs.updateFile("/y.csv", "v\n4\n");
  await fs.commit();
  assertEquals(
    await scratch.rows("SELECT version, v FROM '/y.csv@*' ORDER BY ALL"),
    [[1n, 1n], [2n, 3n], [3n, 4n]],
  );
  assertEquals(await scratch.rows("FROM '/x.csv@v2'"), [[3n]]);
});

Deno.test("PATTERN@* is all versions of each file; what is pending has none", async () => {
  await using scratch = await queryScratch();
  const { fs } = scratch;
  await fs.createFile("/1.csv", "v\n1\n");
  await fs.createFile("/2.csv", "v\n2\n");
  await fs.commit();
  await fs.updateFile("/2.csv", "v\n3\n");
  const sql =
    "SELECT filename, v, version FROM '/*.csv@*' ORDER BY ALL NULLS LAST";
  const committed = [["/1.csv", 1n, 1n], ["/2.csv", 2n, 1n]];
  assertEquals(await scratch.rows(sql, { pending: false }), committed);
  assertEquals(
    await scratch.rows(sql, { pending: true }),
    [...committed, ["/2.csv", 3n, null]],
  );
});

Deno.test("an @ in a name is no revision of it", async () => {
  await using scratch = await queryScratch();
  await scratch.fs.createFile("/x@home.tsv", "a,b\tc\n1,5\t2\n");
  const answer = [["1,5", 2n, "/x@home.tsv"]];
  for (const path of ["/x@@home.tsv", "/x@@home.tsv@*", "/x@@*.tsv"]) {
    assertEquals(
      await scratch.rows(`SELECT "a,b", c, filename FROM '${path}'`),
      answer,
      path,
    );
  }
});

Deno.test("every change of a column's type is told, also where DuckDB has one for both", async () => {
  await using scratch = await queryScratch();
  const { fs } = scratch;
  const cases = [
    ["n/a", "VARCHAR"],
    ["2026-01-05", "DATE"],
    ["true", "BOOLEAN"],
  ] as const;
  await fs.createFile("/1.csv", "site,temp\nA,1\n");
  await fs.createFile("/2.csv", "site\nB\n");
  for (const [value, type] of cases) {
    // A column is the same whatever the case of its name is.
    await fs.writeFile("/3.csv", `Temp,site\n${value},C\n`);
    const error = await failure(scratch, "SELECT max(temp) FROM '/*.csv'");
    assertEquals(error.code, "UNSUPPORTED");
    assertStringIncludes(
      error.message,
      `the column temp is BIGINT in /1.csv, and ${type} in /3.csv`,
    );
    assertEquals(await scratch.rows("SELECT count(site) FROM '/*.csv'"), [[
      3n,
    ]]);
  }
});

Deno.test("numbers unite with numbers, dates with times", async () => {
  await using scratch = await queryScratch();
  const { fs } = scratch;
  await fs.createFile("/1.csv", "n,t\n1,2026-01-05\n");
  await fs.createFile("/2.csv", "n,t\n1.5,2026-01-06 10:00:00\n");
  assertEquals(
    await scratch.ask("SELECT n, t::VARCHAR AS t FROM '/*.csv' ORDER BY n"),
    {
      columns: ["n DOUBLE", "t VARCHAR"],
      rows: [[1, "2026-01-05 00:00:00"], [1.5, "2026-01-06 10:00:00"]],
    },
  );
});

for (const [empty, full] of [["1", "2"], ["2", "1"]]) {
  Deno.test(`a column without values in file ${empty} takes the type that it has in ${full}`, async () => {
    await using scratch = await queryScratch();
    const { fs } = scratch;
    await fs.createFile(`/${empty}.csv`, "id,temp\n1,\n");
    await fs.createFile(`/${full}.csv`, "id,temp\n2,7\n");
    await fs.createFile(`/${empty}.json`, '[{"id": 1, "temp": null}]');
    await fs.createFile(`/${full}.json`, '[{"id": 2, "temp": 7}]');
    for (const kind of ["csv", "json"]) {
      assertEquals(
        await scratch.ask(`SELECT id, temp FROM '/*.${kind}' ORDER BY id`),
        { columns: ["id BIGINT", "temp BIGINT"], rows: [[1n, null], [2n, 7n]] },
      );
    }
  });
}

Deno.test("names with quotes, blanks and control characters work in globs and versions", async () => {
  await using scratch = await queryScratch();
  const names = [
    "it's.csv",
    'a "b" c.csv',
    "tab\tnew\nline.csv",
    "\x01\x1b[31m.csv",
  ];
  for (const name of names) {
    await scratch.fs.createFile(`/${name}`, "v\n1\n");
    const path = `/${name}`.replace("[", "\\[");
    for (const table of [path, `${path}@*`, `${path}@`]) {
      assertEquals(
        await scratch.rows(`SELECT v, filename FROM ${quoteText(table)}`),
        [[1n, `/${name}`]],
      );
    }
  }
  const rows = await scratch.rows("SELECT filename FROM '/*.csv'");
  assertEquals(
    rows.map(([name]) => name).sort(),
    names.map((name) => `/${name}`).sort(),
  );
});

Deno.test("a pattern that matches nothing is named in the error", async () => {
  await using scratch = await queryScratch();
  await scratch.fs.createFile("/a.txt", "v\n1\n");
  for (const name of ["/s/*.csv", "/*.csv@v1", "/*.csv@*"]) {
    const error = await failure(scratch, `FROM '${name}'`);
    assertEquals(
      [error.code, error.message],
      ["NOT_FOUND", `Cannot query ${name}: no file matches`],
    );
  }
});
