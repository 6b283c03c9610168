/**
 * What the environment and files configure, checked against the table.
 *
 * @module
 */
import { decodeUtf8 } from "../bytes.ts";
import { PondError } from "../errors.ts";
import type { Host } from "../host/mod.ts";
import type { TinyLogFS } from "../tinylogfs/mod.ts";
import type { FileLayer } from "./config_command.ts";
import { checkValue, hintAtKey, isConfigKey, KEYS } from "./config_keys.ts";
import {
  CONFIG_KEYS,
  type ConfigKey,
  type ConfigProblem,
  type Layer,
  type Setting,
  Settings,
  variableOf,
} from "./context.ts";

/** A layer as far as it can be used, and what can't. */
export interface ReadLayer {
  readonly layer: Layer;
  readonly problems: readonly ConfigProblem[];
}

/**
 * Reads what the environment and the user's file say.
 *
 * @param path The file, if it is there.
 */
export async function readSettings(
  host: Host,
  path: string | undefined,
): Promise<Settings> {
  const environment = await readEnvironment(host);
  const settings = new Settings().with(
    "environment",
    environment.layer,
    environment.problems,
  );
  if (path === undefined) return settings;
  const byHand = `\${EDITOR:-vi} ${path}`;
  const { layer, problems } = await collect(byHand, async (found) => {
    const text = decodeUtf8(await host.files.read(path));
    await readFile(text, path, "user", found);
  });
  return settings.with("user", layer, problems);
}

/** Reads what the pond itself says. */
export async function readPondLayer(
  fs: TinyLogFS,
  path: string,
): Promise<ReadLayer> {
  return await collect(`pond rm ${path}`, async (found) => {
    const text = decodeUtf8(await fs.readFile(path));
    await readFile(text, path, "pond", found);
  });
}

async function readEnvironment({ terminal }: Host): Promise<ReadLayer> {
  return await collect("pond help env", async (found) => {
    for (const key of CONFIG_KEYS) {
      const origin = variableOf(key);
      const value = terminal.env(origin);
      if (!value) continue;
      await found.attempt(`unset ${origin}`, async () => {
        await checkValue(key, value, origin);
        found.layer.set(key, { value, origin });
      });
    }
  });
}

/** What is found while a layer is read. */
interface Found {
  readonly layer: Map<ConfigKey, Setting>;
  /**
   * Does something; what is wrong is kept, and it goes on.
   *
   * @param remedy What does away with it then.
   */
  attempt(remedy: string, work: () => Promise<void>): Promise<void>;
}

async function collect(
  remedy: string,
  read: (found: Found) => Promise<void>,
): Promise<ReadLayer> {
  const problems: ConfigProblem[] = [];
  const layer = new Map<ConfigKey, Setting>();
  const attempt = async (remedy: string, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof PondError)) throw error;
      problems.push({ error, remedy });
    }
  };
  await attempt(remedy, () => read({ layer, attempt }));
  return { layer, problems };
}

async function readFile(
  text: string,
  name: string,
  place: FileLayer,
  found: Found,
): Promise<void> {
  const { readConfig } = await import("./config_file.ts");
  for (const { key, value, where } of readConfig(text, name)) {
    const remedy = place === "pond"
      ? `pond config unset ${key} --layer pond`
      : `pond config unset ${key}`;
    await found.attempt(remedy, async () => {
      const origin = where.replace(/:\d+$/, "");
      const setting = { value: value ?? "", origin };
      found.layer.set(await checkedKey(key, value, where, place), setting);
    });
  }
}

async function checkedKey(
  key: string,
  value: string | undefined,
  where: string,
  place: FileLayer,
): Promise<ConfigKey> {
  if (!isConfigKey(key)) {
    throw problem(`${where}: there is no key "${key}"`, hintAtKey(key));
  }
  if (!KEYS[key].layers.includes(place)) {
    throw problem(
      `${where}: ${key} can't be set by a pond, only by its users`,
      `pond config unset ${key} --layer pond`,
    );
  }
  if (value === undefined) {
    throw problem(`${where}: ${key} takes one value`, "pond help config");
  }
  await checkValue(key, value, where);
  return key;
}

function problem(message: string, hint: string): PondError {
  return new PondError("INVALID_ARGUMENT", message, { hint });
}
