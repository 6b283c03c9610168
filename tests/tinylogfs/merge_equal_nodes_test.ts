/** Equal files that both branches have added: two nodes, found by their place. */
import { assertEquals, assertNotEquals } from "@std/assert";
import { memoryHost } from "../../src/host/memory.ts";
import { type Layout, TinyLogFS } from "../../src/tinylogfs/mod.ts";

const LAYOUTS: readonly Layout[] = ["clustered", "hive"];

type Change = (fs: TinyLogFS) => Promise<unknown>;

const nothing: Change = () => Promise.resolve();
const move: Change = (fs) => fs.rename("/n", "/m");
const write: Change = (fs) => fs.writeFile("/n", "2");
const remove: Change = (fs) => fs.delete("/n");

/** What the two do after they have merged, and what is in the first one then. */
const CASES: readonly (readonly [
  what: string,
  here: Change,
  there: Change,
  afterwards: Readonly<Record<string, string>>,
  conflict?: string,
])[] = [
  ["the other one writes its own", nothing, write, { "/n": "2" }],
  ["the other one deletes its own", nothing, remove, {}],
  ["the other one moves its own", nothing, move, { "/m": "1" }],
  [
    "this one moves its own, and the other one writes",
    move,
    write,
    { "/m": "1" },
    "/n: deleted here, changed there",
  ],
  [
    "this one moves its own, and the other one deletes",
    move,
    remove,
    { "/m": "1" },
  ],
];

async function contents(fs: TinyLogFS): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { path } of fs.listDirectory("/")) {
    found[path] = new TextDecoder().decode(await fs.readFile(path));
  }
  return found;
}

for (const layout of LAYOUTS) {
  for (const [what, here, there, afterwards, conflict] of CASES) {
    Deno.test(`equal files that both branches have added stay two nodes, and merge() goes by their place when ${what} (${layout})`, async () => {
      const host = memoryHost();
      await using main = await TinyLogFS.initEmpty(host, "/pond", { layout });
      await main.createBranch("trial");
      await using trial = await TinyLogFS.open(host, "/pond", {
        branch: "trial",
      });
      for (const fs of [main, trial]) {
        await fs.writeFile("/n", "1");
        await fs.commit();
      }
      const { nodeId } = await main.getMetadata("/n");
      assertNotEquals((await trial.getMetadata("/n")).nodeId, nodeId);
      const { changes, conflicts } = await main.merge("trial");
      assertEquals([changes, conflicts], [[], []]);
      // Each has its own history: nobody's is replaced by the other's.
      assertEquals((await main.getMetadata("/n")).nodeId, nodeId);
      await here(main);
      await main.commit();
      await there(trial);
      await trial.commit();
      const report = await main.merge("trial");
      assertEquals(
        report.conflicts.map(({ path, problem }) => `${path}: ${problem}`),
        conflict === undefined ? [] : [conflict],
      );
      assertEquals(await contents(main), afterwards);
      const { findings } = await TinyLogFS.check(host, "/pond");
      assertEquals(findings, []);
    });
  }
}
