/** The connections of all daemons: which they are, and their end. */
import * as v from "valibot";
import type { BusPeers } from "../bus/peers.ts";
import type { Questions } from "../bus/questions.ts";
import type { Log } from "../config/log.ts";
import type { Gateway } from "../gateway/gateway.ts";
import {
  CONNECTION_FILTER,
  CONNECTION_INFO,
  CONNECTION_ORDERS,
  type ConnectionFilter,
  type ConnectionInfo,
  type ConnectionOrder,
  compareConnections,
  firstConnections,
} from "../gateway/sessions/connection-info.ts";
import { askOthers, type Reach } from "./all-daemons.ts";

export interface ConnectionsOptions {
  readonly gateway: Pick<Gateway, "listed" | "endByOperator">;
  readonly questions: Pick<Questions, "ask" | "answer">;
  readonly peers: Pick<BusPeers, "node">;
  readonly log: Log;
}

export interface ConnectionsAnswer extends Reach {
  /** How many are meant, at all daemons that answered. */
  readonly found: number;
  /** The first of them. */
  readonly connections: readonly (ConnectionInfo & { readonly daemon: string })[];
}

export interface CloseAnswer extends Reach {
  /** Connections that were closed, by all daemons that answered. */
  readonly closed: number;
}

export const MOST_CONNECTIONS_TOLD = 5_000;
/** Of each other daemon: all answers to one question go over the bus. */
const MOST_OF_OTHERS = 100;

/** As a question or a request says it. */
export const CONNECTION_ORDER = v.picklist(Object.keys(CONNECTION_ORDERS) as ConnectionOrder[]);
const LIST = v.object({ filter: CONNECTION_FILTER, order: CONNECTION_ORDER, most: v.number() });
const CLOSE = v.object({ filter: CONNECTION_FILTER, operator: v.string() });
const CLOSED = v.object({ closed: v.number() });
const LISTED = v.object({ found: v.number(), first: v.array(CONNECTION_INFO) });

export class OperatorConnections {
  readonly #options: ConnectionsOptions;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
    const { gateway, questions } = options;
    questions.answer("connections", (body) => {
      const { success, output } = v.safeParse(LIST, body);
      if (!success) return undefined;
      return firstConnections(gateway.listed(), output.filter, output.order, Math.min(output.most, MOST_OF_OTHERS));
    });
    questions.answer("close", (body) => {
      const { success, output } = v.safeParse(CLOSE, body);
      return success ? { closed: this.#close(output.filter, output.operator) } : undefined;
    });
  }

  /** @param most at most {@link MOST_CONNECTIONS_TOLD} */
  async list(meant: ConnectionFilter, order: ConnectionOrder, most: number): Promise<ConnectionsAnswer> {
    const { gateway, questions, peers } = this.#options;
    const question = { filter: meant, order, most };
    const { answers, ...reach } = await askOthers(questions, "connections", question, LISTED);
    const all = new Map([[peers.node, firstConnections(gateway.listed(), meant, order, most)], ...answers]);
    const connections = [...all].flatMap(([daemon, { first }]) => first.map((one) => ({ ...one, daemon })));
    return {
      found: [...all.values()].reduce((sum, { found }) => sum + found, 0),
      connections: connections.toSorted(compareConnections(order)).slice(0, most),
      ...reach,
    };
  }

  /** Closes all that are meant; their clients ask for a new token before they come back. */
  async close(meant: ConnectionFilter, operator: string): Promise<CloseAnswer> {
    const own = this.#close(meant, operator);
    const { answers, ...reach } = await askOthers(
      this.#options.questions,
      "close",
      { filter: meant, operator },
      CLOSED,
    );
    return { closed: [...answers.values()].reduce((sum, { closed }) => sum + closed, own), ...reach };
  }

  #close(meant: ConnectionFilter, operator: string): number {
    const connections = this.#options.gateway.endByOperator(meant);
    this.#options.log.info({ operator, ...meant, connections }, "an operator has closed connections");
    return connections;
  }
}
