/**
 * Does what clients ask for, each operation at most once whatever is repeated: the ledger in the database says what was done, and it is written in
 * the transaction that does it. Where the answer to a commit is lost nobody knows whether it happened; that is `retry`, and who repeats the
 * operation hears what became of it.
 *
 * Each operation is a transaction, in order, until one may pass later: those behind it would be a gap. A batch that is atomic is one transaction.
 * Where one of its operations fails, all of it is rolled back, and a second transaction writes down what became of each: the failure, and
 * that the others were aborted for it. A daemon that dies between the two has done nothing.
 */
import type { Answer, Operation, Outcome, SettledOutcome } from "../../protocol/operation.ts";
import type { JsonObject } from "../../protocol/json.ts";
import type { Log } from "../config/log.ts";
import { errorCode, reasonOf } from "../database/reason.ts";
import type { Prepared, Session } from "../database/session.ts";
import type { Sessions } from "../database/session-pool.ts";
import type { ChannelPlan } from "../plan/channel-plan.ts";
import { digestOf } from "./operation-digest.ts";
import { refusalOf, writesOf } from "./operation-refusal.ts";
import { functionOf, writtenSets } from "./written-set.ts";

/** Whose operations they are. */
export interface Writer {
  /** `sub` of their token. */
  readonly subject: string;
  /** Those that the token names. */
  readonly topics: readonly string[];
  /** What `writes.claims` shows to triggers and policies. Left out: `sub` alone. */
  readonly claims?: JsonObject | undefined;
}

/** An operation, and where it is to be done; `at` is undefined where that can be no channel. */
export interface PlacedOperation {
  readonly operation: Operation;
  readonly at: { readonly plan: ChannelPlan; readonly key: string } | undefined;
}

export interface PlacedBatch {
  readonly client: string;
  readonly isAtomic: boolean;
  readonly operations: readonly PlacedOperation[];
}

type WritingSession = Pick<Session, "rows" | "script" | "isOpen">;

export interface OperatorOptions {
  readonly sessions: Sessions<WritingSession>;
  readonly plans: readonly ChannelPlan[];
  readonly log: Log;
}

/** A call that does one operation. */
interface Call {
  readonly seq: number;
  readonly statement: Prepared;
  readonly values: readonly unknown[];
  /** Writes down what else became of it. */
  readonly refuse: (outcome: SettledOutcome) => Omit<Call, "refuse" | "seq">;
}

const REFUSE: Prepared = {
  name: "deltad_refuse",
  text: "select deltad.refuse_operation($1, $2, $3, $4, $5, $6, $7)::text",
};

export class Operator {
  /** The kinds of channels of which some rows may be written. */
  readonly plans: ReadonlyMap<string, ChannelPlan>;
  readonly #options: OperatorOptions;
  readonly #statements: ReadonlyMap<string, Prepared>;

  constructor(options: OperatorOptions) {
    const sets = writtenSets(options.plans);
    this.#options = options;
    this.plans = new Map(sets.map(({ plan }) => [plan.kind, plan]));
    this.#statements = new Map(
      sets.map(({ writes }, at) => [
        writes.functionName,
        { name: `deltad_write_${at}`, text: `select ${functionOf(writes)}($1, $2, $3, $4, $5, $6, $7, $8, $9)::text` },
      ]),
    );
  }

  /** One answer for each, in their order. Never rejects. */
  async operate(writer: Writer, batch: PlacedBatch): Promise<readonly Answer[]> {
    const { client, isAtomic, operations } = batch;
    const calls = operations.map((placed) => this.#call(writer, batch, placed));
    // Without a set that is written there is no ledger either.
    const outcomes: readonly Outcome[] =
      this.plans.size === 0
        ? calls.map(() => ({ outcome: "forbidden" }))
        : isAtomic
          ? await this.#together(calls)
          : await this.#oneByOne(calls);
    return operations.map(({ operation: { seq } }, at) => ({ client, seq, ...(outcomes[at] ?? RETRY) }));
  }

  async #oneByOne(calls: readonly Call[]): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = [];
    const { error } = await this.#on(async (session) => {
      for (const call of calls) outcomes.push(await outcomeOf(session, call));
    });
    return error === undefined ? outcomes : [...outcomes, ...calls.slice(outcomes.length).map(() => retry(error))];
  }

  async #together(calls: readonly Call[]): Promise<readonly Outcome[]> {
    let outcomes: readonly Outcome[] = [];
    const { error } = await this.#on(async (session) => {
      outcomes = await doneTogether(session, calls);
    });
    return error === undefined ? outcomes : calls.map(() => retry(error));
  }

  /** An error is told in the log, and given. */
  async #on(work: (session: WritingSession) => Promise<void>): Promise<{ readonly error?: unknown }> {
    const { sessions, log } = this.#options;
    try {
      await sessions.run(work);
      return {};
    } catch (error) {
      log.warn({ reason: reasonOf(error) }, "operations of a client were not done: it is asked to repeat them");
      return { error };
    }
  }

  #call({ subject, topics, claims }: Writer, batch: PlacedBatch, { operation, at }: PlacedOperation): Call {
    const { client, isAtomic } = batch;
    const { seq, topic } = operation;
    const of = [client, seq, digestOf(operation), subject];
    // Where it could not be done it is written down as it was asked for, if PostgreSQL can hold that.
    const [kind = "", key = ""] = at === undefined ? split(topic) : [at.plan.kind, at.key];
    const refuse = (outcome: SettledOutcome) => ({
      statement: REFUSE,
      values: [...of, kind, key, JSON.stringify(outcome)],
    });
    const refused = (outcome: SettledOutcome): Call => ({ seq, refuse, ...refuse(outcome) });
    const writes = at && writesOf(at.plan, operation);
    const statement = writes && this.#statements.get(writes.functionName);
    if (writes === undefined || statement === undefined) return refused({ outcome: "forbidden" });
    const refusal = refusalOf(writes, operation);
    if (refusal !== undefined) return refused(refusal);
    const shown = JSON.stringify(claims ?? { sub: subject });
    return { seq, refuse, statement, values: [...of, topics, shown, key, JSON.stringify(operation), !isAtomic] };
  }
}

