/** What operators see of watched owners, and may have done with them. */
import type { AuditOutcome, AuditTurns } from "./audit-turns.ts";
import type { OwnerDriver } from "./owner-driver.ts";
import type { Phase } from "./owner-phase.ts";
import type { WatchedOwner } from "./watched-owner.ts";

export interface OperatedOwnersOptions {
  readonly owners: ReadonlyMap<string, WatchedOwner>;
  readonly driver: Pick<OwnerDriver, "dispatch">;
  readonly audits: Pick<AuditTurns, "ask"> | undefined;
  /** Has the reader read soon. */
  readonly nudge: () => void;
}

export class OperatedOwners {
  readonly #with: OperatedOwnersOptions;

  constructor(options: OperatedOwnersOptions) {
    this.#with = options;
  }

  /** In which phase each is. */
  phases(): readonly Phase["kind"][] {
    return Array.from(this.#with.owners.values(), ({ phase }) => phase.kind);
  }

  /** Has an owner read again at the next cut, while what it shows stays; gives false where nobody watches it. */
  reload(id: string): boolean {
    const owner = this.#with.owners.get(id);
    if (owner !== undefined) this.#with.driver.dispatch(owner, { type: "outdated" });
    return owner !== undefined;
  }

  /** Has an owner compared with SQL at the next cut; undefined where it has no numbers, or there is no audit. Never rejects. */
  async verify(id: string): Promise<AuditOutcome | undefined> {
    const { owners, audits, nudge } = this.#with;
    const owner = owners.get(id);
    if (audits === undefined || owner?.phase.kind !== "live") return undefined;
    const outcome = audits.ask(owner);
    nudge();
    return outcome;
  }
}
