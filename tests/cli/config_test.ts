/** `pond config`, and that what is configured has its effect. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { loadCommands } from "../../src/cli/commands.ts";
import { configKey, KEYS } from "../../src/cli/config_keys.ts";
import { changeConfig, readConfig } from "../../src/cli/config_file.ts";
import { CONFIG_KEYS } from "../../src/cli/context.ts";
import { GLOBAL } from "../../src/cli/options.ts";
import { memoryHost } from "../../src/host/memory.ts";
import { type Scratch, scratchDirectory, scratchPond } from "./scratch.ts";
import { run } from "./support.ts";

const SLOW = "SELECT count(*) FROM range(30000000) a, range(100) b " +
  "WHERE a.range + b.range < 0";

/** Where a person's configuration is, in a scratch directory. */
function homeOf({ home }: Scratch): { env: Record<string, string> } {
  return { env: { XDG_CONFIG_HOME: `${home}/config` } };
}

async function originOf(
  scratch: Scratch,
  key: string,
  env: Readonly<Record<string, string>>,
  options: readonly string[] = [],
): Promise<[string, string]> {
  const argv = ["config", "list", "--origin", "--json", ...options];
  const rows = JSON.parse((await scratch.run(argv, { env })).stdout);
  const row = rows.find((row: { key: string }) => row.key === key);
  return [row.value, row.origin];
}

async function writeConfig(
  scratch: Scratch,
  text: string,
): Promise<{ env: Record<string, string> }> {
  await Deno.mkdir(`${scratch.home}/config/pond`, { recursive: true });
  await Deno.writeTextFile(`${scratch.home}/config/pond/config.yaml`, text);
  return homeOf(scratch);
}

Deno.test("every key's option is one that says so, and the other way round", async () => {
  const commands = await loadCommands();
  const options = [...GLOBAL, ...commands.flatMap(({ options }) => options)];
  const pairs = new Set(
    options.flatMap(({ config, name }) =>
      config === undefined ? [] : [`${config} --${name}`]
    ),
  );
  const told = CONFIG_KEYS.flatMap((key) =>
    KEYS[key].option === undefined ? [] : [`${key} ${KEYS[key].option}`]
  );
  assertEquals([...pairs].sort(), told.sort());
});

Deno.test("pond config: the option wins over the variable, the pond and the user", async () => {
  await using scratch = await scratchPond();
  const { env } = homeOf(scratch);
  const key = "query.threads";
  assertEquals(await originOf(scratch, key, env), [null, "default"] as never);
  await scratch.ok(["config", "set", key, "1"], { env });
  const file = `${scratch.home}/config/pond/config.yaml`;
  assertEquals(await originOf(scratch, key, env), ["1", `${file}:2`]);
  await scratch.ok(["config", "set", key, "2", "--layer", "pond"], { env });
  assertEquals(
    await originOf(scratch, key, env),
    ["2", "/.pond/config.yaml:2"],
  );
  const variable = { ...env, POND_QUERY_THREADS: "3" };
  assertEquals(
    await originOf(scratch, key, variable),
    ["3", "POND_QUERY_THREADS"],
  );
  // An empty variable is one that isn't set.
  const empty = { ...env, POND_QUERY_THREADS: "" };
  assertEquals((await originOf(scratch, key, empty))[0], "2");
  const threads = async (
    env: Readonly<Record<string, string>>,
    ...options: readonly string[]
  ) => {
    const sql = "SELECT current_setting('threads') AS n";
    return (await scratch.ok(["query", sql, ...options], { env })).split(
      "\n",
    )[1];
  };
  assertEquals(await threads(variable, "--threads", "4"), "4");
  assertEquals(await threads(variable), "3");
  assertEquals(await threads(env), "2");
  await scratch.ok(["config", "unset", key, "--layer", "pond"], { env });
  assertEquals(await threads(env), "1");
  assertEquals(await scratch.ok(["config", "get", key], { env }), "1\n");
  await scratch.ok(["config", "unset", key], { env });
  assertEquals(await Deno.readTextFile(file), "");
});

