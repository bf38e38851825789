/** What the daemons are at, and what their database says of them. */
import type { BusPeers } from "../bus/peers.ts";
import type { Questions } from "../bus/questions.ts";
import { within } from "../database/deadline.ts";
import { reasonOf } from "../database/reason.ts";
import type { Queryable } from "../database/session.ts";
import type { Sessions } from "../database/session-pool.ts";
import { askOthers, type Reach } from "./all-daemons.ts";
import { DAEMON_STATE, type DaemonParts, type DaemonState, daemonState } from "./daemon-state.ts";
import { type DatabaseView, viewDatabase } from "./database-view.ts";

export interface StateOptions {
  readonly parts: DaemonParts;
  readonly questions: Pick<Questions, "ask" | "answer">;
  readonly peers: Pick<BusPeers, "node">;
  readonly sessions: Sessions<Queryable>;
  readonly monotonicMs: () => number;
}

export interface StateAnswer extends Reach {
  /** The daemon that was asked, and those that answered. */
  readonly daemons: readonly (DaemonState & { readonly daemon: string })[];
  /** Or why it could not be asked. */
  readonly database: DatabaseView | { readonly reason: string };
}

/** Operators may be many, and topics as well: it is looked at no more often. */
const LOOK_MS = 1_000;
const PATIENCE_MS = 2_000;

export class OperatorState {
  readonly #options: StateOptions;
  #own: { readonly atMs: number; readonly state: DaemonState } | undefined;
  #view: { readonly atMs: number; readonly database: Promise<StateAnswer["database"]> } | undefined;

  constructor(options: StateOptions) {
    this.#options = options;
    options.questions.answer("state", () => this.#ofThisDaemon());
  }

  async ask(): Promise<StateAnswer> {
    const { questions, peers } = this.#options;
    const [{ answers, ...reach }, database] = await Promise.all([
      askOthers(questions, "state", null, DAEMON_STATE),
      this.#database(),
    ]);
    const own = { daemon: peers.node, ...this.#ofThisDaemon() };
    const others = Array.from(answers, ([daemon, state]) => ({ daemon, ...state }));
    return { daemons: [own, ...others], database, ...reach };
  }

  #ofThisDaemon(): DaemonState {
    const atMs = this.#options.monotonicMs();
    if (this.#own === undefined || atMs - this.#own.atMs >= LOOK_MS)
      this.#own = { atMs, state: daemonState(this.#options.parts) };
    return this.#own.state;
  }

  #database(): Promise<StateAnswer["database"]> {
    const atMs = this.#options.monotonicMs();
    if (this.#view === undefined || atMs - this.#view.atMs >= LOOK_MS)
      this.#view = { atMs, database: this.#lookAtDatabase() };
    return this.#view.database;
  }

  async #lookAtDatabase(): Promise<StateAnswer["database"]> {
    try {
      return await within(PATIENCE_MS, "the database", this.#options.sessions.run(viewDatabase));
    } catch (error) {
      return { reason: reasonOf(error) };
    }
  }
}
