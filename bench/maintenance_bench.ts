/**
 * What a pond costs when it is old: opening it, looking a file up, and one more
 * small commit, at the 100th and the 10 000th commit.
 *
 * @module
 */
import { denoHost } from "../src/host/mod.ts";
import { TinyLogFS } from "../src/tinylogfs/mod.ts";

const FILES = 300;

const host = denoHost();
const directory = await Deno.makeTempDir({ prefix: "pond-bench-" });
globalThis.addEventListener("unload", () => {
  Deno.removeSync(directory, { recursive: true });
});

/** A pond in which some files were written over and over. */
async function aged(name: string, commits: number): Promise<string> {
  const path = `${directory}/${name}`;
  // How old a pond is doesn't depend on how it has become so.
  const options = { durability: "relaxed" } as const;
  await using fs = await TinyLogFS.initEmpty(host, path, options);
  for (let i = 0; i < commits; i++) {
    await fs.writeFile(`/f${i % FILES}`, `measurement ${i}\n`);
    await fs.commit();
  }
  return path;
}

const ponds = {
  "100th": await aged("young", 100),
  "10 000th": await aged("old", 10_000),
};

for (const [age, path] of Object.entries(ponds)) {
  const baseline = age === "100th";
  const fs = await TinyLogFS.open(host, path);
  let count = 0;

  Deno.bench(`at the ${age} commit`, { group: "open", baseline }, async () => {
    await (await TinyLogFS.open(host, path)).close();
  });

  Deno.bench(
    `a file of the newest commits, at the ${age} commit`,
    { group: "open and look up", baseline },
    async () => {
      await using cold = await TinyLogFS.open(host, path);
      await cold.readFile("/f90");
    },
  );

  Deno.bench(
    `in a filesystem that is open, at the ${age} commit`,
    { group: "one small flushed commit", baseline },
    async () => {
      await fs.writeFile("/f0", `measurement ${count++}\n`);
      await fs.commit();
    },
  );

  Deno.bench(
    `with opening, at the ${age} commit`,
    { group: "open, and one small flushed commit", baseline },
    async () => {
      await using cold = await TinyLogFS.open(host, path);
      await cold.writeFile("/f1", `measurement ${count++}\n`);
      await cold.commit();
    },
  );
}
