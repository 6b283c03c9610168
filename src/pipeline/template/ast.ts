/**
 * What a template says, as a tree.
 *
 * @module
 */
import type { Offset } from "./lexer.ts";
import type { Value } from "./value.ts";

/** Named arguments, as all functions and filters take them. */
export type Arguments = readonly (readonly [name: string, value: Expression])[];

/** A function or a filter, with its arguments. */
export interface Call {
  readonly name: string;
  readonly args: Arguments;
  readonly offset: Offset;
}

/** Operators with two sides. */
export type Operator =
  | "and"
  | "or"
  | "in"
  | "=="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "~"
  | "+"
  | "-"
  | "*"
  | "/"
  | "%";

/** What has a value. */
export type Expression =
  | { readonly type: "literal"; readonly value: Value; readonly offset: Offset }
  | {
    readonly type: "list";
    readonly elements: readonly Expression[];
    readonly offset: Offset;
  }
  | {
    readonly type: "variable";
    readonly name: string;
    readonly offset: Offset;
  }
  | {
    readonly type: "member";
    readonly of: Expression;
    readonly key: Expression;
    readonly offset: Offset;
  }
  | ({ readonly type: "call" } & Call)
  | {
    readonly type: "filter";
    readonly of: Expression;
    readonly filter: Call;
    readonly offset: Offset;
  }
  | {
    readonly type: "test";
    readonly of: Expression;
    readonly name: string;
    readonly args: readonly Expression[];
    readonly offset: Offset;
  }
  | { readonly type: "not"; readonly of: Expression; readonly offset: Offset }
  | {
    readonly type: "binary";
    readonly operator: Operator;
    readonly left: Expression;
    readonly right: Expression;
    readonly offset: Offset;
  };

/** What is written, or decides what is. */
export type Statement =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "output"; readonly value: Expression }
  | {
    readonly type: "if";
    readonly branches: readonly {
      readonly condition: Expression;
      readonly body: Body;
    }[];
    readonly otherwise: Body;
  }
  | {
    readonly type: "for";
    /** The name of an element; or those of a member's name and value. */
    readonly names: readonly [string] | readonly [string, string];
    readonly of: Expression;
    readonly body: Body;
    /** What is written when there is nothing. */
    readonly otherwise: Body;
  }
  | {
    readonly type: "set";
    readonly name: string;
    readonly value: Expression;
    /** Whether it goes on after the loop that it is in. */
    readonly isGlobal: boolean;
  }
  | { readonly type: "filtered"; readonly filter: Call; readonly body: Body }
  | { readonly type: "break" }
  | { readonly type: "continue" };

/** Statements after each other. */
export type Body = readonly Statement[];
