/**
 * The daemon's own audit: at a low rate one loaded owner's document is computed a second way, by SQL at the snapshot and the instant that it
 * holds at, and compared leaf by leaf. What differs has drifted: rows changed in a way that nobody noticed, or deltad is at fault. It is
 * counted and logged, and the owner is read again. One that differs right after that is not: reading again does not help.
 */
import type { Cut } from "../capture/batch.ts";
import type { Log } from "../config/log.ts";
import { within } from "../database/deadline.ts";
import { reasonOf } from "../database/reason.ts";
import type { Session } from "../database/session.ts";
import type { Sessions } from "../database/session-pool.ts";
import type { AuditedState, AuditOutcome, AuditUnderWay, OwnerAudit } from "../owners/audit-turns.ts";
import type { Plan } from "../plan/plan.ts";
import { type Difference, describe, differences } from "./difference.ts";
import { recomputeAt } from "./recompute-at.ts";

export interface AuditOptions {
  readonly plan: Plan;
  /**
   * One session for the audits of all kinds: no load ever waits for an audit, and none is due while another kind's is under way, since the
   * reader would wait with it. Its statements have a limit, as an ALTER TABLE waits for them.
   */
  readonly sessions: Sessions<Session> & { readonly hasFree: boolean };
  /** Infinity: only those that are asked for. */
  readonly everyMs: number;
  readonly monotonicMs: () => number;
  readonly log: Log;
}

/** Nothing is read while the snapshot is imported, which takes a millisecond, or ten where the session is to be opened. */
const IMPORT_MS = 500;
/** As many leaves stand in the log line. */
const TOLD_LEAVES = 10;
const RIGHT: AuditOutcome = { kind: "right" };

export class Audit implements OwnerAudit {
  readonly #options: AuditOptions;
  /** Owners that were read again, and have not been found right since. */
  readonly #readAgain = new Set<string>();
  #dueMs: number;
  #isUnderWay = false;
  #ended = 0;
  #drifts = 0;

  constructor(options: AuditOptions) {
    this.#options = options;
    this.#dueMs = options.monotonicMs() + options.everyMs;
  }

  get isDue(): boolean {
    return this.isFree && this.#options.monotonicMs() >= this.#dueMs;
  }

  get isFree(): boolean {
    return !this.#isUnderWay && this.#options.sessions.hasFree;
  }

  /** Since the start: how many owners were compared, and how many of them differed. */
  get counts(): { readonly ended: number; readonly drifts: number } {
    return { ended: this.#ended, drifts: this.#drifts };
  }

  begin(cut: Cut, owner: string, state: Promise<AuditedState | undefined>): AuditUnderWay {
    this.#isUnderWay = true;
    const { imported, documents } = recomputeAt({
      plan: this.#options.plan,
      sessions: this.#options.sessions,
      snapshotId: cut.snapshotId,
      owners: state.then((shown) => (shown ? [owner] : [])),
      t: state.then((shown) => shown?.t ?? 0),
    });
    let isLate = false;
    const inTime = within(IMPORT_MS, "the session that audits", imported).catch(() => {
      isLate = true;
    });
    const compared = Promise.all([state, documents]).then(([shown, expected]) => {
      // The reader may have let its locks go before this session had them.
      if (isLate) throw new Error(`no session took the snapshot within ${IMPORT_MS} ms`);
      return shown
        ? this.#judge(owner, differences(owner, "daemon", shown.document, expected.get(owner) ?? {}))
        : RIGHT;
    });
    return { imported: inTime, outcome: this.#outcome(owner, compared) };
  }

  async #outcome(owner: string, compared: Promise<AuditOutcome>): Promise<AuditOutcome> {
    try {
      const outcome = await compared;
      this.#ended += 1;
      return outcome;
    } catch (error) {
      // Another one has its turn next; `deltad verify` says more, in its own time.
      const reason = reasonOf(error);
      this.#options.log.debug({ owner, reason }, "an owner could not be audited");
      return { kind: "failed", reason };
    } finally {
      this.#isUnderWay = false;
      this.#dueMs = this.#options.monotonicMs() + this.#options.everyMs;
    }
  }

  #judge(owner: string, found: readonly Difference[]): AuditOutcome {
    if (found.length === 0) {
      this.#readAgain.delete(owner);
      return RIGHT;
    }
    this.#drifts += 1;
    const leaves = found.slice(0, TOLD_LEAVES).map(describe);
    const drifted = { kind: "drifted", differing: found.length, leaves } as const;
    const fields = { owner, leaves, differing: found.length, deltad_drift_total: this.#drifts };
    if (this.#readAgain.has(owner)) {
      this.#options.log.error(
        fields,
        "an owner that was read again still shows other numbers than SQL says: compare with `deltad verify --fresh`, and report it",
      );
      return { ...drifted, mustReload: false };
    }
    this.#readAgain.add(owner);
    this.#options.log.warn(
      fields,
      "an owner showed other numbers than SQL says, and is read again: rows changed where no trigger saw it, or what one wrote down was changed",
    );
    return { ...drifted, mustReload: true };
  }
}
