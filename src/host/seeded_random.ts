/**
 * Random numbers that are the same for the same seed.
 *
 * @module
 */
import type { Random } from "./host.ts";

/** SplitMix32: small, and good enough for choices in tests. */
export class SeededRandom implements Random {
  #state: number;

  /** @param seed Any integer. */
  constructor(seed: number) {
    this.#state = seed | 0;
  }

  fraction(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    let z = this.#state ^ (this.#state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
  }

  uuidHex(): string {
    let hex = "";
    for (let i = 0; i < 32; i++) {
      hex += Math.floor(this.fraction() * 16).toString(16);
    }
    return `${hex.slice(0, 12)}4${hex.slice(13, 16)}a${hex.slice(17)}`;
  }
}
