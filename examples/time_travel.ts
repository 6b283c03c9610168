// deno-lint-ignore-file no-console -- an example prints what it does
/**
 * Looking at a pond as it was, and going back to it.
 *
 * ```text
 * $ deno run -A examples/time_travel.ts
 * v1: calibrated to 0.1
 * v2: calibrated to 0.3
 * before the last change: calibrated to 0.1
 * at that time: calibrated to 0.1
 * restored: calibrated to 0.1, in version 3
 * versions: update update create
 * ```
 *
 * @module
 */
import { Pond } from "@duckpond/pond";

const directory = await Deno.makeTempDir();
await using pond = await Pond.init(`${directory}/pond`);

await pond.createFile("/sensor.txt", "calibrated to 0.1");
await pond.commit({ message: "installed" });
const { lastCommit } = pond.getStatus();
await new Promise((resolve) => setTimeout(resolve, 2));
await pond.updateFile("/sensor.txt", "calibrated to 0.3");
await pond.commit({ message: "calibrated again" });

// A look at an earlier state is a filesystem of its own, that can't be changed.
for (const revision of ["v1", "v2"]) {
  await using then = await pond.at(revision);
  console.log(`${revision}: ${await read(then)}`);
}
await using before = await pond.at("v-1");
console.log(`before the last change: ${await read(before)}`);
await using then = await pond.at(lastCommit.toISOString().replace("Z", "999Z"));
console.log(`at that time: ${await read(then)}`);

// Going back is a new transaction: the way there stays in the history.
const { commit } = await pond.restoreToTimestamp(lastCommit);
console.log(`restored: ${await read(pond)}, in version ${commit.version}`);

const operations: string[] = [];
for await (const { operation } of pond.getNodeHistory("/sensor.txt")) {
  operations.push(operation);
}
console.log(`versions: ${operations.join(" ")}`);
await Deno.remove(directory, { recursive: true });

async function read(pond: Pond): Promise<string> {
  return new TextDecoder().decode(await pond.readFile("/sensor.txt"));
}
