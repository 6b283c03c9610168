/**
 * The oplog of a pond, as a filesystem shares it with its transactions.
 *
 * One object knows which version is the newest, and one cache holds the
 * directories at it. So whoever looks for commits of others, or makes one, does
 * it alone, and tells the rest.
 *
 * @module
 */
import type { ForeignCommit, OplogTable } from "../oplog/mod.ts";
import type { DirectoryCache } from "./directories.ts";

/** An oplog that several filesystems of a process work on. */
export class SharedTable {
  /** The oplog. */
  readonly table: OplogTable;
  /** The directories at its newest version. */
  readonly directories: DirectoryCache;
  /** Transactions that may have been made, and their commits once seen. */
  readonly #expected = new Map<string, ForeignCommit | undefined>();
  /** The tail of the queue of those who go on to another version. */
  #queue: Promise<unknown> = Promise.resolve();

  /**
   * @param table The oplog.
   * @param directories The cache of its newest version.
   */
  constructor(table: OplogTable, directories: DirectoryCache) {
    this.table = table;
    this.directories = directories;
  }

  /** Does what no one else may go on to another version in the middle of. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#queue.then(work);
    this.#queue = run.catch(() => {
      // The caller of this work gets the error; the next one goes on.
    });
    return run;
  }

  /** Takes in what other processes have committed. Call it exclusively. */
  async refresh(): Promise<void> {
    const { touched, commits } = await this.table.refresh();
    this.directories.invalidate(touched);
    for (const commit of commits) {
      const { transactionId = "" } = commit;
      if (this.#expected.has(transactionId)) {
        this.#expected.set(transactionId, commit);
      }
    }
  }

  /** Looks out for a transaction's commit, from before it is sent. */
  expect(transactionId: string): void {
    this.#expected.set(transactionId, this.#expected.get(transactionId));
  }

  /** A transaction's commit, when it was seen among those of others. */
  made(transactionId: string): ForeignCommit | undefined {
    return this.#expected.get(transactionId);
  }

  /** The outcome of a transaction is known. */
  forget(transactionId: string): void {
    this.#expected.delete(transactionId);
  }
}
