/** Both stores of files keep what `src/host/host.ts` promises. */
import { DenoFiles } from "../../src/host/deno_files.ts";
import { SeededRandom, SimDisk } from "../../src/host/memory.ts";
import { fileStoreContract } from "../contract/file_store_contract.ts";
import { tempDirectory } from "../support/temp_directory.ts";

fileStoreContract("DenoFiles", async () => {
  const temp = await tempDirectory();
  return {
    files: new DenoFiles(),
    directory: temp.path,
    [Symbol.asyncDispose]: () => temp[Symbol.asyncDispose](),
  };
});

fileStoreContract("SimDisk", async () => {
  const random = new SeededRandom(1);
  const files = new SimDisk(() => random.fraction());
  await files.makeDirectory("/scratch");
  return {
    files,
    directory: "/scratch",
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
});
