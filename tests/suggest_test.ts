import { assertEquals } from "@std/assert";
import { didYouMean, nearest } from "../src/suggest.ts";

Deno.test("nearest() finds at most three names, the nearest first", () => {
  assertEquals(nearest("stauts", ["status", "ls", "start"]), [
    "status",
    "start",
  ]);
  assertEquals(nearest("ab", ["aa", "ac", "ad", "ae"]), ["aa", "ac", "ad"]);
  assertEquals(nearest("hist", ["history"]), ["history"]);
  assertEquals(nearest("xyz", ["status", "ls"]), []);
  assertEquals(nearest("a", ["A", "b", "-", "ab"]), ["A", "ab"]);
});

Deno.test("didYouMean() asks only when there is something to ask", () => {
  assertEquals(didYouMean([]), undefined);
  assertEquals(didYouMean(["a", "b"]), "did you mean a or b?");
});
