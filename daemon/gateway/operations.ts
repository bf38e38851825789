/**
 * What clients do to rows, by WebSocket and by HTTP the same: a batch is held to the limits on its user, each of its operations gets the channel
 * that it means, and the database does, and says, the rest: also who may write, as it is when the operation is done. What the daemon knows of
 * that may be older, and who was let in since would be refused for good. Batches of one client are done one after the other, as they came.
 */
import type { NackCode } from "../../protocol/codes.ts";
import type { Answer, Operation, Outcome } from "../../protocol/operation.ts";
import { parseTopic } from "../../protocol/topic.ts";
import type { SyncRequest } from "../../protocol/up/operate.ts";
import { KeyedRate } from "../config/keyed-rate.ts";
import type { ChannelPlan } from "../plan/channel-plan.ts";
import type { PlacedBatch, PlacedOperation, Writer } from "../writes/operator.ts";
import type { Identification } from "./auth/identification.ts";
import type { Identity } from "./auth/identity.ts";
import type { Counters } from "./sessions/counters.ts";

/** Where operations are done: one answer for each, in their order. Rejects where the database could not be asked. */
export interface Writes {
  /** The kinds of channels of which some rows may be written. */
  readonly plans: ReadonlyMap<string, ChannelPlan>;
  operate(writer: Writer, batch: PlacedBatch): Promise<readonly Answer[]>;
}

export interface OperationMaxima {
  /** Of one user, in the long run; at once twice as many, and a whole batch. */
  readonly operationsPerSecond: number;
  /** Of one user, on whatever connections: those that wait for the database. */
  readonly maxPendingOperations: number;
}

export interface OperationsOptions extends OperationMaxima {
  /** Undefined: nothing may be written. */
  readonly writes: Writes | undefined;
  readonly topicOf: Identification["topicOf"];
  readonly counters: Pick<Counters, "count">;
  /** Milliseconds. */
  readonly now: () => number;
  /** What became of one. */
  readonly told?: ((outcome: Outcome["outcome"]) => void) | undefined;
}

/** An answer, and the topic whose subscribers may hear of it in a frame; undefined where no frame will tell. */
export interface Answered {
  readonly answer: Answer;
  readonly topic: string | undefined;
}

export type Done =
  | { readonly answers: readonly Answered[] }
  | { readonly refusal: Extract<NackCode, "forbidden" | "too_many_operations" | "unavailable"> };

const A_BATCH = 64;
/** Of these nothing is written down, so that no frame tells of them. */
const UNSETTLED: ReadonlySet<Outcome["outcome"]> = new Set(["retry", "id_reused", "gap", "pruned"]);

export class Operations {
  readonly #options: OperationsOptions;
  readonly #rate: KeyedRate;
  /** By bearer. */
  readonly #pending = new Map<string, number>();
  /** The last batch of each client that is under way; settles without error. */
  readonly #last = new Map<string, Promise<unknown>>();

  constructor(options: OperationsOptions) {
    this.#options = options;
    const { operationsPerSecond, now } = options;
    this.#rate = new KeyedRate(2 * operationsPerSecond + A_BATCH, operationsPerSecond, now);
  }

  /** Never rejects for what a client may say, nor for what a database may be. */
  async do(identity: Identity, { client, operations, atomic = false }: SyncRequest): Promise<Done> {
    const { writes, counters, maxPendingOperations } = this.#options;
    const { user: subject, bearer, claims } = identity;
    if (writes === undefined || subject === undefined) return { refusal: "forbidden" };
    const pending = (this.#pending.get(bearer) ?? 0) + operations.length;
    if (pending > maxPendingOperations || !this.#rate.take(bearer, operations.length)) {
      counters.count("operations");
      return { refusal: "too_many_operations" };
    }
    this.#pending.set(bearer, pending);
    try {
      return await this.#inTurn(`${client} ${subject}`, async () => {
        const topics = await this.#topics(bearer, operations);
        const located = operations.map((operation) => ({ operation, at: at(topics.get(operation.topic), writes) }));
        const answers = await writes.operate(
          { subject, topics: [...identity.topics], claims },
          { client, isAtomic: atomic, operations: located },
        );
        return { answers: this.#answered(answers, operations, topics) };
      });
    } catch {
      return { refusal: "unavailable" };
    } finally {
      const left = (this.#pending.get(bearer) ?? 0) - operations.length;
      if (left > 0) this.#pending.set(bearer, left);
      else this.#pending.delete(bearer);
    }
  }

  async #inTurn(client: string, work: () => Promise<Done>): Promise<Done> {
    const before = this.#last.get(client);
    const done = before === undefined ? work() : before.then(work);
    const settled = done.catch(() => undefined);
    this.#last.set(client, settled);
    try {
      return await done;
    } finally {
      if (this.#last.get(client) === settled) this.#last.delete(client);
    }
  }

  /** The canonical names of topics, by the names that the client wrote. Rejects where the database must be asked, and is away. */
  async #topics(bearer: string, operations: readonly Operation[]): Promise<ReadonlyMap<string, string | undefined>> {
    const names = [...new Set(operations.map(({ topic }) => topic))];
    const { topicOf } = this.#options;
    return new Map(await Promise.all(names.map(async (name) => [name, await topicOf(name, bearer)] as const)));
  }

  #answered(
    answers: readonly Answer[],
    operations: readonly Operation[],
    topics: ReadonlyMap<string, string | undefined>,
  ): Answered[] {
    return answers.map((answer, nth) => {
      this.#options.told?.(answer.outcome);
      const topic = topics.get(operations[nth]?.topic ?? "");
      return { answer, topic: isInLedger(answer) ? topic : undefined };
    });
  }
}

/** What is forbidden is answered at once in any case: where the topic can be no channel no frame would tell it. */
function isInLedger(outcome: Outcome): boolean {
  const first = outcome.outcome === "duplicate" ? outcome.first : outcome;
  return !UNSETTLED.has(first.outcome) && first.outcome !== "forbidden";
}

function at(topic: string | undefined, { plans }: Writes): PlacedOperation["at"] {
  const { kind = "", key = "" } = parseTopic(topic ?? "") ?? {};
  const plan = plans.get(kind);
  return plan && { plan, key };
}
