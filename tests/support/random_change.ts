/**
 * Random changes of a pond, for tests of any history.
 *
 * @module
 */
import type { SeededRandom } from "../../src/host/memory.ts";
import type { TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { treeOf } from "./tree.ts";

/** One random change; those that can't be made are passed over. */
export async function change(
  fs: TinyLogFS,
  random: SeededRandom,
): Promise<void> {
  const tree = Object.entries(await treeOf(fs));
  const pick = <T>(items: readonly T[]) =>
    items[Math.floor(random.fraction() * items.length)];
  const [path] = pick(tree) ?? [""];
  const directories = [
    "",
    ...tree.filter(([, what]) => what === "directory")
      .map(([path]) => path),
  ];
  const to = `${pick(directories)}/${pick(["a", "b", "c", "d"])}`;
  const work = pick([
    () => fs.writeFile(to, `${random.fraction()}`),
    () => fs.writeFile(to, `${random.fraction()}`),
    () => fs.createDirectory(to),
    () => fs.createDirectory(to),
    () => fs.createSymlink(to, "/a"),
    () => fs.rename(path, to),
    () => fs.rename(path, to),
    () => fs.delete(path, { recursive: true }),
    () => fs.setAttributes(path, { n: random.fraction() }),
    () => fs.copy(path, to, { recursive: true }),
  ]);
  try {
    await work?.();
  } catch (error) {
    if (!(error instanceof Error) || error.name === "InvariantError") {
      throw error;
    }
  }
}
