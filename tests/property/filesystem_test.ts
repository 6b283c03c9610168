/** Every kind of filesystem agrees with the reference. */
import { assertEquals } from "@std/assert";
import { denoHost } from "../../src/host/mod.ts";
import type { Host } from "../../src/host/host.ts";
import { memoryHost } from "../../src/host/memory.ts";
import { FS, type WorkingDir } from "../../src/tinyfs/mod.ts";
import { type InitOptions, TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { filesystemModel, type Subject } from "./filesystem_model.ts";

filesystemModel("FS in memory", () => {
  const { root } = new FS();
  return Promise.resolve({
    root,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
}, { histories: 6000, links: true });

/** A pond that is committed, closed and opened again. */
class PondSubject implements Subject {
  readonly #host: Host;
  readonly #path: string;
  #fs: TinyLogFS;

  private constructor(host: Host, path: string, fs: TinyLogFS) {
    this.#host = host;
    this.#path = path;
    this.#fs = fs;
  }

  static async make(
    host: Host,
    path: string,
    options: InitOptions = {},
  ): Promise<PondSubject> {
    const fs = await TinyLogFS.initEmpty(host, path, options);
    return new PondSubject(host, path, fs);
  }

  get root(): WorkingDir {
    return this.#fs.workingDirectory();
  }

  async reopen(): Promise<void> {
    await this.#fs.commit();
    await this.#fs.close();
    this.#fs = await TinyLogFS.open(this.#host, this.#path);
  }

  /** Whatever was done, a check of the pond finds nothing. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#fs.close();
    const { findings } = await TinyLogFS.check(this.#host, this.#path);
    assertEquals(findings, []);
  }
}

for (const layout of ["clustered", "hive"] as const) {
  filesystemModel(
    `a pond on the simulated disk (${layout})`,
    () => PondSubject.make(memoryHost(), "/pond", { layout }),
    { histories: 60, large: true },
  );
}

filesystemModel("a pond on the disk", async () => {
  const temp = await tempDirectory();
  const pond = await PondSubject.make(denoHost(), temp.join("pond"));
  return {
    get root() {
      return pond.root;
    },
    reopen: () => pond.reopen(),
    [Symbol.asyncDispose]: async () => {
      await pond[Symbol.asyncDispose]();
      await temp[Symbol.asyncDispose]();
    },
  };
}, { histories: 20, large: true });
