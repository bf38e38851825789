/** Whether somebody may see a channel now: as the daemon follows it, or else as the database says. */
import { parseChannelWho } from "../capture/channel-row.ts";
import { KeyedRate } from "../config/keyed-rate.ts";
import type { Prepared, TextSession } from "../database/session.ts";
import type { Sessions } from "../database/session-pool.ts";
import { ownerTopic, printTopic } from "../../protocol/topic.ts";
import { channelWhoSelect } from "../plan/channel-select.ts";
import type { ChannelPlan } from "../plan/channel-plan.ts";
import { Audience, type Reader } from "./audience.ts";
import type { LetIn } from "./channels.ts";

export interface ChannelAccessOptions {
  readonly plan: ChannelPlan;
  readonly sessions: Sessions<TextSession>;
  /** That of a channel which is followed; undefined where it is not, or nobody knows yet. */
  readonly audienceOf: (key: string) => Audience | undefined;
  /** Milliseconds. */
  readonly monotonicMs: () => number;
}

interface Question {
  readonly reader: Reader;
  /** Its answer may be from before its reader was let in. */
  isLate: boolean;
}

/** In all, and of one user: twice as many as one connection may subscribe to, and then so many a second. */
const MOST_AT_ONCE = 10_000;
const USER_AT_ONCE = 2_048;
const USER_PER_SECOND = 10;
/** Of one question: it is one of few at a time, and another one may be let in and removed all the time. */
const MOST_ROUNDS = 3;

export class ChannelAccess {
  readonly #options: ChannelAccessOptions;
  readonly #statement: Prepared;
  readonly #rate: KeyedRate;
  /** What is asked about each channel. */
  readonly #asking = new Map<string, Set<Question>>();
  #asked = 0;

  constructor(options: ChannelAccessOptions) {
    this.#options = options;
    this.#rate = new KeyedRate(USER_AT_ONCE, USER_PER_SECOND, options.monotonicMs);
    this.#statement = { name: `deltad_channel_${options.plan.kind}`, text: channelWhoSelect(options.plan) };
  }

  /**
   * Rejects while the database can't be asked, or is asked too much.
   * @param key canonical
   */
  maySee(key: string, reader: Reader & { readonly bearer: string }): boolean | Promise<boolean> {
    const { audienceOf } = this.#options;
    const known = audienceOf(key);
    if (known !== undefined) return known.admits(reader);
    if (this.#asked >= MOST_AT_ONCE) throw new Error("too many channels are being looked up");
    if (!reader.isAdmin && !this.#rate.take(reader.bearer))
      throw new Error("this token has too many channels looked up");
    return this.#ask(key, reader);
  }

  /** A batch lets somebody into a channel, who hears of it: what they asked before must not be refused after that. */
  letIn(key: string, to: LetIn): void {
    for (const question of this.#asking.get(key) ?? []) {
      const { reader } = question;
      question.isLate ||= "user" in to ? reader.user === to.user : reader.maySee(ownerTopic(to.owner));
    }
  }

  async #ask(key: string, reader: Reader): Promise<boolean> {
    const { plan, sessions } = this.#options;
    const question: Question = { reader, isLate: false };
    const all = this.#asking.get(key) ?? new Set();
    this.#asking.set(key, all.add(question));
    this.#asked += 1;
    try {
      for (let round = 1; round <= MOST_ROUNDS; round += 1) {
        question.isLate = false;
        const rows = await sessions.run((session) => session.rows(this.#statement, [key, reader.user ?? null]));
        const audience = new Audience(printTopic({ kind: plan.kind, key }), plan);
        for (const row of rows) audience.take(parseChannelWho(row));
        const isAdmitted = audience.admits(reader);
        if (isAdmitted || !question.isLate) return isAdmitted;
      }
      throw new Error("who may see this channel changes faster than it can be looked up");
    } finally {
      this.#asked -= 1;
      if (all.delete(question) && all.size === 0) this.#asking.delete(key);
    }
  }
}