Deno.test("pond config: author, color, format and editor have their effect", async () => {
  await using scratch = await scratchPond();
  const options = homeOf(scratch);
  for (
    const [key, value] of [
      ["author", "station 7"],
      ["color", "always"],
      ["editor", "ed -s"],
    ] as const
  ) await scratch.ok(["config", "set", key, value], options);
  const colored = { ...options, terminal: true };
  const grep = await scratch.run("grep h /sensors/.hidden", colored);
  assertStringIncludes(grep.stdout, "\x1b[");
  const plain = ["grep", "--color", "never", "h", "/sensors/.hidden"];
  const { stdout } = await scratch.run(plain, colored);
  assertEquals(stdout.includes("\x1b"), false);
  await scratch.ok("config set format csv", options);
  await scratch.ok("touch /new", options);
  const [newest] = JSON.parse(await scratch.ok("log --json -n 1", options));
  assertEquals(newest.author, "station 7");
  const log = await scratch.ok("log -n 1", options);
  assertEquals(log.split(",")[0], "version");
  const seen: string[] = [];
  await scratch.ok("edit /new", {
    env: { ...options.env, VISUAL: "vi" },
    program: (command) => {
      seen.push(...command);
      return Promise.resolve(0);
    },
  });
  assertEquals(seen.slice(0, 3), ["sh", "-c", 'ed -s "$1"']);
});

Deno.test("pond config: what goes to a file has the format of its name all the same", async () => {
  await using scratch = await scratchPond();
  const { env } = await writeConfig(scratch, "format: json\n");
  await scratch.ok(["query", "SELECT 1 AS a", "-o", "a.csv"], { env });
  assertEquals(await Deno.readTextFile(`${scratch.home}/a.csv`), "a\n1\n");
  await scratch.ok(["query", "SELECT 2 AS a", "--into", "/a.csv"], { env });
  assertEquals(await scratch.ok("cat /a.csv", { env }), "a\n2\n");
});

Deno.test("pond config: a pond's own durability decides what its commits flush", async () => {
  const host = memoryHost({ seed: 8 });
  const flushes = async (line: string) => {
    const before = host.files.operations.length;
    const ran = await run(host, line.split(" "), { env: { POND: "/pond" } });
    assertEquals([ran.code, ran.stderr], [0, ""], line);
    return host.files.operations.slice(before)
      .filter(({ name }) => name === "sync").length;
  };
  await flushes("init /pond");
  const full = await flushes("touch /a");
  await flushes("config set durability relaxed --layer pond");
  const relaxed = await flushes("touch /b");
  assertEquals([full > 0, relaxed], [true, 0]);
  assertEquals(await flushes("touch /c --durability full") > 0, true);
});

Deno.test("pond config: limits and retention of the pond hold for its commands", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("config set query.timeout 1s --layer pond");
  const slow = await scratch.run(["query", SLOW]);
  assertEquals(slow.code, 1, slow.stderr);
  await scratch.ok("config set maintain.retention 1h --layer pond");
  const short = await scratch.run("maintain vacuum");
  assertEquals(short.code, 2);
  assertStringIncludes(short.stderr, "--force");
  await scratch.ok("maintain vacuum --retention 8d");
});

