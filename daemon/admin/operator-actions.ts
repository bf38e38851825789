/** What operators have done: each at all daemons that it concerns, and logged by each with the operator's name. */
import * as v from "valibot";
import { parseTopic } from "../../protocol/topic.ts";
import type { BusPeers } from "../bus/peers.ts";
import type { Questions } from "../bus/questions.ts";
import { ConfigError } from "../config/errors.ts";
import type { Log } from "../config/log.ts";
import { within } from "../database/deadline.ts";
import { reasonOf } from "../database/reason.ts";
import { revokeTokens } from "../database/revoke-tokens.ts";
import type { Queryable } from "../database/session.ts";
import type { Sessions } from "../database/session-pool.ts";
import type { AuditOutcome } from "../owners/audit-turns.ts";
import { askOthers, type Reach } from "./all-daemons.ts";
import type { OperatedKind } from "./daemon-state.ts";

export interface ActionsOptions {
  readonly kinds: readonly OperatedKind[];
  readonly questions: Pick<Questions, "ask" | "answer">;
  readonly peers: Pick<BusPeers, "node">;
  readonly sessions: Sessions<Queryable>;
  /** This daemon takes no more clients, and those it has are told to come back; it goes on otherwise. */
  readonly drain: () => void;
  readonly leewayS: number;
  readonly log: Log;
}

export interface ReloadAnswer extends Reach {
  /** Daemons that watched the topic, and read it again. */
  readonly reloaded: number;
}

export interface VerifyAnswer extends Reach {
  /** What each daemon found that has the topic's numbers. */
  readonly found: readonly (AuditOutcome & { readonly daemon: string })[];
}

export interface DrainAnswer extends Reach {
  /** 0: nobody who answered has that name. */
  readonly drained: number;
}

/** Longer than a comparison may take. */
const VERIFY_MS = 8_000;

const ON_TOPIC = v.object({ topic: v.string(), operator: v.string() });
const ON_DAEMON = v.object({ daemon: v.string(), operator: v.string() });
const IS_DONE = v.object({ isDone: v.boolean() });
const FOUND = v.object({
  outcome: v.optional(
    v.variant("kind", [
      v.object({ kind: v.literal("right") }),
      v.object({
        kind: v.literal("drifted"),
        differing: v.number(),
        leaves: v.array(v.string()),
        mustReload: v.boolean(),
      }),
      v.object({ kind: v.literal("failed"), reason: v.string() }),
    ]),
  ),
});

export class OperatorActions {
  readonly #options: ActionsOptions;

  constructor(options: ActionsOptions) {
    this.#options = options;
    const { questions } = options;
    questions.answer("reload", (body) => {
      const { success, output } = v.safeParse(ON_TOPIC, body);
      return success ? { isDone: this.#reload(output.topic, output.operator) } : undefined;
    });
    questions.answer("verify", async (body) => {
      const { success, output } = v.safeParse(ON_TOPIC, body);
      return success ? { outcome: await this.#verify(output.topic, output.operator) } : undefined;
    });
    questions.answer("drain", (body) => {
      const { success, output } = v.safeParse(ON_DAEMON, body);
      return success ? { isDone: this.#drain(output.daemon, output.operator) } : undefined;
    });
  }

  async reload(topic: string, operator: string): Promise<ReloadAnswer> {
    const own = this.#reload(topic, operator);
    const { done, reach } = await this.#askAll("reload", { topic, operator });
    return { reloaded: done + Number(own), ...reach };
  }

  /** Undefined for a topic of a kind that has no numbers. */
  async verify(topic: string, operator: string): Promise<VerifyAnswer | undefined> {
    const { questions, peers } = this.#options;
    if (this.#kindOf(topic)?.verify === undefined) return undefined;
    const [own, { answers, ...reach }] = await Promise.all([
      this.#verify(topic, operator),
      askOthers(questions, "verify", { topic, operator }, FOUND, VERIFY_MS),
    ]);
    const all = new Map([
      [peers.node, own],
      ...Array.from(answers, ([daemon, { outcome }]) => [daemon, outcome] as const),
    ]);
    return {
      found: Array.from(all).flatMap(([daemon, outcome]) => (outcome ? [{ daemon, ...outcome }] : [])),
      ...reach,
    };
  }

  /** @param daemon its name, as the state tells it */
  async drain(daemon: string, operator: string): Promise<DrainAnswer> {
    // Who drains says nothing to others any more: it is not asked for what they did.
    if (this.#drain(daemon, operator)) return { drained: 1, silent: 0, isPartial: false };
    const { done, reach } = await this.#askAll("drain", { daemon, operator });
    return { drained: done, ...reach };
  }

  /** Refuses every token of a subject that was issued until now, at all daemons of the database, soon; gives up to when. */
  async revoke(subject: string, operator: string): Promise<{ readonly until: string } | { readonly refusal: string }> {
    const { sessions, leewayS, log } = this.#options;
    try {
      const until = await sessions.run((session) => revokeTokens(session, { subject }, leewayS));
      log.info({ operator, subject, until }, "an operator has revoked the tokens of a subject");
      return { until: until ?? "" };
    } catch (error) {
      if (error instanceof ConfigError) return { refusal: error.message };
      throw error;
    }
  }

  async #askAll(about: string, question: object): Promise<{ readonly done: number; readonly reach: Reach }> {
    const { answers, ...reach } = await askOthers(this.#options.questions, about, question, IS_DONE);
    return { done: [...answers.values()].filter(({ isDone }) => isDone).length, reach };
  }

  #kindOf(topic: string): OperatedKind | undefined {
    return this.#options.kinds.find(({ kind }) => kind === parseTopic(topic)?.kind);
  }

  #reload(topic: string, operator: string): boolean {
    const isWatched = this.#kindOf(topic)?.reload(parseTopic(topic)?.key ?? "") ?? false;
    if (isWatched) this.#options.log.info({ operator, topic }, "an operator has a topic read again");
    return isWatched;
  }

  async #verify(topic: string, operator: string): Promise<AuditOutcome | undefined> {
    const begun = this.#kindOf(topic)?.verify?.(parseTopic(topic)?.key ?? "");
    if (begun === undefined) return undefined;
    const outcome = await within(VERIFY_MS, "the comparison with SQL", begun).catch(
      (error: unknown): AuditOutcome => ({ kind: "failed", reason: reasonOf(error) }),
    );
    if (outcome !== undefined)
      this.#options.log.info({ operator, topic, found: outcome.kind }, "an operator has had a topic compared with SQL");
    return outcome;
  }

  #drain(daemon: string, operator: string): boolean {
    const { peers, log, drain } = this.#options;
    if (daemon !== peers.node) return false;
    log.info({ operator }, "an operator has this daemon let its clients go: it takes none until it is started again");
    // First the answer: who has said goodbye says nothing more.
    setImmediate(drain);
    return true;
  }
}
