/**
 * `@std/assert` where JSR is out of reach: the functions that pond's tests
 * use, typed, over the npm package that republishes the stable modules as
 * JavaScript.
 *
 * @module
 */

// @ts-types="./std_assert.d.ts"
export { assertAlmostEquals } from "deno-std/assert/almost_equals.js";
// @ts-types="./std_assert.d.ts"
export { assertArrayIncludes } from "deno-std/assert/array_includes.js";
// @ts-types="./std_assert.d.ts"
export { assert } from "deno-std/assert/assert.js";
// @ts-types="./std_assert.d.ts"
export { AssertionError } from "deno-std/assert/assertion_error.js";
// @ts-types="./std_assert.d.ts"
export { assertEquals } from "deno-std/assert/equals.js";
// @ts-types="./std_assert.d.ts"
export { assertExists } from "deno-std/assert/exists.js";
// @ts-types="./std_assert.d.ts"
export { fail } from "deno-std/assert/fail.js";
// @ts-types="./std_assert.d.ts"
export { assertFalse } from "deno-std/assert/false.js";
// @ts-types="./std_assert.d.ts"
export { assertGreater } from "deno-std/assert/greater.js";
// @ts-types="./std_assert.d.ts"
export { assertGreaterOrEqual } from "deno-std/assert/greater_or_equal.js";
// @ts-types="./std_assert.d.ts"
export { assertInstanceOf } from "deno-std/assert/instance_of.js";
// @ts-types="./std_assert.d.ts"
export { assertLess } from "deno-std/assert/less.js";
// @ts-types="./std_assert.d.ts"
export { assertLessOrEqual } from "deno-std/assert/less_or_equal.js";
// @ts-types="./std_assert.d.ts"
export { assertMatch } from "deno-std/assert/match.js";
// @ts-types="./std_assert.d.ts"
export { assertNotEquals } from "deno-std/assert/not_equals.js";
// @ts-types="./std_assert.d.ts"
export { assertNotMatch } from "deno-std/assert/not_match.js";
// @ts-types="./std_assert.d.ts"
export { assertNotStrictEquals } from "deno-std/assert/not_strict_equals.js";
// @ts-types="./std_assert.d.ts"
export { assertObjectMatch } from "deno-std/assert/object_match.js";
// @ts-types="./std_assert.d.ts"
export { assertRejects } from "deno-std/assert/rejects.js";
// @ts-types="./std_assert.d.ts"
export { assertStrictEquals } from "deno-std/assert/strict_equals.js";
// @ts-types="./std_assert.d.ts"
export { assertStringIncludes } from "deno-std/assert/string_includes.js";
// @ts-types="./std_assert.d.ts"
export { assertThrows } from "deno-std/assert/throws.js";
// @ts-types="./std_assert.d.ts"
export { unreachable } from "deno-std/assert/unreachable.js";
