/**
 * A set of identities of nodes, in little memory.
 *
 * An identity of 32 hexadecimal digits is four words of 32 bits; a text of that
 * length takes four times as much, and a `Set` of them six times. The words lie
 * in one array, at the first free place from their hash on, so that half of the
 * places are free. Other identities are in a `Set`.
 *
 * @see Knuth, The Art of Computer Programming, volume 3, section 6.4:
 * open addressing with linear probing.
 * @module
 */

const WORDS = 4;
const FIRST_PLACES = 16;
const HEX = /^[0-9a-f]{32}$/;

/** A set of texts, made for identities of nodes. */
export class IdSet {
  /** A power of two of places, with four words each. */
  #words = new Uint32Array(FIRST_PLACES * WORDS);
  #isTaken = new Uint8Array(FIRST_PLACES);
  #count = 0;
  readonly #others = new Set<string>();

  /** How many identities are in it. */
  get size(): number {
    return this.#count + this.#others.size;
  }

  /**
   * Adds an identity.
   *
   * @returns Whether it was not there.
   */
  add(id: string): boolean {
    if (!HEX.test(id)) {
      const { size } = this.#others;
      return this.#others.add(id).size > size;
    }
    if (2 * (this.#count + 1) > this.#isTaken.length) this.#grow();
    return this.#put(
      wordOf(id, 0),
      wordOf(id, 8),
      wordOf(id, 16),
      wordOf(id, 24),
    );
  }

  /** Puts four words at their place, if they are not there. */
  #put(a: number, b: number, c: number, d: number): boolean {
    const mask = this.#isTaken.length - 1;
    const words = this.#words;
    for (let place = (a ^ b ^ c ^ d) & mask;; place = (place + 1) & mask) {
      const at = place * WORDS;
      if (this.#isTaken[place] === 0) {
        words[at] = a;
        words[at + 1] = b;
        words[at + 2] = c;
        words[at + 3] = d;
        this.#isTaken[place] = 1;
        this.#count++;
        return true;
      }
      const isSame = words[at] === a && words[at + 1] === b &&
        words[at + 2] === c && words[at + 3] === d;
      if (isSame) return false;
    }
  }

  #grow(): void {
    const [words, isTaken] = [this.#words, this.#isTaken];
    this.#words = new Uint32Array(words.length * 2);
    this.#isTaken = new Uint8Array(isTaken.length * 2);
    this.#count = 0;
    for (let place = 0; place < isTaken.length; place++) {
      if (isTaken[place] !== 1) continue;
      const [a = 0, b = 0, c = 0, d = 0] = words.subarray(place * WORDS);
      this.#put(a, b, c, d);
    }
  }
}

function wordOf(id: string, at: number): number {
  return parseInt(id.slice(at, at + 8), 16);
}