const RETRY: Outcome = { outcome: "retry", reason: "it was not done" };

/** @param error of a statement, or of a session */
function retry(error: unknown): Outcome {
  const code = errorCode(error) ?? "";
  return { outcome: "retry", reason: REASONS[code] ?? "the database could not be asked" };
}

const REASONS: Readonly<Record<string, string>> = {
  "40001": "another transaction was in the way",
  "40P01": "another transaction was in the way",
  "55P03": "another transaction has a lock on the row for too long",
};

/** `kind:key`; a key may hold ":" too. */
function split(topic: string): readonly string[] {
  const end = topic.indexOf(":");
  return [topic.slice(0, end), topic.slice(end + 1)];
}

async function outcomeOf(
  session: WritingSession,
  { statement, values }: Pick<Call, "statement" | "values">,
): Promise<Outcome> {
  const [row] = await session.rows(statement, values);
  return JSON.parse(row?.[0] ?? "") as Outcome;
}

async function doneTogether(session: WritingSession, calls: readonly Call[]): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  await session.script("begin");
  for (const call of calls) {
    const outcome = await outcomeOf(session, call);
    outcomes.push(outcome);
    if (!isDone(outcome)) return writtenDown(session, calls, outcomes.length - 1, outcome);
  }
  const refused = await deferredRefusal(session);
  if (refused !== undefined) return writtenDown(session, calls, calls.length - 1, refused);
  await session.script("commit");
  return outcomes;
}

/** Whether the batch goes on after it: it was done now, or has been before. */
function isDone({ outcome }: Outcome): boolean {
  return outcome === "applied" || outcome === "duplicate";
}

/** A constraint that is checked at the commit: what it refuses, the last operation has completed. */
async function deferredRefusal(session: WritingSession): Promise<Outcome | undefined> {
  try {
    await session.script("set constraints all immediate");
    return undefined;
  } catch (error) {
    const code = errorCode(error) ?? "";
    if (!code.startsWith("23")) throw error;
    const constraint = error instanceof Error && "constraint" in error ? String(error.constraint) : undefined;
    return {
      outcome: "invalid",
      ...(constraint === undefined ? {} : { constraint }),
      reason: `a constraint refuses what the batch leaves behind (${code})`,
    };
  }
}

/** Nothing is done, and what became of each is in the ledger; unless one may pass later, or is none of this client's. */
async function writtenDown(
  session: WritingSession,
  calls: readonly Call[],
  at: number,
  failure: Outcome,
): Promise<readonly Outcome[]> {
  await session.script("rollback");
  const failed = calls[at]?.seq ?? 0;
  const aborted = { outcome: "aborted" as const, failed };
  if (["gap", "id_reused", "pruned"].includes(failure.outcome))
    return calls.map((_, place) => (place === at ? failure : { outcome: "retry", reason: "its batch was not done" }));
  await session.script("begin");
  const outcomes: Outcome[] = [];
  for (const [place, call] of calls.entries())
    outcomes.push(await outcomeOf(session, call.refuse(place === at ? (failure as SettledOutcome) : aborted)));
  await session.script("commit");
  return outcomes;
}
