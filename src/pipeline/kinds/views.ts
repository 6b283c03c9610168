/**
 * Kinds that compute files of the pond from others: `Derive`, `Combine`,
 * `Reduce`, `Template`.
 *
 * @module
 */
import {
  fields,
  type KindSchema,
  listOf,
  pathName,
  pondPattern,
  text,
} from "./common.ts";

/** The fields of a `Derive` resource. */
export interface DeriveSpec {
  /** Directories of computed files. */
  readonly collections: readonly {
    /** Files of the pond. */
    readonly pattern: string;
    /** The directory. */
    readonly name: string;
    /** DuckDB's SQL, in which `$1` is the file. */
    readonly query: string;
  }[];
}

/** The fields of a `Combine` resource. */
export interface CombineSpec {
  /** Tables of joined series. */
  readonly scopes: readonly {
    /** The directory: `/Combine/<resource>/<name>/combine`. */
    readonly name: string;
    /** What is joined, on time. */
    readonly series: readonly { readonly pattern: string }[];
    /** The columns that stay; all when left out. */
    readonly columns?: readonly string[];
  }[];
}

/** What is made of a column in a bucket. */
export type Aggregate = "avg" | "min" | "max" | "sum" | "count";

/** The fields of a `Reduce` resource. */
export interface ReduceSpec {
  /** Directories of series in buckets of time. */
  readonly collections: readonly {
    /** The directory. */
    readonly name: string;
    /** Lengths of the buckets, such as `1h`. */
    readonly resolutions: readonly string[];
    /** What is reduced. */
    readonly datasets: readonly {
      /** Series of the pond. */
      readonly in_pattern: string;
      /** What they become, with `$0` for the first wildcard. */
      readonly out_pattern: string;
      /** Patterns of columns; all when left out. */
      readonly columns?: readonly string[];
      /**
       * What is made of which columns, by the first entry that is for one; of
       * others, the average, the minimum and the maximum.
       */
      readonly aggregates?: readonly {
        /** Patterns of columns; all when left out. */
        readonly columns?: readonly string[];
        /** What is made of them. */
        readonly use: readonly Aggregate[];
      }[];
    }[];
  }[];
}

/** The fields of a `Template` resource. */
export interface TemplateSpec {
  /** Directories of texts. */
  readonly collections: readonly {
    /** The directory. */
    readonly name: string;
    /** Series of the pond. */
    readonly in_pattern: string;
    /** What the texts are called, with `$0` for the first wildcard. */
    readonly out_pattern: string;
    /** The template, or the file that it was in. */
    readonly template?: string;
    /** A file of the host, beside the resource. */
    readonly template_file?: string;
  }[];
}

/** `Derive` */
export const DERIVE: KindSchema = {
  summary: "makes files by SQL over other files",
  spec: fields({
    collections: listOf(
      fields({
        pattern: pondPattern("Files of the pond, each of which makes one"),
        name: pathName("The directory: /Derive/<resource>/<name>"),
        query: text("DuckDB's SQL, in which $1 is the file"),
      }, ["pattern", "name", "query"]),
      "Directories of computed files",
    ),
  }, ["collections"]),
  isView: true,
  isSupported: true,
};

/** `Combine` */
export const COMBINE: KindSchema = {
  summary: "joins series on time",
  spec: fields({
    scopes: listOf(
      fields({
        name: pathName("The directory: /Combine/<resource>/<name>/combine"),
        series: listOf(
          fields({ pattern: pondPattern("Series of the pond") }, ["pattern"]),
          "What is joined",
        ),
        columns: listOf(text("A column"), "The columns that stay"),
      }, ["name", "series"]),
      "Tables of joined series",
    ),
  }, ["scopes"]),
  isView: true,
  isSupported: true,
};

/** `Reduce` */
export const REDUCE: KindSchema = {
  summary: "reduces series to buckets of time",
  spec: fields({
    collections: listOf(
      fields({
        name: pathName("The directory: /Reduce/<resource>/<name>"),
        resolutions: listOf({
          type: "string",
          pattern: "^[1-9]\\d{0,5}(s|m|h|d)$",
          patternErrorMessage:
            "must be a number of s, m, h or d, such as 15m or 1h",
        }, "Lengths of the buckets, such as 1h"),
        datasets: listOf(
          fields({
            in_pattern: pondPattern("Series of the pond"),
            out_pattern: text("What they become: $0 is the first wildcard"),
            columns: listOf(
              text("A pattern of columns"),
              "Columns; all if not",
            ),
            aggregates: listOf(
              fields({
                columns: listOf(
                  text("A pattern of columns"),
                  "Columns; all if not",
                ),
                use: listOf({
                  type: "string",
                  enum: ["avg", "min", "max", "sum", "count"],
                }, "What is made of them"),
              }, ["use"]),
              "What is made of which columns; avg, min and max if not",
            ),
          }, ["in_pattern", "out_pattern"]),
          "What is reduced",
        ),
      }, ["name", "resolutions", "datasets"]),
      "Directories of reduced series",
    ),
  }, ["collections"]),
  isView: true,
  isSupported: true,
};

/** `Template` */
export const TEMPLATE: KindSchema = {
  summary: "makes texts from the columns of series",
  spec: fields({
    collections: listOf(
      {
        ...fields({
          name: pathName("The directory: /Template/<resource>/<name>"),
          in_pattern: pondPattern("Series of the pond"),
          out_pattern: text("What the texts are called: $0.md"),
          template: text("The template"),
          template_file: text("A file with the template, beside this one"),
        }, ["name", "in_pattern", "out_pattern"]),
        oneOf: [{ required: ["template"] }, { required: ["template_file"] }],
      },
      "Directories of texts",
    ),
  }, ["collections"]),
  verbatim: ["template"],
  isView: true,
  isSupported: true,
};
