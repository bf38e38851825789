/** How much goes on, at this daemon and at all of them. */
import type { BusHealth } from "../bus/bus.ts";
import type { BusPeers } from "../bus/peers.ts";
import type { Questions } from "../bus/questions.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { Hub } from "../hub/hub.ts";
import { askOthers, type Reach } from "./all-daemons.ts";
import { averagePerSubject, largest, STATISTICS, type Statistics, total, type TotalStatistics } from "./statistics.ts";

export interface StatisticsOptions {
  readonly gateway: Pick<Gateway, "connections" | "subjects">;
  readonly hub: Pick<Hub, "subscriptions">;
  readonly questions: Pick<Questions, "ask" | "answer">;
  readonly peers: Pick<BusPeers, "health">;
  readonly monotonicMs: () => number;
}

export interface StatisticsAnswer extends Reach {
  /** The daemon that was asked. */
  readonly daemon: Statistics & { readonly averagePerSubject: number };
  readonly bus: BusHealth;
  /** It and all that answered. */
  readonly all: TotalStatistics;
}

/** Topics may be very many: they are counted no more often, however many ask. */
const COUNT_MS = 1_000;

export class OperatorStatistics {
  readonly #options: StatisticsOptions;
  #counted: { readonly atMs: number; readonly statistics: Statistics } | undefined;

  constructor(options: StatisticsOptions) {
    this.#options = options;
    options.questions.answer("statistics", () => this.#ofThisDaemon());
  }

  async ask(): Promise<StatisticsAnswer> {
    const { questions, peers } = this.#options;
    const { answers, ...reach } = await askOthers(questions, "statistics", null, STATISTICS);
    const own = this.#ofThisDaemon();
    return {
      daemon: { ...own, averagePerSubject: averagePerSubject(own) },
      bus: peers.health,
      all: total([own, ...answers.values()]),
      ...reach,
    };
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
