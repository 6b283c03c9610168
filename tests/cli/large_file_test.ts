import { carryLargeFile } from "../support/large_file.ts";

Deno.test({
  name:
    "a file of 300 MiB goes in and out of a pond, bytes equal, with under 250 MiB of memory",
  ignore: Deno.build.os !== "linux",
  fn: () => carryLargeFile(300),
});
