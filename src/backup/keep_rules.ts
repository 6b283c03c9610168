/**
 * Which snapshots are kept: a decision about times alone.
 *
 * As restic has it: of each day (week, …) that has a snapshot, the last one is
 * kept, for so many days; a snapshot stays when one rule keeps it.
 *
 * @see {@link https://restic.readthedocs.io/en/stable/060_forget.html}
 * @module
 */

/** The rules that go by the calendar, in UTC. */
export const PERIODS = [
  "hourly",
  "daily",
  "weekly",
  "monthly",
  "yearly",
] as const;

/** One of them. */
export type Period = typeof PERIODS[number];

/** What is kept. */
export interface KeepRules extends Readonly<Partial<Record<Period, number>>> {
  /** The newest ones. */
  readonly last?: number;
  /** All that are younger, in milliseconds. */
  readonly withinMs?: number;
}

/** What is decided of a snapshot. */
export interface KeepDecision<S> {
  /** The snapshot. */
  readonly snapshot: S;
  /** Why it is kept; it goes when there is no reason. */
  readonly reasons: readonly string[];
}

/**
 * Decides. The newest snapshot is always kept.
 *
 * @param snapshots The newest first.
 * @param nowUs The present, microseconds since the epoch, UTC.
 */
export function decideKept<S extends { readonly createdUs: number }>(
  snapshots: readonly S[],
  rules: KeepRules,
  nowUs: number,
): KeepDecision<S>[] {
  const { last = 0, withinMs } = rules;
  const periods = PERIODS.map((period) => ({
    period,
    left: rules[period] ?? 0,
    newest: "",
  }));
  return snapshots.map((snapshot, i) => {
    const { createdUs } = snapshot;
    const reasons: string[] = [];
    if (i === 0) reasons.push("newest");
    if (i < last) reasons.push(`last ${i + 1} of ${last}`);
    if (withinMs !== undefined && nowUs - createdUs < withinMs * 1000) {
      reasons.push("young");
    }
    for (const state of periods) {
      const bucket = bucketOf(state.period, createdUs);
      if (state.left === 0 || bucket === state.newest) continue;
      state.left--;
      state.newest = bucket;
      reasons.push(`${state.period} ${bucket}`);
    }
    return { snapshot, reasons };
  });
}

/** The hour, day, … of a time, as ISO 8601 writes it. */
function bucketOf(period: Period, us: number): string {
  const text = new Date(us / 1000).toISOString();
  switch (period) {
    case "hourly":
      return text.slice(0, 13);
    case "daily":
      return text.slice(0, 10);
    case "weekly":
      return weekOf(us);
    case "monthly":
      return text.slice(0, 7);
    case "yearly":
      return text.slice(0, 4);
    default:
      return period satisfies never;
  }
}

const DAY_MS = 86_400_000;

/** A week belongs to the year that has its Thursday. */
function weekOf(us: number): string {
  const date = new Date(us / 1000);
  const weekday = (date.getUTCDay() + 6) % 7;
  const thursday = new Date(date.getTime() + (3 - weekday) * DAY_MS);
  const year = thursday.getUTCFullYear();
  const days = (thursday.getTime() - Date.UTC(year, 0, 1)) / DAY_MS;
  return `${year}-W${String(Math.floor(days / 7) + 1).padStart(2, "0")}`;
}
