/**
 * Makes a tree of a template's pieces.
 *
 * From the loosest to the tightest: `or`, `and`, `not`, comparisons with `in` and
 * `is`, filters, `~`, `+ -`, `* / %`. A filter takes all of the arithmetic before
 * it: `1 + a | length` is `(1 + a) | length`, `a | length + 1` is one more.
 *
 * @module
 */
import { didYouMean, nearest } from "../../suggest.ts";
import type {
  Arguments,
  Body,
  Call,
  Expression,
  Operator,
  Statement,
} from "./ast.ts";
import { FILTER_NAMES } from "./filters.ts";
import { FUNCTION_NAMES } from "./functions.ts";
import { type Offset, TemplateFault, type Token, tokensOf } from "./lexer.ts";
import { TEST_NAMES } from "./tests.ts";

/** Characters of the longest template. */
const MAX_LENGTH = 2 ** 20;

/** Blocks and brackets may be in each other so deep. */
const MAX_DEPTH = 100;

/** An expression has at most so many operators, members and filters. */
const MAX_OPERATORS = 1000;

const KEYWORDS = new Set(["and", "or", "not", "in", "is"]);
const COMPARISONS = new Set(["==", "!=", "<", "<=", ">", ">="]);
const LEVELS: Readonly<Record<string, number>> = {
  "~": 0,
  "+": 1,
  "-": 1,
  "*": 2,
  "/": 2,
  "%": 2,
};
const LITERALS: Readonly<Record<string, boolean>> = {
  true: true,
  True: true,
  false: false,
  False: false,
};

/** What begins a statement. */
const TAGS = [
  "if",
  "for",
  "set",
  "set_global",
  "filter",
  "raw",
  "break",
  "continue",
];

/** What Tera has and a template of a pond can't: it is one text by itself. */
const OF_SEVERAL = new Set(["include", "import", "macro", "extends", "block"]);

/**
 * Reads a template.
 *
 * @throws {TemplateFault} For what can't be understood.
 */
