import { includes, type Snapshot, sees } from "../stream/snapshot.ts";
import type { OwnerEvent } from "../owners/owner-event.ts";
import type { OwnerPast, Past, Wanted } from "./history-reader.ts";

/** What a client lacks, of one owner: from what it has seen to what it sees next; instants in microseconds since 1970. */
export interface MissedStretch {
  /** Equal for stretches between the same two places. */
  readonly name: string;
  /** The life of the change rows that it lies in. */
  readonly incarnation: string;
  readonly since: Snapshot;
  readonly sinceUs: number;
  readonly upto: Snapshot;
  readonly uptoUs: number;
}

const NOTHING: OwnerPast = { events: [], isWhole: true, doubts: [], occupants: () => [] };

/** What was read of one owner's past, and which stretches of it that answers. */
export class KnownPast {
  readonly #wanted: Wanted;
  readonly #read: Past;
  /** Clients of one owner were often cut off at the same place. */
  readonly #told = new Map<string, readonly OwnerEvent[] | undefined>();

  constructor(wanted: Wanted, read: Past) {
    this.#wanted = wanted;
    this.#read = read;
  }

  answers({ incarnation, since, sinceUs, upto }: MissedStretch): boolean {
    const { since: first, sinceUs: firstUs } = this.#wanted;
    // The server may have crashed and come back before this daemon has noticed: its change rows are gone, and nothing else tells.
    const isOfThisLife = this.#read.incarnation === incarnation;
    return isOfThisLife && first <= since.xmin && firstUs <= sinceUs && includes(this.#read.snapshot, upto);
  }

  /** In order of commit; undefined where anything is in doubt. */
  missed(stretch: MissedStretch): readonly OwnerEvent[] | undefined {
    if (!this.answers(stretch)) return undefined;
    if (!this.#told.has(stretch.name)) this.#told.set(stretch.name, this.#eventsIn(stretch));
    return this.#told.get(stretch.name);
  }

  #eventsIn(stretch: MissedStretch): readonly OwnerEvent[] | undefined {
    const { since, upto } = stretch;
    const { floor, owners } = this.#read;
    const past = owners.get(this.#wanted.owner) ?? NOTHING;
    const isMissed = (xid: bigint): boolean => !sees(since, xid) && sees(upto, xid);
    if (floor !== undefined && !includes(since, floor)) return undefined;
    if (!past.isWhole || past.doubts.some(isMissed)) return undefined;
    const written = past.events.filter(({ xid }) => isMissed(xid)).map(({ event }) => event);
    return [...written, ...past.occupants(stretch)];
  }
}
