/**
 * JSON of a backup, whose members are checked when they are asked for.
 *
 * @module
 */
import { IntegrityError } from "../errors.ts";
import { isRecord } from "../tinylogfs/attributes.ts";

/** A JSON object, of which nothing is known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Reads values, and refuses what they can't be. */
export class JsonReader {
  readonly #source: string;

  /** @param source What is read, for errors. */
  constructor(source: string) {
    this.#source = source;
  }

  /** A whole number of at least 0. */
  count(value: unknown, what: string): number {
    if (
      typeof value === "number" && Number.isSafeInteger(value) && value >= 0
    ) {
      return value;
    }
    return this.refuse(what, value);
  }

  /** A text. */
  text(value: unknown, what: string): string {
    return typeof value === "string" ? value : this.refuse(what, value);
  }

  /** Hexadecimal digits. */
  hex(value: unknown, digits: 32 | 64, what: string): string {
    const isHex = typeof value === "string" && value.length === digits &&
      /^[0-9a-f]+$/.test(value);
    return isHex ? value : this.refuse(what, value);
  }

  /** An array. */
  list(value: unknown, what: string): readonly unknown[] {
    return Array.isArray(value) ? value : this.refuse(what, value);
  }

  /** An object. */
  object(value: unknown, what: string): JsonObject {
    return isRecord(value) ? value : this.refuse(what, value);
  }

  /** A value, or nothing where there is `null`. */
  optional<T>(value: unknown, read: (value: unknown) => T): T | undefined {
    return value === null || value === undefined ? undefined : read(value);
  }

  /** @throws {IntegrityError} */
  refuse(what: string, value: unknown): never {
    const text = JSON.stringify(value) ?? "missing";
    throw new IntegrityError(
      this.#source,
      `its ${what} is ${text.slice(0, 80)}`,
    );
  }
}
