/**
 * What others make of a bundle, by what its README says: tar, sha256sum, zstd, gzip,
 * deltalake, pyarrow and DuckDB.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { compressed } from "../../src/host/packing.ts";
import { openBundle } from "../../src/bundle/mod.ts";
import { denoHost } from "../../src/host/deno_host.ts";
import { TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { tempDirectory } from "../support/temp_directory.ts";

const python = Deno.env.get("POND_PYTHON") ?? "python3";

/** Runs a program that must succeed. */
async function output(
  command: readonly string[],
  cwd: string,
): Promise<string> {
  const [name = "", ...args] = command;
  const { code, stderr, stdout } = await new Deno.Command(name, { args, cwd })
    .output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assertEquals([code, text(stderr)], [0, ""], command.join(" "));
  return text(stdout);
}

for (const layout of ["clustered", "hive"] as const) {
  Deno.test(`a bundle is read by tar, sha256sum, deltalake and DuckDB (${layout})`, async () => {
    await using temp = await tempDirectory();
    const host = denoHost();
    const pond = temp.join("pond-of-ours");
    {
      await using fs = await TinyLogFS.initEmpty(host, pond, { layout });
      await fs.createDirectory("/sensors/日本", { recursive: true });
      await fs.createFile("/sensors/a.csv", "t,v\n1,10\n");
      await fs.createFile("/sensors/large", new Uint8Array(70_000).fill(7));
      await fs.createFile(`/${"n".repeat(250)}`, "a long name\n");
      await fs.createFile("/two\nlines", "odd\n");
      await fs.createSymlink("/sensors/日本/link", "/sensors/a.csv");
      await fs.commit({ message: "first" });
      await fs.updateFile("/sensors/a.csv", "t,v\n1,11\n");
      await fs.delete(`/two\nlines`);
      await fs.commit();
      await fs.createBranch("exp");
    }
    await using bundle = await openBundle(host, pond);
    const packed = {
      ".tar": "none",
      ".tgz": "gzip",
      ".tar.zst": "zstd",
    } as const;
    for (const [ending, how] of Object.entries(packed)) {
      const file = await Deno.create(temp.join(`x${ending}`));
      for await (const chunk of compressed(bundle.bytes(), how)) {
        await file.write(chunk);
      }
      file.close();
    }
    const names = await output(["tar", "tf", "x.tar"], temp.path);
    assertStringIncludes(names, "pond/README.md\npond/bundle.json\n");
    assertEquals(await output(["tar", "tzf", "x.tgz"], temp.path), names);
    const zstd = ["sh", "-c", "zstd -dcq x.tar.zst | tar tf -"];
    assertEquals(await output(zstd, temp.path), names);

    await output(["tar", "xf", "x.tar"], temp.path);
    const top = temp.join("pond");
    const sums = ["sh", "-c", "sha256sum --quiet -c sums/*.sha256"];
    assertEquals(await output(sums, top), "");
    const files = `${top}/files/sensors`;
    assertEquals(await Deno.readTextFile(`${files}/日本/link`), "t,v\n1,11\n");
    assertEquals((await Deno.readFile(`${files}/large`)).length, 70_000);
    // What tar makes is a pond.
    const { findings } = await TinyLogFS.check(host, top, { depth: "data" });
    assertEquals(findings.filter(({ kind }) => kind !== "witness"), []);

    const readme = await Deno.readTextFile(`${top}/README.md`);
    const script = block(readme, "python");
    const told = await output([python, "-c", script], top);
    assertStringIncludes(told, "a.csv 9 bytes in the row");
    assertStringIncludes(told, " large blobs/");
    assertStringIncludes(told, "two\nlines deleted");
    assertEquals(told.match(/ update \w{32} a\.csv/g)?.length, 1);
    assertEquals(
      await output([python, "-c", DUCKDB, block(readme, "sql")], top),
      await output([python, "-c", DELTALAKE], top),
    );
  });
}

/** The code in a fence of Markdown. */
function block(markdown: string, language: string): string {
  const pattern = new RegExp("```" + language + "\n(.*?)```", "s");
  const [, code = ""] = pattern.exec(markdown) ?? [];
  assert(code !== "", language);
  return code;
}

// Without its extension, DuckDB reads what the log names as it reads any Parquet.
const DUCKDB = `
import sys, duckdb
from deltalake import DeltaTable
files = DeltaTable("oplog").file_uris()
scan = f"read_parquet({files!r}, hive_partitioning = false)"
sql = sys.argv[1].replace("delta_scan('oplog')", scan)
for version, _, length in sorted(duckdb.sql(sql).fetchall()):
    print(version, length)
`;

const DELTALAKE = `
from deltalake import DeltaTable
table = DeltaTable("oplog").to_pyarrow_table()
rows = zip(table["version"].to_pylist(), table["content"].to_pylist())
for version, length in sorted((v, len(c)) for v, c in rows):
    print(version, length)
`;
