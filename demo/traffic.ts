import type { Log } from "../daemon/config/log.ts";
import type { Database } from "./marketplace.ts";
import { CONVERSATION_MOVES } from "./conversations/moves.ts";
import { MOVES, type Move } from "./moves.ts";
import type { Random } from "./season.ts";

/** About one move a second: enough to watch, too little to warm a machine. */
const MIN_PAUSE_MS = 400;
const MAX_PAUSE_MS = 1_600;
/** How many of the moves happen to the owner whose page is shown. */
const SHOWN_SHARE = 0.6;
/** How many of them are of conversations. */
const TALK_SHARE = 0.3;

export interface TrafficOptions {
  readonly database: Database;
  /** The owner whose page is shown. */
  readonly owner: string;
  readonly random: Random;
  readonly log: Log;
}

/** A modest stream of what people do, until `stop`; a statement that fails is told and skipped. */
export class Traffic {
  readonly #options: TrafficOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: TrafficOptions) {
    this.#options = options;
  }

  start(): void {
    const { random } = this.#options;
    const pauseMs = MIN_PAUSE_MS + random() * (MAX_PAUSE_MS - MIN_PAUSE_MS);
    this.#timer = setTimeout(() => {
      this.#running = this.#step().finally(() => {
        if (!this.#stopped) this.start();
      });
    }, pauseMs);
  }

  /** Resolves once the statement under way is done. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #step(): Promise<void> {
    const { database, random, log } = this.#options;
    const move = pickMove(random, random() < TALK_SHARE ? CONVERSATION_MOVES : MOVES);
    try {
      const owner = await this.#pickOwner();
      await database.query(move.sql, move.more ? [owner, move.more(random)] : [owner]);
      log.debug({ owner }, move.name);
    } catch (error) {
      log.warn({ error }, "the demo's traffic could not write");
    }
  }

  async #pickOwner(): Promise<string> {
    const { database, owner, random } = this.#options;
    if (random() < SHOWN_SHARE) return owner;
    const [other] = await database.query<{ id: string }>("select id::text from owners order by random() limit 1");
    return other?.id ?? owner;
  }
}

/** One of them, as often as it is to be. */
export function pickMove(random: Random, moves = MOVES): Move {
  const sum = moves.reduce((total, { weight }) => total + weight, 0);
  let left = random() * sum;
  for (const move of moves) {
    left -= move.weight;
    if (left < 0) return move;
  }
  throw new Error("a random number was not below 1");
}
