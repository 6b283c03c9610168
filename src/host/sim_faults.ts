/**
 * Counts the operations of a simulated disk, and says which of them fail.
 *
 * @module
 */
import type { PondErrorCode } from "../errors.ts";

/** Thrown by the operation at which a simulated process stops, and after it. */
export class SimStop extends Error {
  override readonly name = "SimStop";
}

/** A fault to inject. */
export interface SimFault {
  /** The number of the operation, from 1, counted from now. */
  readonly at: number;
  /** `stop` ends the process there; a code fails the operation. */
  readonly kind: "stop" | PondErrorCode;
  /** Whether the operations after it fail too; after a `stop` they always do. */
  readonly sticky?: boolean;
  /** Whether the operation is done all the same, as over a network it can be. */
  readonly answerLost?: boolean;
}

/** An operation that was done, or tried. */
export interface SimOperation {
  /** Such as `create`, `write`, `sync`. */
  readonly name: string;
  /** The path. */
  readonly path: string;
}

/** What a fault makes of an operation. */
export interface DueFault {
  /** How it fails. */
  readonly kind: SimFault["kind"];
  /** What of it is done before. */
  readonly effect: "none" | "partly" | "whole";
}

/** The operations of a disk, and the fault among them. */
export class SimFaults {
  readonly #operations: SimOperation[] = [];
  #fault: SimFault | undefined;
  #start = 0;

  /** The operations so far. */
  get operations(): readonly SimOperation[] {
    return this.#operations;
  }

  /** Sets the fault, counted from the next operation; `undefined`: none. */
  inject(fault: SimFault | undefined): void {
    this.#fault = fault;
    this.#start = this.#operations.length;
  }

  /**
   * Counts an operation.
   *
   * @returns The fault that it meets.
   */
  count(operation: SimOperation): DueFault | undefined {
    this.#operations.push(operation);
    if (this.#fault === undefined) return undefined;
    const { at, kind, sticky, answerLost } = this.#fault;
    const number = this.#operations.length - this.#start;
    const isOver = number > at;
    if (number < at || (isOver && kind !== "stop" && !sticky)) return undefined;
    // What has stopped does nothing any more.
    if (isOver && kind === "stop") return { kind, effect: "none" };
    return { kind, effect: answerLost ? "whole" : "partly" };
  }
}

/** A full or broken disk gives up the flush; who may not flush never began it. */
export function givesUpFlush(kind: SimFault["kind"]): boolean {
  return kind === "IO" || kind === "NO_SPACE";
}
