import { assertEquals, assertThrows } from "@std/assert";
import { queryParams } from "../../src/cli/query_options.ts";
import { PondError } from "../../src/errors.ts";

Deno.test("queryParams() refuses a number that has no value, unless it is text", () => {
  for (const text of ["1e400", "-1.5e999"]) {
    const error = assertThrows(() => queryParams([`x=${text}`]), PondError);
    assertEquals(error.code, "INVALID_ARGUMENT");
    assertEquals(queryParams([`x="${text}"`]), { x: text });
  }
  assertEquals(queryParams(["x=1e300"]), { x: 1e300 });
});
