/**
 * `HydroVu`: readings of In-Situ's instruments, from their service.
 *
 * @module
 */
import { EXPECT, type ExpectSpec } from "../expectations.ts";
import { SECRET } from "../secret.ts";
import {
  address,
  fields,
  type KindSchema,
  listOf,
  pathName,
  time,
} from "./common.ts";

/** The fields of a `HydroVu` resource. */
export interface HydroVuSpec {
  /** Where the id of the client is. */
  readonly key: string;
  /** Where the secret of the client is. */
  readonly secret: string;
  /** Where the service is; `HYDROVU_BASE_URL` or the public one if left out. */
  readonly base_url?: string;
  /** The time of the first readings that are wanted; all when left out. */
  readonly since?: string;
  /** What is expected of the readings. */
  readonly expect?: ExpectSpec;
  /** What is collected. */
  readonly devices: readonly HydroVuDevice[];
}

/** An instrument at a place: a location of HydroVu. */
export interface HydroVuDevice {
  /** The number of the location. */
  readonly id: number;
  /** What the pond calls it. */
  readonly name: string;
  /** What its columns begin with. */
  readonly scope: string;
  /** For people. */
  readonly comment?: string;
  /** Whether it is collected; it is, unless told otherwise. */
  readonly active?: boolean;
}

/** The kind. */
export const HYDROVU: KindSchema = {
  summary: "collects readings of In-Situ instruments from HydroVu",
  spec: fields({
    key: { ...SECRET, description: "Where the id of the API client is" },
    secret: { ...SECRET, description: "Where the secret of the client is" },
    base_url: address(
      "The service; HYDROVU_BASE_URL or https://www.hydrovu.com when left out",
    ),
    since: time("The first readings that are wanted; all when left out"),
    expect: EXPECT,
    devices: listOf(
      fields({
        id: {
          type: "integer",
          minimum: 0,
          description: "The number of the location, from its address",
        },
        name: pathName("The name: /HydroVu/<resource>/data/<name>-<id>"),
        scope: pathName("What its columns begin with: <scope>.<what>.<unit>"),
        comment: { type: "string", description: "For people" },
        active: {
          type: "boolean",
          default: true,
          description: "Whether it is collected",
        },
      }, ["id", "name", "scope"]),
      "The locations to collect",
    ),
  }, ["key", "secret", "devices"]),
  verbatim: ["comment"],
  isRun: true,
  isSupported: true,
};
