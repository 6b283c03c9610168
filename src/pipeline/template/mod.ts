/**
 * Templates: texts with places for values, in the language of Tera.
 *
 * ```text
 * # {{ args[0] }}
 * {% for name, fields in group(by="name", in=schema.fields) -%}
 * - {{ name }} in {{ fields[0].unit }}
 * {% endfor %}
 * ```
 *
 * Templates are stored, and come with ponds of others. So they see the values that
 * they are given and nothing else (`value.ts`), and do a bounded amount of work.
 *
 * @see {@link https://keats.github.io/tera/docs/#templates}
 * @module
 */
import { PondError } from "../../errors.ts";
import { type Problem, problemText, shownLines } from "../problem.ts";
import { TemplateFault } from "./lexer.ts";
import { parseTemplate } from "./parser.ts";
import { renderBody } from "./renderer.ts";
import type { ValueMap } from "./value.ts";

export {
  NOTHING_EXPORTED,
  type Value,
  type ValueMap,
  valueOf,
} from "./value.ts";

/** A template that was understood. */
export interface Template {
  /**
   * Writes it.
   *
   * @param context What names mean.
   * @throws {PondError} `INVALID_ARGUMENT`, with the place in the template.
   */
  render(context: ValueMap): string;
}

/**
 * Reads a template.
 *
 * @param source Its text.
 * @param name What it is called in errors.
 * @throws {PondError} `INVALID_ARGUMENT`, with the place of what is wrong.
 */
export function compileTemplate(source: string, name: string): Template {
  const body = telling(source, name, () => parseTemplate(source));
  return {
    render: (context) => telling(source, name, () => renderBody(body, context)),
  };
}

/** What is wrong with a template, if it can't be understood. */
export function templateProblem(
  source: string,
  name: string,
): Problem | undefined {
  try {
    parseTemplate(source);
    return undefined;
  } catch (error) {
    if (!(error instanceof TemplateFault)) throw error;
    return problemAt(source, name, error);
  }
}

function telling<T>(source: string, name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof TemplateFault)) throw error;
    const problem = problemText(problemAt(source, name, error));
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot make a text of a template\n${problem}`,
      {
        path: name,
        hint: "what templates can say: docs/pipelines.md",
        cause: error,
      },
    );
  }
}

/** The line and the column of a fault. */
function problemAt(
  source: string,
  name: string,
  { message, offset }: TemplateFault,
): Problem {
  const before = source.slice(0, offset).split(/\r\n|\r|\n/);
  const line = before.length;
  const column = (before.at(-1)?.length ?? 0) + 1;
  return {
    file: name,
    line,
    column,
    message,
    source: shownLines(source)[line - 1] ?? "",
  };
}
