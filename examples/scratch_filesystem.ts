// deno-lint-ignore-file no-console -- an example prints what it does
/**
 * A scratch filesystem for a script: work in it, keep what is good, drop what
 * isn't, and take back what was kept too early.
 *
 * ```text
 * $ deno run -A examples/scratch_filesystem.ts
 * drafted: /plan.txt /notes/a.txt
 * dropped: /plan.txt /notes/a.txt
 * ruined: /plan.txt
 * undone: /plan.txt /notes/a.txt
 * ```
 *
 * @module
 */
import { Pond } from "@duckpond/pond";

const directory = await Deno.makeTempDir();

// Nothing here has to survive a power cut, so nothing waits for the disk.
await using pond = await Pond.init(`${directory}/scratch`, {
  durability: "relaxed",
});

await pond.createFile("/plan.txt", "1. collect\n2. clean\n");
await pond.createDirectory("/notes");
await pond.createFile("/notes/a.txt", "first thoughts");
await pond.commit({ message: "a first draft" });
await show("drafted");

// Pending work is seen by whoever made it, and can be dropped.
await pond.delete("/notes", { recursive: true });
await pond.updateFile("/plan.txt", "");
await pond.revert();
await show("dropped");

// What is committed too early is taken back by one more transaction.
await pond.delete("/notes", { recursive: true });
const { version } = await pond.commit({ message: "who needs notes" });
await show("ruined");
await pond.restore(`v${version - 1}`);
await show("undone");

await Deno.remove(directory, { recursive: true });

async function show(when: string): Promise<void> {
  const paths: string[] = [];
  for await (const { path } of pond.findNodes({ fileType: "file" })) {
    paths.push(path);
  }
  console.log(`${when}: ${paths.join(" ")}`);
}
