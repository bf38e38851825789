import assert from "node:assert/strict";
import { seeded } from "../../../demo/season.ts";
import { type Marketplace, oracleDocuments } from "../oracle.ts";
import type { TestDatabase, TestServer } from "../servers.ts";
import { Historian } from "./history.ts";
import { type Installed, installMarketplace } from "./installed.ts";
import { Judge } from "./judge.ts";
import { SettableTime } from "./settable-time.ts";
import { Stack } from "./stack.ts";
import { Values } from "./values.ts";
import { Writer } from "./writer.ts";
import { type Writes, writesOf } from "./writes.ts";

/** Sessions that write at once. */
const WRITERS = 4;

export interface RandomRunOptions {
  readonly server: TestServer;
  readonly marketplace: Marketplace;
  /** Where the clock starts. */
  readonly era: string;
  readonly seed: number;
  readonly steps: number;
}

/** What a run came by, so that a test can see that it tested something. */
export interface Tally {
  readonly documentsJudged: number;
  readonly epochs: number;
}

/** Random writes from several sessions, a random clock, owners that come and go on screens, sessions that are ended. */
export async function randomRun(options: RandomRunOptions): Promise<Tally> {
  const { server, marketplace, steps } = options;
  const installed = await installMarketplace(await server.createDatabase(), marketplace);
  const run = await RandomRun.begin(installed, options);
  try {
    for (let step = 0; step < steps; step += 1) await run.step();
    return await run.finish();
  } finally {
    await run.stop();
  }
}

class RandomRun {
  readonly #installed: Installed;
  readonly #database: TestDatabase;
  readonly #writes: Writes;
  readonly #values: Values;
  readonly #time: SettableTime;
  readonly #stack: Stack;
  readonly #judge: Judge;
  readonly #writers: readonly Writer[];

  private constructor(
    installed: Installed,
    {
      writes,
      values,
      time,
      writers,
    }: { writes: Writes; values: Values; time: SettableTime; writers: readonly Writer[] },
  ) {
    this.#installed = installed;
    this.#database = installed.database;
    this.#writes = writes;
    this.#values = values;
    this.#time = time;
    this.#writers = writers;
    // What is merged on its way is as right as what is not.
    this.#stack = new Stack({ installed, time, minIntervalMs: values.pick([0, 0, 5]) });
    this.#judge = new Judge(this.#stack, new Historian(installed.database, installed.marketplace), installed.database);
  }

  static async begin(installed: Installed, { server, era, seed }: RandomRunOptions): Promise<RandomRun> {
    const { database, marketplace } = installed;
    const time = new SettableTime(Date.parse(era) * 1000);
    const used: number[] = [];
    const values = new Values(seeded(seed), time, used);
    const writes = writesOf(marketplace, server.major);
    for (const statement of writes.first(values)) await database.query(statement);
    const writers: Writer[] = [];
    for (let index = 0; index < WRITERS; index += 1) {
      // Each has random values of its own: how they take turns must not matter.
      const own = new Values(seeded(seed * 31 + index), time, used);
      writers.push(await Writer.on(await database.client(), writes, own));
    }
    const run = new RandomRun(installed, { writes, values, time, writers });
    await run.#stack.start();
    return run;
  }

  async step(): Promise<void> {
    const v = this.#values;
    this.#changeScreens();
    const writers = this.#writers.slice(0, v.integer(1, WRITERS)).map((writer) => writer.write());
    if (v.chance(0.03)) await this.#endSessions();
    if (v.chance(0.7)) {
      this.#time.set(v.nextMicros());
      this.#stack.nudge();
    }
    await Promise.all(writers);
    await this.#judge.settle();
  }

  /** Ends what writers left open, and holds the last documents against the tables themselves: the history must be true as well. */
  async finish(): Promise<Tally> {
    for (const writer of this.#writers) await writer.end();
    await this.#judge.settle();
    const { marketplace } = this.#installed;
    for (const screen of this.#stack.screens.filter(({ staleBecause }) => staleBecause === undefined)) {
      const documents = await oracleDocuments(marketplace, this.#database, this.#time.micros, [screen.owner]);
      assert.deepEqual(
        JSON.parse(JSON.stringify(screen.document)),
        documents.get(screen.owner) ?? {},
        `owner ${screen.owner}, by the tables`,
      );
    }
    return { documentsJudged: this.#judge.judged, epochs: this.#stack.sink.epochs.length };
  }

  stop(): Promise<void> {
    return this.#stack.stop();
  }

  /** Some owners are watched, some by two, some by nobody; they come and go. */
  #changeScreens(): void {
    const v = this.#values;
    const { lasting, passing, never, others = [] } = this.#writes.owners;
    for (const screen of this.#stack.screens) if (v.chance(0.08)) this.#stack.unwatch(screen);
    while (this.#stack.screens.length < 10)
      this.#stack.watch(v.pick([...lasting, ...lasting, ...passing, never, ...others]));
  }

  async #endSessions(): Promise<void> {
    await this.#database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where application_name like $1 and datname = current_database()`,
      [this.#values.pick(["deltad/reader", "deltad/reader", "deltad/listener", "deltad/pool", "deltad/%"])],
    );
  }
}
