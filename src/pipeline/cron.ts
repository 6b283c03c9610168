/**
 * Cron expressions: minutes at which something is due, UTC.
 *
 * ```text
 * minute 0-59   hour 0-23   day 1-31   month 1-12 or JAN-DEC   weekday 0-7 or SUN-SAT
 * * each   a,b several   a-b from to   a-b/n and *\/n each n-th of these
 * ```
 *
 * Where both the day and the weekday are restricted (begin with no `*`), one of them
 * is enough, as cron has it. Sunday is 0 and 7.
 *
 * @see {@link https://pubs.opengroup.org/onlinepubs/9699919799/utilities/crontab.html}
 * @module
 */

/** When something is due. */
export interface CronExpression {
  readonly kind: "cron";
  /** In order. */
  readonly minutes: readonly number[];
  /** In order. */
  readonly hours: readonly number[];
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly weekdays: ReadonlySet<number>;
  /** Whether the day or the weekday is enough. */
  readonly isEitherDay: boolean;
}

/** What is wrong with a text that is no cron expression. */
export interface CronProblem {
  readonly kind: "problem";
  /** Without the text. */
  readonly message: string;
}

/** A part of an expression. */
interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** What the first ones are called. */
  readonly names?: string;
}

const FIELDS: readonly Field[] = [
  { name: "minute", min: 0, max: 59 },
  { name: "hour", min: 0, max: 23 },
  { name: "day", min: 1, max: 31 },
  {
    name: "month",
    min: 1,
    max: 12,
    names: "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC",
  },
  { name: "weekday", min: 0, max: 7, names: "SUN MON TUE WED THU FRI SAT" },
];

const [MINUTE_MS, HOUR_MS, DAY_MS] = [60_000, 3_600_000, 86_400_000] as const;

/** 29 February is not there for eight years around 2100. */
const MAX_DAYS = 9 * 366;

/** Reads an expression of five fields. */
export function parseCron(text: string): CronExpression | CronProblem {
  const texts = text.trim().split(/\s+/);
  if (texts.length !== FIELDS.length) {
    return problem(
      "must have five fields: minute, hour, day, month, weekday",
    );
  }
  const values: number[][] = [];
  for (const [i, field] of FIELDS.entries()) {
    const found = valuesOf(texts[i] ?? "", field);
    if (typeof found === "string") return problem(found);
    values.push(found);
  }
  const [minutes = [], hours = [], days = [], months = [], weekdays = []] =
    values;
  const cron: CronExpression = {
    kind: "cron",
    minutes,
    hours,
    days: new Set(days),
    months: new Set(months),
    weekdays: new Set(weekdays.map((day) => day % 7)),
    isEitherDay: !texts[2]?.startsWith("*") && !texts[4]?.startsWith("*"),
  };
  return nextCronMs(cron, 0) === undefined
    ? problem("names a day that never comes")
    : cron;
}

/**
 * The first time after another one, in milliseconds since the epoch.
 *
 * @returns `undefined` when it never comes.
 */
export function nextCronMs(
  { days, hours, isEitherDay, minutes, months, weekdays }: CronExpression,
  afterMs: number,
): number | undefined {
  const today = Math.floor(afterMs / DAY_MS) * DAY_MS;
  for (let day = today; day <= today + MAX_DAYS * DAY_MS; day += DAY_MS) {
    const date = new Date(day);
    if (!months.has(date.getUTCMonth() + 1)) continue;
    const isDay = days.has(date.getUTCDate());
    const isWeekday = weekdays.has(date.getUTCDay());
    if (isEitherDay ? !isDay && !isWeekday : !isDay || !isWeekday) continue;
    for (const hour of hours) {
      if (day + (hour + 1) * HOUR_MS <= afterMs) continue;
      for (const minute of minutes) {
        const ms = day + hour * HOUR_MS + minute * MINUTE_MS;
        if (ms > afterMs) return ms;
      }
    }
  }
  return undefined;
}

/** The values of a field, in order; or what is wrong with it. */
function valuesOf(text: string, field: Field): number[] | string {
  const { max, min, name } = field;
  const one = name === "hour" ? "an hour" : `a ${name}`;
  const values = new Set<number>();
  for (const part of text.split(",")) {
    const [, from, to, step] =
      /^(\*|[A-Za-z0-9]{1,3})(?:-([A-Za-z0-9]{1,3}))?(?:\/(\d{1,2}))?$/
        .exec(part) ?? [];
    if (from === undefined || (from === "*" && to !== undefined)) {
      return `has ${one} that is none`;
    }
    const first = from === "*" ? min : numberOf(from, field);
    // A step goes on to the end, where no end is said.
    const isOpen = from === "*" || (to === undefined && step !== undefined);
    const last = isOpen ? max : to === undefined ? first : numberOf(to, field);
    const by = Number(step ?? 1);
    if (!(first >= min && last <= max)) {
      return `has ${one} that is not from ${min} to ${max}`;
    }
    if (first > last) return `has a range of ${name}s that goes backwards`;
    if (by === 0) return `has ${one} with a step of 0`;
    for (let value = first; value <= last; value += by) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

/** A number, or the place of a name; NaN of anything else. */
function numberOf(text: string, { min, names = "" }: Field): number {
  if (/^\d+$/.test(text)) return Number(text);
  const at = names.split(" ").indexOf(text.toUpperCase());
  return at < 0 ? NaN : at + min;
}

function problem(message: string): CronProblem {
  return { kind: "problem", message };
}
