/**
 * What the row of a merge says: how far each line of history was taken in.
 *
 * @module
 */

/** How far a line of history was taken in. */
export interface TakenIn {
  /** Its newest version that was. */
  readonly version: number;
  /**
   * Nodes that were kept out, and are not settled: with the states that they
   * are compared with until they are, versions by lines.
   */
  readonly open?: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** What the row of a merge says of it. */
export interface MergeMark {
  /** The line that was merged. */
  readonly line: string;
  /** What it was called. */
  readonly name: string;
  /** Every line that is taken in, by its identity: this one, and those in it. */
  readonly taken: Readonly<Record<string, TakenIn>>;
}
