import type { Cut } from "../capture/batch.ts";
import type { JsonObject } from "../../protocol/json.ts";
import type { OwnerDriver } from "./owner-driver.ts";
import type { LivePhase } from "./owner-phase.ts";
import type { WatchedOwner } from "./watched-owner.ts";

/** What an owner's subscribers show, once the batch of a cut is taken in. */
export interface AuditedState {
  readonly document: JsonObject;
  /** The instant that it holds at, in microseconds since 1970. */
  readonly t: number;
}

/** What an audit found. */
export type AuditOutcome =
  | { readonly kind: "right" }
  /** `differing` values are not what SQL says; `leaves` tells of the first of them. */
  | {
      readonly kind: "drifted";
      readonly differing: number;
      readonly leaves: readonly string[];
      /** The owner must be read again. */
      readonly mustReload: boolean;
    }
  | { readonly kind: "failed"; readonly reason: string };

export interface AuditUnderWay {
  /** Settles, without error and soon, once the cut's snapshot is no longer needed. */
  readonly imported: Promise<void>;
  /** Never rejects. */
  readonly outcome: Promise<AuditOutcome>;
}

/** Finds out a second way what an owner's numbers should be. One at a time. */
export interface OwnerAudit {
  readonly isDue: boolean;
  /** One may begin, due or not. */
  readonly isFree: boolean;
  /** @param state undefined if the owner has no numbers by then */
  begin(cut: Cut, owner: string, state: Promise<AuditedState | undefined>): AuditUnderWay;
}

export interface AuditTurnsOptions {
  readonly audit: OwnerAudit;
  readonly owners: ReadonlyMap<string, WatchedOwner>;
  readonly driver: Pick<OwnerDriver, "advance" | "dispatch">;
}

/** An owner whose turn comes before all others', and who is told what was found. */
interface AskedTurn {
  readonly owner: WatchedOwner;
  readonly answer: (outcome: AuditOutcome) => void;
}

const GONE: AuditOutcome = { kind: "failed", reason: "its numbers can't be vouched for any more" };

/** While many owners load, few are live: so many are looked at in one turn. */
const LOOKED_AT = 16;

/**
 * The loaded owners in turn, each at a cut of the stream. A batch must have been taken in whole before what an owner shows is what the
 * cut's snapshot says: the audit imports the snapshot meanwhile, as a load does, and learns the document and its instant when the batch has
 * ended. Whatever comes after that is no matter of this cut.
 */
export class AuditTurns {
  readonly #with: AuditTurnsOptions;
  readonly #asked: AskedTurn[] = [];
  #rest: Iterator<WatchedOwner, undefined>;
  #next: WatchedOwner | undefined;
  #underWay: { readonly owner: WatchedOwner; readonly tell: (phase: LivePhase | undefined) => void } | undefined;

  constructor(options: AuditTurnsOptions) {
    this.#with = options;
    this.#rest = options.owners.values();
  }

  /** True when an owner's turn has come, and one is live. */
  get isDue(): boolean {
    const { audit } = this.#with;
    return (this.#asked.length > 0 && audit.isFree) || (audit.isDue && this.#find() !== undefined);
  }

  /** Has a live owner's turn come first. Never rejects. */
  ask(owner: WatchedOwner): Promise<AuditOutcome> {
    return new Promise((answer) => this.#asked.push({ owner, answer }));
  }

  /** Begins at a cut, where an owner's turn has come; resolves once the snapshot is imported. */
  async begin(cut: Cut): Promise<void> {
    const asked = this.#with.audit.isFree ? this.#asked.shift() : undefined;
    const owner = asked?.owner ?? (this.#with.audit.isDue ? this.#find() : undefined);
    if (owner === undefined) return;
    if (owner === this.#next) this.#next = undefined;
    const phase = new Promise<LivePhase | undefined>((tell) => {
      this.#underWay = { owner, tell };
    });
    const state = phase.then((live) => live && { document: live.numbers.sent(), t: live.numbers.t });
    const { imported, outcome } = this.#with.audit.begin(cut, owner.id, state);
    void this.#judge(owner, phase, outcome).then((found) => asked?.answer(found));
    await imported;
  }

  /** The cut's batch is taken in whole. */
  batchEnded(): void {
    const audited = this.#underWay;
    if (audited === undefined) return;
    this.#underWay = undefined;
    const { phase, publisher } = audited.owner;
    // So that its document holds at this very instant.
    if (phase.kind === "live") this.#with.driver.advance(audited.owner);
    audited.tell(phase.kind === "live" && !publisher.isStale ? phase : undefined);
  }

  /** The epoch is over. */
  abandon(): void {
    this.#underWay?.tell(undefined);
    this.#underWay = undefined;
    for (const { answer } of this.#asked.splice(0)) answer(GONE);
  }

  async #judge(
    owner: WatchedOwner,
    phase: Promise<LivePhase | undefined>,
    outcome: Promise<AuditOutcome>,
  ): Promise<AuditOutcome> {
    const [of, found] = [await phase, await outcome];
    if (of === undefined) return GONE;
    if (found.kind === "drifted" && found.mustReload) this.#with.driver.dispatch(owner, { type: "drifted", of });
    return found;
  }

  #find(): WatchedOwner | undefined {
    for (let looks = 0; looks < LOOKED_AT && this.#next?.phase.kind !== "live"; looks += 1) {
      const step = this.#rest.next();
      this.#next = step.value;
      // Owners that have come meanwhile have their turn in the next round.
      if (step.done) this.#rest = this.#with.owners.values();
    }
    return this.#next?.phase.kind === "live" ? this.#next : undefined;
  }
}
