import { assertEquals, assertLess } from "@std/assert";
import { fakeHydroVu } from "../support/fake_hydrovu.ts";
import { denoArgs, PROJECT_ROOT, runDeno } from "../support/deno_process.ts";
import { tempDirectory } from "../support/temp_directory.ts";

const DEVICES = 10;
const MINUTES = 365 * 24 * 60;

Deno.test({
  name:
    "a year of one-minute readings of ten devices is collected with under 300 MiB of memory",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using fake = fakeHydroVu({ pageRows: 10_000 });
    await using temp = await tempDirectory();
    const devices = Array.from({ length: DEVICES }, (_, id) => {
      fake.steady.set(id, {
        start: Date.UTC(2025, 0, 1) / 1000,
        step: 60,
        count: MINUTES,
        ids: ["1", "2", "density"],
        value: (i) => Math.round(1000 * Math.sin(i / 700 + id)) / 1000,
      });
      return `{id: ${id}, name: D${id}, scope: S${id}}`;
    });
    await Deno.writeTextFile(
      temp.join("year.yaml"),
      `kind: HydroVu\nname: year\nspec: {key: "\${env:A}", secret: "\${env:B}", devices: [${devices}]}\n`,
    );
    const pond = async (...argv: string[]) => {
      const script = `${PROJECT_ROOT}/tests/support/peak_memory.ts`;
      const { code, stderr, stdout } = await runDeno(
        ["run", "-A", ...denoArgs(), script, ...argv],
        {
          cwd: temp.path,
          env: {
            POND: temp.join("pond"),
            A: "key",
            B: "secret",
            HYDROVU_BASE_URL: fake.url,
          },
        },
      );
      assertEquals(code, 0, stderr);
      const [, peak = ""] = /peak (\d+)/.exec(stderr) ?? [];
      return { stdout, peakMiB: Number(peak) / 1024 };
    };
    await pond("init");
    await pond("apply", "-f", "year.yaml");
    const { peakMiB } = await pond("run");
    assertLess(peakMiB, 300);
    const again = await pond("run", "--json");
    const rows: { status: string; rows: number }[] = JSON.parse(again.stdout);
    assertEquals(
      rows.map(({ rows, status }) => [status, rows]),
      Array(DEVICES).fill(["unchanged", 0]),
    );
    const counted = await pond(
      "query",
      `SELECT count(*) n, count(DISTINCT Timestamp) times FROM '/HydroVu/year/data/*'`,
      "--json",
    );
    assertEquals(JSON.parse(counted.stdout), [
      { n: DEVICES * MINUTES, times: MINUTES },
    ]);
  },
});
