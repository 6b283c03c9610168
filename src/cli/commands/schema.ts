/**
 * `pond schema`
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import type { SchemaCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { ERROR_SCHEMA, jsonSchema, SCHEMAS, type Shape } from "../schemas.ts";
import { didYouMean, nearest } from "../../suggest.ts";

/** Of the files of `pond apply`. */
const RESOURCE_TOPIC = "resource.yaml";

/** Writes a JSON Schema. */
export async function runSchema(
  { topic }: SchemaCommand,
  { out }: Context,
): Promise<ExitCode> {
  if (topic === RESOURCE_TOPIC) {
    const { editorSchema } = await import("../../pipeline/mod.ts");
    await out.line(JSON.stringify(editorSchema(), undefined, 2));
    return ExitCode.done;
  }
  const known: Readonly<Record<string, readonly Shape[]>> = SCHEMAS;
  const shapes = Object.hasOwn(known, topic) ? known[topic] : undefined;
  if (topic !== "error" && shapes === undefined) {
    throw new PondError(
      "INVALID_ARGUMENT",
      `there is no schema of "${topic}": it writes no JSON, or is no command`,
      {
        hint: didYouMean(nearest(topic, [
          ...Object.keys(known),
          "error",
          RESOURCE_TOPIC,
        ])) ??
          "see the commands: pond help",
      },
    );
  }
  const schema = shapes === undefined
    ? { title: "an error with --json", ...ERROR_SCHEMA }
    : jsonSchema(`pond ${topic} --json`, shapes);
  await out.line(JSON.stringify(schema, undefined, 2));
  return ExitCode.done;
}
