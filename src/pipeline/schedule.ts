/**
 * When a resource is run by itself.
 *
 * ```yaml
 * schedule: { every: 15m }              # at :00, :15, :30, :45, whatever a run takes
 * schedule: { cron: "30 6 * * MON" }    # UTC
 * ```
 *
 * @module
 */
import { InvariantError } from "../errors.ts";
import { nextCronMs, parseCron } from "./cron.ts";
import type { JsonSchema } from "./json_schema.ts";
import { duration, durationMs } from "./kinds/common.ts";

/** When a resource is run. */
export type Schedule =
  | { readonly every: string }
  | { readonly cron: string };

/** The schema of a {@linkcode Schedule}. */
export const SCHEDULE: JsonSchema = {
  type: "object",
  properties: {
    every: duration("The time between two runs, at even times, such as 15m"),
    cron: {
      type: "string",
      minLength: 1,
      description: "Minute, hour, day, month, weekday; UTC",
      examples: ["*/15 * * * *", "30 6 * * MON-FRI"],
    },
  },
  additionalProperties: false,
  oneOf: [{ required: ["every"] }, { required: ["cron"] }],
  description: "When pond run --due and --watch run it",
};

/** What is wrong with a schedule that no schema can say. */
export function scheduleProblem(schedule: Schedule): string | undefined {
  if ("every" in schedule) return undefined;
  const cron = parseCron(schedule.cron);
  return cron.kind === "problem" ? `schedule.cron ${cron.message}` : undefined;
}

/**
 * The first time after another one at which it is due, in milliseconds since the
 * epoch. What was missed is made up for once, not several times.
 */
export function nextTimeMs(schedule: Schedule, afterMs: number): number {
  if ("every" in schedule) {
    return nextEvenMs(durationMs(schedule.every), afterMs);
  }
  const cron = parseCron(schedule.cron);
  const next = cron.kind === "cron" ? nextCronMs(cron, afterMs) : undefined;
  if (next === undefined) {
    throw new InvariantError("a schedule was checked when it was read");
  }
  return next;
}

/** The first multiple of a period after a time. */
export function nextEvenMs(periodMs: number, afterMs: number): number {
  return (Math.floor(afterMs / periodMs) + 1) * periodMs;
}

/** A schedule for people: `every 15m`, `30 6 * * MON`. */
export function scheduleText(schedule: Schedule): string {
  return "every" in schedule ? `every ${schedule.every}` : schedule.cron;
}