Deno.test("pond config set refuses what isn't right, and changes nothing", async () => {
  await using scratch = await scratchPond();
  const options = homeOf(scratch);
  const cases = [
    ["set colour never", 'no key "colour"', "did you mean color?"],
    ["set color nevr", "color takes auto, always, never", "mean never?"],
    ["set cache-size much", 'Cannot read the size "much"', "64MiB"],
    ["set query.memory 1MiB", "too little", "at least 16MiB"],
    ["set query.threads 0", "0 threads", "at least 1"],
    ["set query.timeout soon", 'the time "soon"', "30s"],
    ["set maintain.retention x", 'the time "x"', "7d"],
    ["set editor vi --layer pond", "can't be set by a pond", "pond config set"],
    ["set color", "pond config set KEY VALUE", "pond help"],
    ["get", "pond config get KEY", "pond help"],
    ["set color never -m why", "--layer pond", "pond help"],
    ["unset color --origin", "--origin belongs to", "pond help"],
    ["sett color never", 'not "sett"', "did you mean set?"],
  ] as const;
  for (const [line, message, hint] of cases) {
    const ran = await scratch.run(`config ${line}`, options);
    assertEquals([ran.code, ran.stdout], [2, ""], line);
    assertStringIncludes(ran.stderr, message);
    assertStringIncludes(ran.stderr, hint);
  }
  const gone = await scratch.run("config unset color", options);
  assertEquals(gone.code, 4);
  const empty = await scratch.run("config get author", options);
  assertEquals(empty.code, 4);
  const home = await Array.fromAsync(Deno.readDir(scratch.home));
  assertEquals(home.some(({ name }) => name === "config"), false);
  assertEquals(JSON.parse(await scratch.ok("status --json"))[0].version, 1);
  const noHome = await scratch.run("config set color never");
  assertEquals(noHome.code, 4);
  assertStringIncludes(noHome.stderr, "XDG_CONFIG_HOME");
});

Deno.test("pond config --dry-run changes neither file", async () => {
  await using scratch = await scratchPond();
  const { env } = await writeConfig(scratch, "color: auto\n");
  const told = await scratch.run("config set color never -n", {
    env,
    terminal: true,
  });
  assertStringIncludes(told.stdout, "set  color = never");
  assertStringIncludes(told.stderr, "nothing was done");
  assertEquals(await originOf(scratch, "color", env), [
    "auto",
    `${scratch.home}/config/pond/config.yaml:1`,
  ]);
  await scratch.ok("config set durability relaxed --layer pond -n", { env });
  assertEquals(JSON.parse(await scratch.ok("status --json"))[0].version, 1);
});

Deno.test("a wrong file of the user is an error with its place, and config repairs it", async () => {
  await using scratch = await scratchPond();
  const cases = [
    ["color: never\ncolr: x\n", ":2:1: there is no key", "did you mean color?"],
    ["query:\n  memory: [1]\n", ":2:3: query.memory takes one value", "help"],
    ["color: x\n", 'not "x"', "pond help config"],
    ["color: a\ncolor: b\n", ":2:1: it is no YAML: Map keys", "an editor"],
    ["- color\n", ":1:1: there must be keys", "color: never"],
    ["color: *b\n", ":1:1: color takes one value", "pond help"],
  ] as const;
  for (const [text, message, hint] of cases) {
    const options = await writeConfig(scratch, text);
    const ran = await scratch.run("ls", options);
    assertEquals([ran.code, ran.stdout], [2, ""], text);
    assertStringIncludes(ran.stderr, message);
    assertStringIncludes(ran.stderr, hint);
    assertEquals((await scratch.run("help", options)).code, 0);
    assertEquals((await scratch.run("config", options)).code, 0);
  }
  const options = await writeConfig(
    scratch,
    "# mine\n\ncolr: x\ncolor: never\n",
  );
  assertEquals((await scratch.run("config unset colr", options)).code, 0);
  assertEquals(
    await Deno.readTextFile(`${scratch.home}/config/pond/config.yaml`),
    "# mine\n\ncolor: never\n",
  );
  await scratch.ok("ls", options);
  const variable = await scratch.run("ls", { env: { POND_COLOR: "blue" } });
  assertEquals(variable.code, 2);
  assertStringIncludes(variable.stderr, "(POND_COLOR)");
});

