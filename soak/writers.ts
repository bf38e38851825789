/** The application's load: sessions that write at random, by seed, and go on whatever happens to the server. */
import { setTimeout as rest } from "node:timers/promises";
import type pg from "pg";
import { errorCode, reasonOf } from "../daemon/database/reason.ts";
import { EXPECTED_ERRORS, statementsOf } from "../test/support/oracle-run/writer.ts";
import { writesOf } from "../test/support/oracle-run/writes.ts";
import { isLost, type SoakDatabase } from "./database.ts";
import { MARKETPLACE } from "./marketplace.ts";
import type { Draws } from "./draws.ts";

const WRITERS = 4;
/** Between two transactions of one writer, at most. */
const PAUSE_MS = 60;
const AGAIN_MS = 100;
/** While a partition is detached there is none that takes its rows. */
const NO_PARTITION = "23514";

/** What an application must expect of a sound server. */
export function isExpected(error: unknown): boolean {
  const code = errorCode(error) ?? "";
  return EXPECTED_ERRORS.has(code) || code === NO_PARTITION;
}

export const WRITES = writesOf(MARKETPLACE, 18);

export class Writers {
  /** Transactions that committed, and those that did not. */
  committed = 0;
  failed = 0;
  /** Errors that no fault explains. */
  readonly problems: string[] = [];
  readonly #database: SoakDatabase;
  readonly #draws: Draws;
  readonly #loops: Promise<void>[] = [];
  #gate: Promise<void> | undefined;
  #open: () => void = () => undefined;
  #writing = 0;
  #stopped = false;

  constructor(database: SoakDatabase, draws: Draws) {
    this.#database = database;
    this.#draws = draws;
  }

  start(): void {
    for (let writer = 0; writer < WRITERS; writer += 1) this.#loops.push(this.#write(writer));
  }

  /** Resolves when no transaction is open any more. */
  async pause(): Promise<void> {
    this.#gate ??= new Promise((resolve) => (this.#open = resolve));
    while (this.#writing > 0) await rest(5);
  }

  resume(): void {
    this.#gate = undefined;
    this.#open();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.resume();
    await Promise.all(this.#loops);
  }

  async #write(writer: number): Promise<void> {
    let session: pg.Client | undefined;
    for (let number = 0; !this.#stopped; number += 1) {
      await this.#gate;
      const values = this.#draws.of(`writer ${writer}, transaction ${number}`);
      const script = ["begin", ...statementsOf(WRITES, values), values.chance(0.15) ? "rollback" : "commit"];
      const pauseMs = values.integer(0, PAUSE_MS);
      this.#writing += 1;
      try {
        session ??= await this.#connect();
        for (const statement of script) await session.query(statement);
        this.committed += 1;
      } catch (error) {
        this.failed += 1;
        session = await this.#recover(session, error, script);
      } finally {
        this.#writing -= 1;
      }
      await rest(session === undefined ? AGAIN_MS : pauseMs);
    }
    await session?.end().catch(() => undefined);
  }

  async #connect(): Promise<pg.Client> {
    const session = await this.#database.connect("soak writer");
    await session.query("set lock_timeout = '200ms'; set deadlock_timeout = '20ms'");
    return session;
  }

  async #recover(
    session: pg.Client | undefined,
    error: unknown,
    script: readonly string[],
  ): Promise<pg.Client | undefined> {
    if (!isLost(error) && !isExpected(error)) {
      this.problems.push(
        `a write failed (${errorCode(error)}, ${reasonOf(error)}): ${script.join("; ").slice(0, 2_000)}`,
      );
    }
    if (session === undefined || isLost(error)) return undefined;
    return session.query("rollback").then(
      () => session,
      () => undefined,
    );
  }
}
