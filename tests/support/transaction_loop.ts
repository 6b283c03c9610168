/**
 * A process that makes transactions, one after the other, and says of each what
 * became of it.
 *
 * ```text
 * deno run -A … tests/support/transaction_loop.ts POND NAME PLACE COUNT
 *
 * PLACE shared  each makes /d/NAME-i
 * PLACE own     each makes /d-NAME/NAME-i
 * PLACE same    each adds one to the number in /counter, and makes /d/NAME-i;
 *               it is tried once
 * made i        the transaction i was acknowledged
 * refused i     it was refused
 * ```
 *
 * @module
 */
import { decodeUtf8 } from "../../src/bytes.ts";
import { ConflictError } from "../../src/errors.ts";
import { denoHost } from "../../src/host/deno_host.ts";
import { type PondTransaction, TinyLogFS } from "../../src/tinylogfs/mod.ts";

const [pond = "", name = "", place = "", count = "0"] = Deno.args;

async function work(tx: PondTransaction, i: number): Promise<void> {
  const directory = place === "own" ? `/d-${name}` : "/d";
  await tx.writeFile(`${directory}/${name}-${i}`, `${name}-${i}`);
  if (place !== "same") return;
  const number = Number(decodeUtf8(await tx.readFile("/counter")));
  await tx.writeFile("/counter", `${number + 1}`);
}

async function say(line: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
}

// Whoever adds to a number that another has added to must be told; where all
// make files of their own, none may be refused, however long it takes.
const retries = place === "same" ? 0 : 10_000;
await using fs = await TinyLogFS.open(denoHost(), pond);
for (let i = 0; i < Number(count); i++) {
  try {
    await fs.transaction((tx) => work(tx, i), { retries });
    await say(`made ${i}`);
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    await say(`refused ${i}`);
  }
}