Deno.test("what is wrong in a pond's file is told, and stops nobody", async () => {
  await using scratch = await scratchPond();
  await Deno.writeTextFile(
    `${scratch.home}/config.yaml`,
    "editor: rm -rf /\nquery:\n  threads: 2\n  speed: high\n",
  );
  await scratch.ok("mkdir /.pond");
  await scratch.ok("put config.yaml /.pond/config.yaml");
  const sql = ["query", "SELECT current_setting('threads') AS n"];
  const ran = await scratch.run(sql);
  assertEquals([ran.code, ran.stdout], [0, "n\n2\n"]);
  assertStringIncludes(ran.stderr, "/.pond/config.yaml:1:1: editor can't be");
  assertStringIncludes(ran.stderr, ":4:3: there is no key");
  // Who only reads files doesn't even look at it.
  assertEquals((await scratch.run("ls /sensors")).stderr, "");
  const seen: string[] = [];
  await scratch.run("edit /new", {
    program: (command) => {
      seen.push(...command);
      return Promise.resolve(0);
    },
  });
  assertEquals(seen[2], 'vi "$1"');
  await scratch.run("config unset query.speed --layer pond");
  await scratch.run("config unset editor --layer pond");
  assertEquals(
    await scratch.ok("cat /.pond/config.yaml"),
    "query:\n  threads: 2\n",
  );
  assertEquals((await scratch.run(sql)).stderr, "");
});

Deno.test("pond config works without a pond, and follows a symbolic link", async () => {
  await using scratch = await scratchDirectory();
  const options = await writeConfig(scratch, "");
  const file = `${scratch.home}/config/pond/config.yaml`;
  await Deno.rename(file, `${scratch.home}/dotfile`);
  await Deno.symlink("../../dotfile", file);
  const env = { ...options.env, POND: "" };
  await scratch.ok("config set color never", { env });
  assertEquals(
    await Deno.readTextFile(`${scratch.home}/dotfile`),
    "color: never\n",
  );
  assertEquals((await Deno.lstat(file)).isSymlink, true);
  assertEquals(await scratch.ok("config get color", { env }), "never\n");
  await Deno.remove(file);
  await Deno.symlink("config.yaml", file);
  const loop = await scratch.run("config set color auto", { env });
  assertEquals(loop.code !== 0, true);
});

Deno.test("pond complete knows keys, and the values that they take", async () => {
  await using scratch = await scratchPond();
  const complete = async (line: string) =>
    (await scratch.ok(["complete", "--", ...line.split(" ")])).split("\n");
  assertEquals(await complete("config se"), ["set", ""]);
  assertEquals(await complete("config set query.t"), [
    "query.threads",
    "query.timeout",
    "",
  ]);
  assertEquals(await complete("config set color a"), ["auto", "always", ""]);
  assertEquals(await complete("config set author "), [""]);
});

Deno.test("pond help config tells every key, and both words", async () => {
  await using scratch = await scratchDirectory();
  const help = await scratch.ok("help config");
  for (const key of CONFIG_KEYS) assertStringIncludes(help, `  ${key} `);
  assertStringIncludes(help, "POND_QUERY_MEMORY");
  assertStringIncludes(help, "Usage: pond config");
});

Deno.test("changeConfig() keeps comments and order, and takes out what is empty", () => {
  const text = "# of mine\nquery:\n  memory: 1GiB # much\ncolor: auto\n";
  const more = changeConfig(text, "f", "query.threads", "4");
  assertEquals(
    more,
    "# of mine\nquery:\n  memory: 1GiB # much\n  threads: 4\ncolor: auto\n",
  );
  assertEquals(
    readConfig(more, "f").map(({ key, value, where }) => [key, value, where]),
    [
      ["query.memory", "1GiB", "f:3:3"],
      ["query.threads", "4", "f:4:3"],
      ["color", "auto", "f:5:1"],
    ],
  );
  const less = changeConfig("query:\n  memory: 1GiB\n", "f", "query.memory");
  assertEquals(less, "");
  assertEquals(changeConfig("", "f", "author", "007"), 'author: "007"\n');
  assertEquals(
    readConfig(changeConfig("", "f", "author", "a: # b"), "f")[0]?.value,
    "a: # b",
  );
  assertEquals(configKey("color"), "color");
});