export function parseTemplate(template: string): Body {
  if (template.length > MAX_LENGTH) {
    throw new TemplateFault(`it has more than ${MAX_LENGTH} characters`, 0);
  }
  return new Parser(tokensOf(template)).template();
}

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;
  #loops = 0;
  #operators = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  template(): Body {
    const body = this.#body([]);
    const { offset, type } = this.#token;
    if (type !== "end") {
      throw new TemplateFault(`${this.#tag()} closes nothing`, offset);
    }
    return body;
  }

  // Statements

  /** Statements up to a tag of one of these names, which isn't taken. */
  #body(ends: readonly string[]): Body {
    const statements: Statement[] = [];
    for (;;) {
      const token = this.#token;
      if (token.type === "text") {
        this.#next++;
        statements.push({ type: "text", text: token.text });
      } else if (token.text === "{{" && token.type === "delimiter") {
        this.#next++;
        const value = this.#whole();
        this.#take("delimiter", "}}");
        statements.push({ type: "output", value });
      } else if (token.type === "end" || this.#isEnd(ends)) return statements;
      else statements.push(this.#nested(token.offset, () => this.#statement()));
    }
  }

  /** Whether the next tag ends a block: one of these, or any that can't begin one. */
  #isEnd(ends: readonly string[]): boolean {
    const { text } = this.#tokens[this.#next + 1] ?? this.#token;
    return ends.includes(text) || /^(?:end[a-z]+|elif|else)$/.test(text);
  }

  #statement(): Statement {
    const { offset: start } = this.#take("delimiter", "{%");
    const { offset, text } = this.#take("name");
    switch (text) {
      case "if":
        return this.#if(start);
      case "for":
        return this.#for(start);
      case "set":
      case "set_global":
        return this.#set(text === "set_global");
      case "filter":
        return this.#filtered(start);
      case "break":
      case "continue":
        if (this.#loops === 0) {
          throw new TemplateFault(`${text} is in no loop`, offset);
        }
        this.#take("delimiter", "%}");
        return { type: text };
      default:
        throw new TemplateFault(
          OF_SEVERAL.has(text)
            ? `${text} takes other templates in, and there are none: write it out`
            : unknown("tag", text, TAGS),
          offset,
        );
    }
  }

  #if(offset: Offset): Statement {
    const branches: { readonly condition: Expression; readonly body: Body }[] =
      [];
    let end = "if";
    while (end === "if" || end === "elif") {
      const condition = this.#whole();
      this.#take("delimiter", "%}");
      branches.push({ condition, body: this.#body(["elif", "else", "endif"]) });
      end = this.#end("if", offset, ["elif", "else", "endif"]);
    }
    let otherwise: Body = [];
    if (end === "else") {
      this.#take("delimiter", "%}");
      otherwise = this.#body(["endif"]);
      this.#end("if", offset, ["endif"]);
    }
    this.#take("delimiter", "%}");
    return { type: "if", branches, otherwise };
  }

  #for(offset: Offset): Statement {
    const first = this.#variable();
    const second = this.#takeIf(",") ? this.#variable() : undefined;
    this.#take("name", "in");
    const of = this.#whole();
    this.#take("delimiter", "%}");
    this.#loops++;
    const body = this.#body(["else", "endfor"]);
    this.#loops--;
    let otherwise: Body = [];
    if (this.#end("for", offset, ["else", "endfor"]) === "else") {
      this.#take("delimiter", "%}");
      otherwise = this.#body(["endfor"]);
      this.#end("for", offset, ["endfor"]);
    }
    this.#take("delimiter", "%}");
    const names = second === undefined
      ? [first] as const
      : [first, second] as const;
    return { type: "for", names, of, body, otherwise };
  }

  #set(isGlobal: boolean): Statement {
    const name = this.#variable();
    this.#take("operator", "=");
    const value = this.#whole();
    this.#take("delimiter", "%}");
    return { type: "set", name, value, isGlobal };
  }

  #filtered(offset: Offset): Statement {
    const filter = this.#filter();
    this.#take("delimiter", "%}");
    const body = this.#body(["endfilter"]);
    this.#end("filter", offset, ["endfilter"]);
    this.#take("delimiter", "%}");
    return { type: "filtered", filter, body };
  }

  /** Takes the tag that goes on with a block, or ends it, up to its name. */
  #end(tag: string, start: Offset, ends: readonly string[]): string {
    const { offset, type } = this.#token;
    if (type === "end") {
      throw new TemplateFault(
        `{% ${tag} %} without {% ${ends.at(-1)} %}`,
        start,
      );
    }
    this.#take("delimiter", "{%");
    const { text } = this.#take("name");
    if (ends.includes(text)) return text;
    this.#next -= 2;
    throw new TemplateFault(
      `${this.#tag()} is inside of {% ${tag} %}, which needs {% ${
        ends.at(-1)
      } %} first`,
      offset,
    );
  }

  /** The tag that is next, for errors. */
  #tag(): string {
    return `{% ${this.#tokens[this.#next + 1]?.text ?? ""} %}`;
  }

  // Expressions

  /** The whole of what a statement evaluates. */
  #whole(): Expression {
    this.#operators = 0;
    return this.#expression();
  }

  #expression(): Expression {
    return this.#nested(this.#token.offset, () => this.#or());
  }

  #or(): Expression {
    let left = this.#and();
    while (this.#isName("or")) {
      left = this.#binary("or", left, () => this.#and());
    }
    return left;
  }

  #and(): Expression {
    let left = this.#not();
    while (this.#isName("and")) {
      left = this.#binary("and", left, () => this.#not());
    }
    return left;
  }

  #not(): Expression {
    if (!this.#isName("not")) return this.#comparison();
    const { offset } = this.#take("name");
    return { type: "not", of: this.#nested(offset, () => this.#not()), offset };
  }

  #comparison(): Expression {
    const left = this.#arithmetic(0);
    const { offset, text, type } = this.#token;
    if (type === "operator" && COMPARISONS.has(text)) {
      return this.#binary(text as Operator, left, () => this.#arithmetic(0));
    }
    if (this.#isName("is")) return this.#test(left);
    const isNot = this.#isName("not");
    if (isNot) this.#next++;
    else if (!this.#isName("in")) return left;
    if (!this.#isName("in")) throw this.#unexpected("in");
    const found = this.#binary("in", left, () => this.#arithmetic(0));
    return isNot ? { type: "not", of: found, offset } : found;
  }

  #test(of: Expression): Expression {
    this.#take("name", "is");
    const isNot = this.#isName("not");
    if (isNot) this.#next++;
    const { offset, text: name } = this.#take("name");
    if (!TEST_NAMES.includes(name)) {
      throw new TemplateFault(unknown("test", name, TEST_NAMES), offset);
    }
    const args = this.#takeIf("(") ? this.#list(")") : [];
    const test: Expression = { type: "test", of, name, args, offset };
    return isNot ? { type: "not", of: test, offset } : test;
  }

  /** Arithmetic of operators that are as tight as this, or tighter. */
  #arithmetic(level: number): Expression {
    let left = this.#operand();
    for (;;) {
      const { offset, text, type } = this.#token;
      const own = type === "operator" ? LEVELS[text] : undefined;
      if (own !== undefined && own >= level) {
        left = this.#binary(
          text as Operator,
          left,
          () => this.#arithmetic(own + 1),
        );
      } else if (level === 0 && this.#takeIf("|")) {
        this.#count(offset);
        left = { type: "filter", of: left, filter: this.#filter(), offset };
      } else return left;
    }
  }

  #binary(
    operator: Operator,
    left: Expression,
    right: () => Expression,
  ): Expression {
    const { offset } = this.#token;
    this.#count(offset);
    this.#next++;
    return { type: "binary", operator, left, right: right(), offset };
  }

  #operand(): Expression {
    const token = this.#token;
    let operand = this.#primary(token);
    for (;;) {
      this.#count(this.#token.offset);
      if (this.#takeIf(".")) {
        const key = this.#token;
        if (key.type !== "name" && key.type !== "number") {
          throw this.#unexpected("a name");
        }
        this.#next++;
        const value = key.type === "number" ? Number(key.text) : key.text;
        const literal = { type: "literal", value, offset: key.offset } as const;
        operand = {
          type: "member",
          of: operand,
          key: literal,
          offset: key.offset,
        };
      } else if (this.#takeIf("[")) {
        const key = this.#expression();
        this.#take("operator", "]");
        operand = { type: "member", of: operand, key, offset: key.offset };
      } else return operand;
    }
  }

  #primary(token: Token): Expression {
    const { offset, text, type } = token;
    this.#next++;
    if (type === "string") return { type: "literal", value: text, offset };
    if (type === "number") {
      return { type: "literal", value: Number(text), offset };
    }
    if (type === "operator" && text === "-" && this.#token.type === "number") {
      const value = -Number(this.#take("number").text);
      return { type: "literal", value, offset };
    }
    if (type === "operator" && text === "(") {
      const inner = this.#expression();
      this.#take("operator", ")");
      return inner;
    }
    if (type === "operator" && text === "[") {
      return { type: "list", elements: this.#list("]"), offset };
    }
    if (type === "name" && !KEYWORDS.has(text)) {
      const literal = Object.hasOwn(LITERALS, text)
        ? LITERALS[text]
        : undefined;
      if (literal !== undefined) {
        return { type: "literal", value: literal, offset };
      }
      if (!this.#takeIf("(")) return { type: "variable", name: text, offset };
      if (!FUNCTION_NAMES.includes(text)) {
        throw new TemplateFault(
          unknown("function", text, FUNCTION_NAMES),
          offset,
        );
      }
      return { type: "call", name: text, args: this.#arguments(), offset };
    }
    this.#next--;
    throw this.#unexpected("a value");
  }

  #filter(): Call {
    const { offset, text: name } = this.#take("name");
    if (!FILTER_NAMES.includes(name)) {
      throw new TemplateFault(unknown("filter", name, FILTER_NAMES), offset);
    }
    return { name, args: this.#takeIf("(") ? this.#arguments() : [], offset };
  }

  /** Named arguments, after `(`; any name, of `in` too. */
  #arguments(): Arguments {
    const args: [string, Expression][] = [];
    while (!this.#takeIf(")")) {
      const { offset, text } = this.#take("name");
      if (args.some(([name]) => name === text)) {
        throw new TemplateFault(`the argument ${text} is there twice`, offset);
      }
      this.#take("operator", "=");
      args.push([text, this.#expression()]);
      if (!this.#isOperator(")")) this.#take("operator", ",");
    }
    return args;
  }

  /** Expressions between commas, up to a bracket. */
  #list(close: string): readonly Expression[] {
    const elements: Expression[] = [];
    while (!this.#takeIf(close)) {
      elements.push(this.#expression());
      if (!this.#isOperator(close)) this.#take("operator", ",");
    }
    return elements;
  }

  /** The name of a variable that is set. */
  #variable(): string {
    const { offset, text } = this.#take("name");
    if (!KEYWORDS.has(text) && !Object.hasOwn(LITERALS, text)) return text;
    throw new TemplateFault(`${text} can't be a variable`, offset);
  }

  // Tokens

  get #token(): Token {
    const token = this.#tokens[Math.min(this.#next, this.#tokens.length - 1)];
    if (token === undefined) throw new TypeError("a template has an end");
    return token;
  }

  #isName(text: string): boolean {
    return this.#token.type === "name" && this.#token.text === text;
  }

  #isOperator(text: string): boolean {
    return this.#token.type === "operator" && this.#token.text === text;
  }

  #takeIf(operator: string): boolean {
    const isIt = this.#isOperator(operator);
    if (isIt) this.#next++;
    return isIt;
  }

  #take(type: Token["type"], text?: string): Token {
    const token = this.#token;
    if (token.type !== type || (text !== undefined && token.text !== text)) {
      throw this.#unexpected(text ?? `a ${type}`);
    }
    this.#next++;
    return token;
  }

  #unexpected(wanted: string): TemplateFault {
    const { offset, text, type } = this.#token;
    const found = type === "end"
      ? "the end of the template"
      : type === "string"
      ? "a text"
      : text;
    return new TemplateFault(`there must be ${wanted}, not ${found}`, offset);
  }

  /** Counts what makes an expression's tree deeper. */
  #count(offset: Offset): void {
    if (++this.#operators <= MAX_OPERATORS) return;
    throw new TemplateFault(
      "the expression is too long: set a variable",
      offset,
    );
  }

  /** Goes one level deeper, to a bound: the stack has an end, too. */
  #nested<T>(offset: Offset, parse: () => T): T {
    if (++this.#depth > MAX_DEPTH) throw tooDeep(offset);
    const parsed = parse();
    this.#depth--;
    return parsed;
  }
}

function unknown(what: string, name: string, names: readonly string[]): string {
  const hint = didYouMean(nearest(name, names)) ??
    `there are ${names.join(", ")}`;
  return `there is no ${what} ${name}: ${hint}`;
}

function tooDeep(offset: Offset): TemplateFault {
  return new TemplateFault(
    `more than ${MAX_DEPTH} levels are in each other`,
    offset,
  );
}
