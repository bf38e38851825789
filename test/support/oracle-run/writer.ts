import type pg from "pg";
import { errorCode } from "../../../daemon/database/reason.ts";
import type { Values } from "./values.ts";
import { someWrite, type Writes } from "./writes.ts";

/**
 * What an application must expect: a foreign or unique key that stands in the way, a lock that did not come in time, a deadlock,
 * numbers too large, an upsert or MERGE that meets a row twice, a TRUNCATE of a table with deferred constraints to check. Anything else would be a trigger's fault.
 */
export const EXPECTED_ERRORS: ReadonlySet<string> = new Set([
  "23503",
  "23505",
  "55P03",
  "40P01",
  "22003",
  "21000",
  "40001",
  "55006",
]);

/** One session of an application: transactions of a few writes, with savepoints, now and then undone, now and then left open. */
export class Writer {
  readonly #client: pg.Client;
  readonly #writes: Writes;
  readonly #values: Values;
  #isOpen = false;

  private constructor(client: pg.Client, writes: Writes, values: Values) {
    this.#client = client;
    this.#writes = writes;
    this.#values = values;
  }

  static async on(client: pg.Client, writes: Writes, values: Values): Promise<Writer> {
    await client.query("set lock_timeout = '60ms'; set deadlock_timeout = '20ms'");
    return new Writer(client, writes, values);
  }

  /** Ends what was left open, or makes a transaction of its own. */
  async write(): Promise<void> {
    const v = this.#values;
    if (this.#isOpen) return this.end();
    const script = ["begin", ...statementsOf(this.#writes, v)];
    // Who leaves a TRUNCATE open lets nobody read; that is not what is tested here.
    const leaves = v.chance(0.12) && !script.some((statement) => statement.startsWith("truncate"));
    if (!leaves) script.push(v.chance(0.15) ? "rollback" : "commit");
    this.#isOpen = (await this.#run(script)) && leaves;
  }

  async end(): Promise<void> {
    if (this.#isOpen) await this.#run([this.#values.chance(0.2) ? "rollback" : "commit"]);
    this.#isOpen = false;
  }

  /** Whether all of it went as it should; deferred constraints stand in the way of a commit. */
  async #run(script: readonly string[]): Promise<boolean> {
    try {
      for (const statement of script) await this.#client.query(statement);
      return true;
    } catch (error) {
      await this.#client.query("rollback");
      if (!EXPECTED_ERRORS.has(errorCode(error) ?? "")) throw error;
      return false;
    }
  }
}

/** What a transaction does between its begin and its end. */
export function statementsOf(writes: Writes, values: Values): string[] {
  return Array.from({ length: values.integer(1, 3) }, () => one(writes, values)).flat();
}

function one(writes: Writes, values: Values): readonly string[] {
  const statements = someWrite(writes, values);
  if (!values.chance(0.25)) return statements;
  const end = values.chance(0.6) ? ["rollback to savepoint s"] : [];
  return ["savepoint s", ...statements, ...end, "release savepoint s"];
}
