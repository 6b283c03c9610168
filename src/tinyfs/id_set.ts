/**
 * Sets of identities of nodes, in little memory.
 *
 * An identity of 32 hexadecimal digits is four words of 32 bits; a text of that
 * length takes four times as much, and a `Set` of them six times. What is in
 * several sets is there once, with a bit for each of them. Other identities are
 * in a `Map`.
 *
 * The words lie in one of many tables, at the first free place from their hash
 * on. A table grows by a half when it is four fifths full, and each of them at
 * another time: so never more than a small part is there twice.
 *
 * @see Knuth, The Art of Computer Programming, volume 3, section 6.4:
 * open addressing with linear probing.
 * @module
 */

/** So many sets share their identities. */
export const SETS = 8;

const WORDS = 4;
const TABLES = 64;
const FIRST_PLACES = 8;
const WORD_DIGITS = 8;

/** An identity. */
type Words = readonly [a: number, b: number, c: number, d: number];

/** Sets of texts, made for identities of nodes. */
export class IdSets {
  readonly #tables: (Table | undefined)[] = new Array(TABLES).fill(undefined);
  readonly #others = new Map<string, number>();

  /**
   * Adds an identity to a set.
   *
   * @param set From 0, below {@linkcode SETS}.
   * @returns Whether it was not in this set.
   */
  add(id: string, set: number): boolean {
    const bit = 1 << set;
    const words = wordsOf(id);
    if (words === undefined) {
      const before = this.#others.get(id) ?? 0;
      this.#others.set(id, before | bit);
      return (before & bit) === 0;
    }
    const hash = hashOf(words);
    const table = this.#tables[hash % TABLES] ??= new Table();
    return table.add(words, Math.floor(hash / TABLES), bit);
  }
}

/** Some of the identities. */
class Table {
  #words = new Uint32Array(FIRST_PLACES * WORDS);
  /** The sets that have what is at a place, a bit each; 0: it is free. */
  #members = new Uint8Array(FIRST_PLACES);
  #count = 0;

  /** Puts words at their place, if they are not there, and adds the bits. */
  add(words: Words, hash: number, bits: number): boolean {
    if (5 * (this.#count + 1) > 4 * this.#members.length) this.#grow();
    const [a, b, c, d] = words;
    const [table, sets] = [this.#words, this.#members];
    for (let place = hash % sets.length;; place = (place + 1) % sets.length) {
      const at = place * WORDS;
      const members = sets[place] ?? 0;
      if (members === 0) {
        table[at] = a;
        table[at + 1] = b;
        table[at + 2] = c;
        table[at + 3] = d;
        sets[place] = bits;
        this.#count++;
        return true;
      }
      const isSame = table[at] === a && table[at + 1] === b &&
        table[at + 2] === c && table[at + 3] === d;
      if (!isSame) continue;
      sets[place] = members | bits;
      return (members & bits) === 0;
    }
  }

  #grow(): void {
    const [table, sets] = [this.#words, this.#members];
    const places = Math.floor(sets.length * 1.5);
    this.#words = new Uint32Array(places * WORDS);
    this.#members = new Uint8Array(places);
    this.#count = 0;
    for (let place = 0; place < sets.length; place++) {
      const bits = sets[place] ?? 0;
      if (bits === 0) continue;
      const [a = 0, b = 0, c = 0, d = 0] = table.subarray(place * WORDS);
      const words: Words = [a, b, c, d];
      this.add(words, Math.floor(hashOf(words) / TABLES), bits);
    }
  }
}

/** They are random numbers, in a pond. */
function hashOf([a, b, c, d]: Words): number {
  return (a ^ b ^ c ^ d) >>> 0;
}

/** The words of 32 hexadecimal digits, and of nothing else. */
function wordsOf(id: string): Words | undefined {
  if (id.length !== WORDS * WORD_DIGITS) return undefined;
  const a = wordAt(id, 0);
  const b = wordAt(id, 1);
  const c = wordAt(id, 2);
  const d = wordAt(id, 3);
  const isHex = a !== undefined && b !== undefined && c !== undefined &&
    d !== undefined;
  return isHex ? [a, b, c, d] : undefined;
}

function wordAt(id: string, word: number): number | undefined {
  let value = 0;
  for (let at = word * WORD_DIGITS; at < (word + 1) * WORD_DIGITS; at++) {
    const code = id.charCodeAt(at);
    const isDigit = code >= 0x30 && code <= 0x39;
    if (!isDigit && (code < 0x61 || code > 0x66)) return undefined;
    value = value << 4 | (isDigit ? code - 0x30 : code - 0x57);
  }
  return value >>> 0;
}
