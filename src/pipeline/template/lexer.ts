/**
 * The pieces of a template: text, and what is between `{{ }}` and `{% %}`.
 *
 * `-` beside a delimiter takes the white space on its side away.
 *
 * @module
 */

/** A place in a template: characters from its beginning. */
export type Offset = number;

/** What is wrong with a template, and where. */
export class TemplateFault extends Error {
  /** The name of the class. */
  override readonly name: string = "TemplateFault";
  /** Where. */
  readonly offset: Offset;

  constructor(message: string, offset: Offset) {
    super(message);
    this.offset = offset;
  }
}

/** A piece of a template. */
export type Token =
  /** What is written as it is. */
  | { readonly type: "text"; readonly text: string; readonly offset: Offset }
  /** The beginning or end of an expression or a tag; `text` is without `-`. */
  | {
    readonly type: "delimiter";
    readonly text: string;
    readonly offset: Offset;
  }
  | { readonly type: "name"; readonly text: string; readonly offset: Offset }
  | { readonly type: "string"; readonly text: string; readonly offset: Offset }
  | { readonly type: "number"; readonly text: string; readonly offset: Offset }
  | {
    readonly type: "operator";
    readonly text: string;
    readonly offset: Offset;
  }
  | { readonly type: "end"; readonly text: ""; readonly offset: Offset };

const OPEN = /\{\{-?|\{%-?|\{#-?/g;
const RAW = /\s*raw\s*(-?)%\}/y;
const END_RAW = /\{%(-?)\s*endraw\s*(-?)%\}/g;
const SPACE = /\s*/y;
const NAME = /[A-Za-z_]\w*/y;
const NUMBER = /\d+(?:\.\d+)?/y;
const INDEX = /\d+/y;
const STRING = /"[^"]*"|'[^']*'|`[^`]*`/y;
const OPERATOR = /==|!=|<=|>=|[<>+*/%~|.,()[\]=-]/y;

/**
 * Divides a template into its pieces.
 *
 * @throws {TemplateFault} For what begins and doesn't end, and for characters that
 *   mean nothing.
 */
export function tokensOf(template: string): readonly Token[] {
  return new Lexer(template).tokens();
}

class Lexer {
  readonly #source: string;
  readonly #tokens: Token[] = [];
  #at = 0;
  /** Whether the text that follows begins without its white space. */
  #trims = false;

  constructor(source: string) {
    this.#source = source;
  }

  tokens(): readonly Token[] {
    while (this.#at < this.#source.length) {
      OPEN.lastIndex = this.#at;
      const open = OPEN.exec(this.#source);
      const end = open?.index ?? this.#source.length;
      this.#text(end, open?.[0].endsWith("-") === true);
      if (open === null) break;
      this.#at = end + open[0].length;
      if (open[0].startsWith("{#")) this.#comment(end);
      else if (open[0].startsWith("{%") && this.#raw(end)) continue;
      else this.#inside(open[0].slice(0, 2), end);
    }
    const offset = this.#source.length;
    this.#tokens.push({ type: "end", text: "", offset });
    return this.#tokens;
  }

  /** Takes the text up to a place. */
  #text(end: Offset, trimsEnd: boolean): void {
    const offset = this.#at;
    let text = this.#source.slice(offset, end);
    if (this.#trims) text = text.trimStart();
    if (trimsEnd) text = text.trimEnd();
    this.#trims = false;
    this.#at = end;
    if (text !== "") this.#tokens.push({ type: "text", text, offset });
  }

  #comment(start: Offset): void {
    const end = this.#source.indexOf("#}", this.#at);
    if (end < 0) throw new TemplateFault("{# without #}", start);
    this.#trims = end > this.#at && this.#source[end - 1] === "-";
    this.#at = end + 2;
  }

  /** Takes `{% raw %}` and what is in it, if that is what begins here. */
  #raw(start: Offset): boolean {
    const raw = this.#match(RAW);
    if (raw === undefined) return false;
    this.#trims = raw.endsWith("-%}");
    END_RAW.lastIndex = this.#at;
    const end = END_RAW.exec(this.#source);
    if (end === null) {
      throw new TemplateFault("{% raw %} without {% endraw %}", start);
    }
    this.#text(end.index, end[1] === "-");
    this.#at = end.index + end[0].length;
    this.#trims = end[2] === "-";
    return true;
  }

  /** Takes the pieces up to `}}` or `%}`. */
  #inside(open: string, start: Offset): void {
    const close = open === "{{" ? "}}" : "%}";
    this.#tokens.push({ type: "delimiter", text: open, offset: start });
    for (;;) {
      this.#match(SPACE);
      const offset = this.#at;
      if (offset >= this.#source.length) {
        throw new TemplateFault(`${open} without ${close}`, start);
      }
      const trims = this.#source.startsWith(`-${close}`, offset);
      if (trims || this.#source.startsWith(close, offset)) {
        this.#at += close.length + (trims ? 1 : 0);
        this.#trims = trims;
        this.#tokens.push({ type: "delimiter", text: close, offset });
        return;
      }
      this.#tokens.push(this.#piece(offset));
    }
  }

  #piece(offset: Offset): Token {
    const name = this.#match(NAME);
    if (name !== undefined) return { type: "name", text: name, offset };
    // After a dot a number is a place in a list: `a.0.1` has two.
    const before = this.#tokens.at(-1);
    const isIndex = before?.type === "operator" && before.text === ".";
    const number = this.#match(isIndex ? INDEX : NUMBER);
    if (number !== undefined) return { type: "number", text: number, offset };
    const string = this.#match(STRING);
    if (string !== undefined) {
      return { type: "string", text: string.slice(1, -1), offset };
    }
    const operator = this.#match(OPERATOR);
    if (operator !== undefined) {
      return { type: "operator", text: operator, offset };
    }
    const [character = ""] = this.#source.slice(offset, offset + 2);
    throw new TemplateFault(
      /["'`]/.test(character)
        ? `a text begins with ${character} and doesn't end`
        : `${JSON.stringify(character)} means nothing here`,
      offset,
    );
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }
}
