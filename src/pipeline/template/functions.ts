/**
 * The functions of templates.
 *
 * What Tera's `now`, `get_random` and `get_env` give is left out: a page depends on
 * the pond, and on nothing else.
 *
 * @module
 */
import {
  type CallArguments,
  CallError,
  listIn,
  mapIn,
  textIn,
} from "./call.ts";
import type { Value } from "./value.ts";

/** A function, and the arguments that it takes. */
interface TemplateFunction {
  readonly takes: readonly string[];
  readonly call: (args: CallArguments) => Value;
}

/** The functions. */
export const FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  group: { takes: ["by", "in"], call: group },
  range: { takes: ["end", "start", "step_by"], call: range },
  throw: {
    takes: ["message"],
    call: (args) => {
      throw new CallError(args.text("message"));
    },
  },
};

/** Their names. */
export const FUNCTION_NAMES: readonly string[] = Object.keys(FUNCTIONS);

/** The maps of a list, by the text that they have under a name. */
function group(args: CallArguments): Value {
  const by = args.text("by");
  const groups = new Map<string, Value[]>();
  for (const element of listIn(args.get("in"), "the argument in")) {
    const member = mapIn(element, "what is grouped").get(by);
    if (member === undefined) {
      throw new CallError(`what is grouped has no ${by}`);
    }
    const name = textIn(member, by);
    const own = groups.get(name);
    if (own === undefined) groups.set(name, [element]);
    else own.push(element);
  }
  return groups;
}

/** Whole numbers up to one that isn't there any more. */
function range(args: CallArguments): Value {
  const start = args.integer("start", 0);
  const end = args.integer("end");
  const step = args.integer("step_by", 1);
  if (step < 1) throw new CallError("the argument step_by must be at least 1");
  const length = Math.max(0, Math.ceil((end - start) / step));
  args.budget.spend(length);
  return Array.from({ length }, (_, i) => start + i * step);
}
