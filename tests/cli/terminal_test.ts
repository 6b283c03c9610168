/**
 * What the golden files have, in a terminal that tests pretend, is what a real
 * one shows: a pseudo-terminal, and pond in a process of its own.
 */
import { assertEquals } from "@std/assert";
import { denoHost } from "../../src/host/deno_host.ts";
import {
  hasPseudoTerminal,
  showInTerminal,
} from "../support/pseudo_terminal.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { run, words } from "./support.ts";
import { writeWorld } from "./golden/ways.ts";
import { HOME, makeWorld, POND } from "./golden/world.ts";

const LINES = [
  "pond ls -l /notes",
  "pond ls /notes",
  "pond tree",
  "pond log -n 2 --stat",
  "pond log /sensors/a.csv",
  "pond status",
  "pond diff v2 v3",
  "pond diff v0 --stat",
  `pond query "SELECT path, 'some words that are there to be cut' AS words FROM files"`,
  "pond help rm",
  "pond cat /nothing",
];

/** Each with its columns and more of the environment. */
const TERMINALS: readonly (readonly [number, Record<string, string>])[] = [
  [80, {}],
  [200, {}],
  [80, { NO_COLOR: "1" }],
];

for (const [columns, more] of TERMINALS) {
  const name = more.NO_COLOR === undefined ? "" : " with NO_COLOR";
  Deno.test({
    name:
      `a real terminal of ${columns} columns${name} shows what a pretended one is told`,
    ignore: !await hasPseudoTerminal(),
    async fn() {
      await using temp = await tempDirectory();
      await writeWorld(await makeWorld(), temp.path);
      const home = `${temp.path}${HOME}`;
      const env = {
        POND: `${temp.path}${POND}`,
        TERM: "xterm-256color",
        TZ: "UTC",
        ...more,
      };
      const told = async (line: string) => {
        const ran = await run(denoHost(), words(line).slice(1), {
          cwd: home,
          terminal: true,
          columns,
          env,
        });
        return `${ran.stdout}${ran.stderr}\nexit code ${ran.code}\n`;
      };
      const shown = async (line: string) => {
        const text = await showInTerminal(words(line).slice(1), columns, env);
        return withoutProgress(text.replaceAll("\r\n", "\n"));
      };
      // With the zone of the others, which is that of the process.
      Deno.env.set("TZ", "UTC");
      for (const line of more.NO_COLOR === undefined ? LINES : LINES.slice(6)) {
        assertEquals(await shown(line), await told(line), line);
      }
    },
  });
}

/** Without the lines that a command shows, and takes away, when it is slow. */
function withoutProgress(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replaceAll(/(?:\r[^\r\n]*\x1b\[K)+/g, "");
}
