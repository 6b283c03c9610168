/**
 * `Template`: texts of what series have for columns.
 *
 * `/Template/<resource>/<collection>/<out>` for each file that matches, where `out`
 * is the `out_pattern` with what the wildcards stand for. A template sees:
 *
 * ```text
 * args            what the wildcards stand for
 * schema.fields   [{instrument, name, unit, agg}] of columns "instrument.name.unit.agg"
 * schema.columns  [{name, type}] of all columns, with DuckDB's types
 * export          files that `pond export` writes in the same run; else empty
 * ```
 *
 * @module
 */
import { encodeUtf8 } from "../../bytes.ts";
import { PondError } from "../../errors.ts";
import { quoteName } from "../../query/paths.ts";
import type { ExportedFiles, ViewInput } from "../../tinylogfs/mod.ts";
import type { TemplateSpec } from "../kinds/views.ts";
import { labelOf, type ResourceOf } from "../resource.ts";
import {
  compileTemplate,
  NOTHING_EXPORTED,
  type Template,
  type Value,
  valueOf,
} from "../template/mod.ts";
import { filled } from "./out_pattern.ts";
import { patternOf } from "./sql_path.ts";
import type { Column } from "./time_column.ts";
import type { Computation, ViewFile, ViewKind } from "./view_kind.ts";

type Collection = TemplateSpec["collections"][number];

/** Goes up when the same template gives another text. */
const TEMPLATE_VERSION = 1;

/** Lists what `Template` makes. */
export const template: ViewKind<"Template"> = async (resource, side) => {
  const files: ViewFile[] = [];
  for (const collection of resource.spec.collections) {
    const inputs = new Map<string, ViewInput>();
    for (const input of await side.glob(collection.in_pattern)) {
      const out = filled(collection.out_pattern, input);
      const other = inputs.get(out);
      if (other !== undefined) throw sameText(collection, out, other, input);
      inputs.set(out, input);
    }
    for (const [out, input] of inputs) {
      files.push(fileOf(resource, collection, out, input));
    }
  }
  return files;
};

function fileOf(
  resource: ResourceOf<"Template">,
  collection: Collection,
  out: string,
  input: ViewInput,
): ViewFile {
  const { name, template: text } = collection;
  const render = async (
    to: Omit<Computation, "hostPath">,
    exported: Value,
  ): Promise<string> => {
    const compiled = compiledOf(resource, collection);
    const schema = schemaOf(await columnsOf(input, to));
    const args = [...input.captures];
    return compiled.render(
      new Map([["args", args], ["schema", schema], ["export", exported]]),
    );
  };
  return {
    path: `${name}/${out}`,
    collection: name,
    format: "text",
    inputs: [input],
    recipe: { version: TEMPLATE_VERSION, template: text },
    write: async (to) => {
      const text = await render(to, NOTHING_EXPORTED);
      await to.files.writeNew(to.hostPath, encodeUtf8(text));
    },
    page: async (to, exported: ExportedFiles) =>
      await render(to, valueOf(exported)),
  };
}

function compiledOf(
  resource: ResourceOf<"Template">,
  { name, template }: Collection,
): Template {
  if (template !== undefined) {
    return compileTemplate(template, `${labelOf(resource)}/${name}`);
  }
  throw new PondError(
    "INVALID_ARGUMENT",
    `Cannot read ${
      labelOf(resource)
    }: the text of its template_file was not put into it`,
    { hint: "apply its file again: pond apply -f FILE" },
  );
}

/** The columns of an input; its rows aren't read. */
async function columnsOf(
  { path }: ViewInput,
  { signal, source, tables }: Omit<Computation, "hostPath">,
): Promise<readonly Column[]> {
  const sql = `FROM ${quoteName(patternOf(path))}`;
  return await tables.columns(source, sql, { signal });
}

/**
 * What is in `schema`. The last three parts of a column's name are the name, the
 * unit and the aggregate: what is in front, as wildcards of a reduction may be, is
 * the instrument.
 */
function schemaOf(columns: readonly Column[]): Value {
  const fields = columns.flatMap(({ name: column }) => {
    const parts = column.split(".");
    const [name = "", unit = "", agg = ""] = parts.slice(-3);
    const instrument = parts.slice(0, -3).join(".");
    return parts.length < 4 ? [] : { instrument, name, unit, agg };
  });
  return valueOf({
    fields,
    columns: columns.map(({ name, type }) => ({ name, type })),
  });
}

function sameText(
  { name, out_pattern }: Collection,
  out: string,
  a: ViewInput,
  b: ViewInput,
): PondError {
  return new PondError(
    "ALREADY_EXISTS",
    `Cannot list the collection ${name}: ${a.path} and ${b.path} both become ${out}`,
    {
      path: b.path,
      hint: `name more wildcards in ${out_pattern}: $0 is the first one`,
    },
  );
}
