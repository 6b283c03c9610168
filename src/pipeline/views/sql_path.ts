/**
 * `$1` in the SQL of a view: the path of a file, wherever it stands.
 *
 * In a text (`read_csv('$1')`, `FROM '$1'`) or a quoted name it is a part of
 * that, and quoted as that is; elsewhere it is a text. In comments, and in texts
 * between dollar signs, it is what it is.
 *
 * @module
 */
import { quoteText } from "../../query/paths.ts";

/** Pieces of SQL in which quotes and `$1` mean something else, or something. */
const PIECES =
  /--[^\n]*|\/\*[^]*?\*\/|\$([A-Za-z_]\w*)?\$[^]*?\$\1\$|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$1(?!\d)/g;

/** `$1`, and no `$10`. */
const PLACE = /\$1(?!\d)/g;

/** A pattern that only matches a path, whatever characters that has. */
export function patternOf(path: string): string {
  return path.replace(/[*?[\]{}\\]/g, (character) => `\\${character}`);
}

/** Puts a path into SQL, where it says `$1`. */
export function withPath(sql: string, path: string): string {
  return sql.replace(PIECES, (piece) => {
    if (piece === "$1") return quoteText(path);
    const quote = piece[0];
    if (quote !== "'" && quote !== '"') return piece;
    return piece.replace(PLACE, () => path.replaceAll(quote, quote + quote));
  });
}

/** Whether SQL may name files beside `$1`: what is quoted has a slash or dot. */
export function namesOthers(sql: string): boolean {
  for (const [piece] of sql.matchAll(PIECES)) {
    if (/^["']/.test(piece) && /[/.]/.test(piece)) return true;
  }
  return false;
}
