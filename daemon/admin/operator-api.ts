/**
 * What operators may ask of all daemons, and do at all of them, by whichever they ask. By the bus; without one, or while others can't be heard, the
 * answer says that it is of this daemon alone.
 */
import * as v from "valibot";
import type { BusHealth } from "../bus/bus.ts";
import type { BusPeers } from "../bus/peers.ts";
import type { Questions } from "../bus/questions.ts";
import type { Log } from "../config/log.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { Hub } from "../hub/hub.ts";
import { averagePerSubject, largest, STATISTICS, type Statistics, total, type TotalStatistics } from "./statistics.ts";

export interface OperatorApiOptions {
  readonly gateway: Pick<Gateway, "connections" | "subjects" | "endSubject">;
  readonly hub: Pick<Hub, "subscriptions">;
  readonly questions: Pick<Questions, "ask" | "answer">;
  readonly peers: Pick<BusPeers, "health">;
  readonly log: Log;
  readonly monotonicMs: () => number;
}

/** How far an answer reaches. */
interface Reach {
  /** Daemons that are there and have not answered, or may be there and are not heard. */
  readonly silent: number;
  /** Other daemons can't be heard: there may be more. */
  readonly isPartial: boolean;
}

export interface StatisticsAnswer extends Reach {
  /** The daemon that was asked. */
  readonly daemon: Statistics & { readonly averagePerSubject: number };
  readonly bus: BusHealth;
  /** It and all that answered. */
  readonly all: TotalStatistics;
}

export interface CloseAnswer extends Reach {
  /** Connections that were closed, by all daemons that answered. */
  readonly closed: number;
}

/** Topics may be very many: they are counted no more often, however many ask. */
const COUNT_MS = 1_000;
const CLOSE = v.object({ subject: v.string(), operator: v.string() });
const CLOSED = v.object({ closed: v.number() });

export class OperatorApi {
  readonly #options: OperatorApiOptions;
  #counted: { readonly atMs: number; readonly statistics: Statistics } | undefined;

  constructor(options: OperatorApiOptions) {
    this.#options = options;
    options.questions.answer("statistics", () => this.#ofThisDaemon());
    options.questions.answer("close", (body) => {
      const close = v.safeParse(CLOSE, body);
      return close.success ? { closed: this.#close(close.output) } : undefined;
    });
  }

  async statistics(): Promise<StatisticsAnswer> {
    const { answers, missing, isPartial } = await this.#options.questions.ask("statistics", null);
    const own = this.#ofThisDaemon();
    const others = [...answers.values()].filter((answer) => v.is(STATISTICS, answer));
    return {
      daemon: { ...own, averagePerSubject: averagePerSubject(own) },
      bus: this.#options.peers.health,
      all: total([own, ...others]),
      silent: missing.length + answers.size - others.length,
      isPartial,
    };
  }

  /** Closes all connections whose token has this `sub`; their clients ask for a new token before they come back. */
  async closeSubject(subject: string, operator: string): Promise<CloseAnswer> {
    const close = { subject, operator };
    const own = this.#close(close);
    const { answers, missing, isPartial } = await this.#options.questions.ask("close", close);
    const others = [...answers.values()].filter((answer) => v.is(CLOSED, answer));
    const closed = others.reduce((sum, answer) => sum + answer.closed, own);
    return { closed, silent: missing.length + answers.size - others.length, isPartial };
  }

  #close({ subject, operator }: v.InferOutput<typeof CLOSE>): number {
    const connections = this.#options.gateway.endSubject(subject);
    this.#options.log.info({ operator, subject, connections }, "an operator has closed the connections of a subject");
    return connections;
  }

  #ofThisDaemon(): Statistics {
    const nowMs = this.#options.monotonicMs();
    if (this.#counted === undefined || nowMs - this.#counted.atMs >= COUNT_MS)
      this.#counted = { atMs: nowMs, statistics: this.#count() };
    return this.#counted.statistics;
  }

  #count(): Statistics {
    const { gateway, hub } = this.#options;
    const topics = [...hub.subscriptions()];
    return {
      connections: gateway.connections,
      ...gateway.subjects,
      subscriptions: topics.reduce((sum, [, subscriptions]) => sum + subscriptions, 0),
      largestTopics: largest(topics),
    };
  }
}
