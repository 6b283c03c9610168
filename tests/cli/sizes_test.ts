/** Contents on both sides of the 64 KiB line behave alike in every command. */
import { assertEquals } from "@std/assert";
import { scratchDirectory } from "./scratch.ts";

const SIZES = [0, 1, 65_535, 65_536, 65_537] as const;
const KINDS = ["text", "binary"] as const;

function content(kind: typeof KINDS[number], size: number, seed = 0) {
  return Uint8Array.from(
    { length: size },
    (_, i) =>
      kind === "binary"
        ? (i * 31 + size + seed) & 0xff
        : i % 50 === 49
        ? 10
        : 97 + (i + seed) % 26,
  );
}

for (const layout of ["clustered", "hive"]) {
  for (const kind of KINDS) {
    for (const size of SIZES) {
      Deno.test(`${size} bytes of ${kind} (${layout}) come back the same from put, cat, get, cp, mv, history, --at and SQL`, async () => {
        await using scratch = await scratchDirectory();
        await scratch.ok(["init", `--layout=${layout}`]);
        const bytes = content(kind, size);
        const later = content(kind, size, 1);
        const cat = async (line: string) =>
          (await scratch.run(line)).stdoutBytes;
        await Deno.writeFile(`${scratch.home}/in`, bytes);
        await scratch.ok("put in /a");
        assertEquals(await cat("cat /a"), bytes);
        await scratch.ok("get /a out");
        assertEquals(await Deno.readFile(`${scratch.home}/out`), bytes);
        assertEquals(await cat("get /a -"), bytes);
        await scratch.ok("cp /a /b");
        await scratch.ok("mv /b /c");
        assertEquals(await cat("cat /c"), bytes);
        await scratch.ok("put - /a", { stdin: later });
        assertEquals(await cat("cat /a"), later);
        assertEquals(await cat("cat --at v1 /a"), bytes);
        assertEquals(await cat("cat /c"), bytes);
        const rows = JSON.parse(await scratch.ok("history --json /a"));
        assertEquals(
          rows.map((row: { operation: string; size: number }) => [
            row.operation,
            row.size,
          ]),
          [["update", size], ["create", size]],
        );
        const [{ n }] = JSON.parse(
          await scratch.ok([
            "query",
            "--json",
            `SELECT count(*) AS n FROM operations
             WHERE path = '/a' AND (metadata::JSON->>'size')::BIGINT = ${size}`,
          ]),
        );
        assertEquals(n, 2);
      });
    }
  }
}

Deno.test("a CSV file below and above 64 KiB is the same table to SQL", async () => {
  await using scratch = await scratchDirectory();
  await scratch.ok("init");
  for (const rows of [10, 20_000]) {
    const lines = Array.from({ length: rows }, (_, i) => `${i},${i * 2}\n`);
    await scratch.ok("put - /t.csv", { stdin: `a,b\n${lines.join("")}` });
    const sql = "SELECT count(*) AS n, sum(b) AS b FROM '/t.csv'";
    const answer = await scratch.ok(["query", "--json", sql]);
    assertEquals(JSON.parse(answer), [{ n: rows, b: rows * (rows - 1) }]);
  }
});

Deno.test("equal contents are stored once", async () => {
  await using scratch = await scratchDirectory();
  await scratch.ok("init");
  const bytes = new Uint8Array(100_000).fill(7);
  await scratch.ok("put - /a", { stdin: bytes });
  await scratch.ok("put - /b", { stdin: bytes });
  await scratch.ok("cp /a /c");
  const blobs: string[] = [];
  for await (const { name } of Deno.readDir(`${scratch.pond}/blobs`)) {
    for await (const blob of Deno.readDir(`${scratch.pond}/blobs/${name}`)) {
      blobs.push(blob.name);
    }
  }
  assertEquals(blobs.length, 1);
  assertEquals(
    await Array.fromAsync(Deno.readDir(`${scratch.pond}/tmp`)),
    [],
  );
});
