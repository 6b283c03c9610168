/**
 * Loaded before each file of the gate: property tests begin where they began
 * the last time, so that a change is judged by what it changes.
 *
 * `POND_TEST_SEED` is another beginning: a number, or `random`. The tests in
 * `tests/long` begin elsewhere each time.
 *
 * @module
 */
import fc from "fast-check";

const chosen = Deno.env.get("POND_TEST_SEED") ?? "20261127";
if (chosen !== "random") {
  const seed = Number(chosen);
  if (!Number.isSafeInteger(seed)) {
    throw new TypeError(`POND_TEST_SEED is no whole number: ${chosen}`);
  }
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });
}
