/**
 * What the arguments of `pond config` become.
 *
 * @module
 */
import type { ChangeOptions } from "./common_options.ts";
import type { ConfigKey } from "./context.ts";
import type { Format } from "./format.ts";

/** What `pond config` can do. */
export const CONFIG_VERBS = ["list", "get", "set", "unset"] as const;

/** The layers that are kept in files. */
export const FILE_LAYERS = ["user", "pond"] as const;

/** One of them. */
export type FileLayer = typeof FILE_LAYERS[number];

/** `pond config` */
export type ConfigCommand = ChangeOptions & {
  readonly name: "config";
  readonly layer: FileLayer;
  readonly origin: boolean;
  readonly format: Format | undefined;
} & ConfigAction;

/** What is to be done with which key. */
export type ConfigAction =
  | { readonly verb: "list" }
  | { readonly verb: "get"; readonly key: ConfigKey }
  | { readonly verb: "set"; readonly key: ConfigKey; readonly value: string }
  // One that pond doesn't know can be in a file, too.
  | { readonly verb: "unset"; readonly key: string };
