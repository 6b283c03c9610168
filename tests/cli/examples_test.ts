import { writeFiles } from "../migrate/support.ts";
import { PocPond } from "../support/poc_pond.ts";
import { assertEquals } from "@std/assert";
import { loadCommands } from "../../src/cli/commands.ts";
import { scratchPond } from "./scratch.ts";
import { words } from "./support.ts";

const SITE = `kind: Template
name: site
spec:
  collections:
  - {name: pages, in_pattern: "/sensors/*.csv", out_pattern: $0.md, template: "{{ args[0] }}"}
`;

for (const { name, examples } of await loadCommands()) {
  Deno.test(`pond ${name}: every example in the table works`, async () => {
    for (const { cmd } of examples) {
      await using scratch = await scratchPond();
      await scratch.ok("touch --no-sync /staged");
      await Deno.writeTextFile(
        `${scratch.home}/operations.txt`,
        'mkdir /batch\nwrite /batch/a "one\\n"\n',
      );
      // Only without anything staged may the state be changed as a whole.
      const goesBack = ["restore", "undo", "redo", "merge"].includes(name);
      if (goesBack) await scratch.ok("commit staged");
      if (name === "redo") await scratch.ok("undo");
      if (name === "merge") {
        await scratch.ok("branch trial");
        await scratch.ok("touch /new --branch trial");
      }
      if (name === "backup") {
        await scratch.ok("backup add disk ../disk");
        await scratch.ok("backup run");
      }
      if (name === "unbundle") await scratch.ok("bundle bundled.tar");
      await Deno.writeTextFile(
        `${scratch.home}/inbox.yaml`,
        `kind: Inbox\nname: field\nspec:\n  pattern: "${scratch.home}/*.csv"\n`,
      );
      if (["resource", "run"].includes(name)) {
        await scratch.ok("apply -f inbox.yaml");
      }
      if (name === "export") {
        await Deno.writeTextFile(`${scratch.home}/site.yaml`, SITE);
        await scratch.ok("apply -f site.yaml");
      }
      if (name === "why") {
        const origin = {
          requested: "2026-01-05T11:00:00Z",
          url: "https://example.org",
          page: 1,
          sha256: "0".repeat(64),
          from: "2026-01-05T10:00:00Z",
          to: "2026-01-05T10:30:00Z",
          readings: 3,
        };
        const file = `${scratch.home}/origin.jsonl`;
        await Deno.writeTextFile(file, JSON.stringify(origin));
        await scratch.ok("mkdir -p /HydroVu/noyo/data");
        await scratch.ok("mkdir /HydroVu/noyo/origin");
        await scratch.ok("touch /HydroVu/noyo/data/BDock-1");
        await scratch.ok(
          "put origin.jsonl /HydroVu/noyo/origin/BDock-1.jsonl",
        );
      }
      if (name === "migrate") {
        const old = await new PocPond().data("/a.txt", "a\n");
        const { files } = await old.commit();
        await writeFiles(`${scratch.home}/../old`, files);
      }
      if (name === "tag") await scratch.ok("tag first v1");
      const [, ...argv] = words(cmd);
      const ran = await scratch.run(argv, {
        stdin: "from stdin\n",
        program: () => Promise.resolve(0),
      });
      assertEquals([ran.code, ran.stderr], [0, ""], cmd);
    }
  });
}
