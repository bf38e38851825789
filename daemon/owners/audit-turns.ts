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

export interface AuditUnderWay {
  /** Settles, without error and soon, once the cut's snapshot is no longer needed. */
  readonly imported: Promise<void>;
  /** Whether the owner must be read again. Never rejects. */
  readonly hasDrifted: Promise<boolean>;
}

/** Finds out a second way what an owner's numbers should be. One at a time. */
export interface OwnerAudit {
  readonly isDue: boolean;
  /** @param state undefined if the owner has no numbers by then */
  begin(cut: Cut, owner: string, state: Promise<AuditedState | undefined>): AuditUnderWay;
}

export interface AuditTurnsOptions {
  readonly audit: OwnerAudit;
  readonly owners: ReadonlyMap<string, WatchedOwner>;
  readonly driver: Pick<OwnerDriver, "advance" | "dispatch">;
}

/** While many owners load, few are live: so many are looked at in one turn. */
const LOOKED_AT = 16;

/**
 * The loaded owners in turn, each at a cut of the stream. A batch must have been taken in whole before what an owner shows is what the
 * cut's snapshot says: the audit imports the snapshot meanwhile, as a load does, and learns the document and its instant when the batch has
 * ended. Whatever comes after that is no matter of this cut.
 */
export class AuditTurns {
  readonly #with: AuditTurnsOptions;
  #rest: Iterator<WatchedOwner, undefined>;
  #next: WatchedOwner | undefined;
  #underWay: { readonly owner: WatchedOwner; readonly tell: (phase: LivePhase | undefined) => void } | undefined;

  constructor(options: AuditTurnsOptions) {
    this.#with = options;
    this.#rest = options.owners.values();
  }

  /** True when an owner's turn has come, and one is live. */
  get isDue(): boolean {
    return this.#with.audit.isDue && this.#find() !== undefined;
  }

  /** Begins at a cut, where an owner's turn has come; resolves once the snapshot is imported. */
  async begin(cut: Cut): Promise<void> {
    const owner = this.#with.audit.isDue ? this.#find() : undefined;
    if (owner === undefined) return;
    this.#next = undefined;
    const phase = new Promise<LivePhase | undefined>((tell) => {
      this.#underWay = { owner, tell };
    });
    const state = phase.then((live) => live && { document: live.numbers.sent(), t: live.numbers.t });
    const { imported, hasDrifted } = this.#with.audit.begin(cut, owner.id, state);
    void this.#judge(owner, phase, hasDrifted);
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
  }

  async #judge(
    owner: WatchedOwner,
    phase: Promise<LivePhase | undefined>,
    hasDrifted: Promise<boolean>,
  ): Promise<void> {
    const of = await phase;
    if ((await hasDrifted) && of !== undefined) this.#with.driver.dispatch(owner, { type: "drifted", of });
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
