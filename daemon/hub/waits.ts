/**
 * Who waits until a subscriber has what a transaction did. A subscriber has it once it stands where the snapshot sees the transaction as
 * over: also one that changed nothing of the topic, or was rolled back.
 *
 * Background: a topic stands at the snapshot of the last batch that had something for it, which may be hours old, and a transaction that
 * writes nothing into a watched table rings no bell. The naive way is to read the database all the time. What we do: nothing is read while
 * nobody waits; who begins to wait has the database read at once, as `locate` does, and again every {@link READ_AGAIN_MS} while the
 * transaction goes on, however many wait. Why it ends: each wait has a time by which it is over.
 */
import type { Timers } from "../config/timers.ts";
import type { Receipt } from "../stream/receipt.ts";
import { parseSnapshot, sees } from "../stream/snapshot.ts";
import type { Subscription } from "./subscription.ts";
import type { Progress } from "./topic-content.ts";

/** `foreign`: the change rows began another life meanwhile. `ended`: the subscription did. */
export type WaitOutcome = "reached" | "timed_out" | "foreign" | "ended";

export interface Wait {
  readonly receipt: Receipt;
  readonly timeoutMs: number;
  /** How far the subscriber is; undefined while it is on its way. */
  readonly reached: () => Progress | "ended" | undefined;
  /** Has the database read once more, and {@link Waits.look} called when what followed from that has gone out to the subscriber. */
  readonly locate: () => void;
  /** Called once, perhaps at once. */
  readonly settle: (outcome: WaitOutcome) => void;
}

export type WaitRequest = Pick<Wait, "receipt" | "timeoutMs">;

/** The hub, as far as those need it who wait. */
export interface WaitingHub {
  /**
   * Calls `settle` once, perhaps at once, when the frames that were sent to a subscriber have what the receipt's transaction did, or with why
   * that is not to be waited for any more.
   * @param topic that the subscription is of
   */
  wait(topic: string, subscription: Subscription, request: WaitRequest, settle: (outcome: WaitOutcome) => void): void;
}

const READ_AGAIN_MS = 50;

export class Waits {
  readonly #timers: Timers;
  /** With how long each may still take: counted, not compared with a clock, which may be set. */
  readonly #leftMs = new Map<Wait, number>();
  #timer: unknown;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  begin(wait: Wait): void {
    this.#leftMs.set(wait, wait.timeoutMs);
    if (this.look(wait)) return;
    wait.locate();
    this.#timer ??= this.#timers.setTimeout(() => this.#again(), READ_AGAIN_MS);
  }

  /** True once it is over. */
  look(wait: Wait): boolean {
    if (!this.#leftMs.has(wait)) return true;
    const outcome = outcomeOf(wait);
    if (outcome !== undefined) this.#settle(wait, outcome);
    return outcome !== undefined;
  }

  stop(): void {
    this.#timers.clearTimeout(this.#timer);
    for (const wait of this.#leftMs.keys()) this.#settle(wait, "ended");
  }

  #again(): void {
    this.#timer = undefined;
    for (const [wait, before] of this.#leftMs) {
      if (this.look(wait)) continue;
      const leftMs = before - READ_AGAIN_MS;
      this.#leftMs.set(wait, leftMs);
      if (leftMs <= 0) this.#settle(wait, "timed_out");
      else wait.locate();
    }
    if (this.#leftMs.size > 0) this.#timer = this.#timers.setTimeout(() => this.#again(), READ_AGAIN_MS);
  }

  #settle(wait: Wait, outcome: WaitOutcome): void {
    this.#leftMs.delete(wait);
    wait.settle(outcome);
  }
}

function outcomeOf({ receipt, reached }: Wait): WaitOutcome | undefined {
  const progress = reached();
  if (progress === undefined || progress === "ended") return progress;
  const { incarnation, snapshot } = progress.position;
  if (incarnation !== receipt.incarnation) return "foreign";
  return sees(parseSnapshot(snapshot), receipt.xid) ? "reached" : undefined;
}
