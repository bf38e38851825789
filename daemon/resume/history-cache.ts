import { includes, parseSnapshot, sees } from "../stream/snapshot.ts";
import type { MissedRange } from "../stream/stream-position.ts";
import type { OwnerEvent } from "../owners/owner-event.ts";
import type { HistoryRequest, HistoryReading, OwnerReading } from "./history-reader.ts";

const NOTHING: OwnerReading = { events: [], isWhole: true, doubts: [], occupants: () => [] };

/** What was read of one owner's history, and which ranges of it that answers. */
export class CachedHistory {
  readonly #request: HistoryRequest;
  readonly #reading: HistoryReading;
  /** Clients of one owner were often cut off at the same place. */
  readonly #answers = new Map<string, readonly OwnerEvent[] | undefined>();

  constructor(request: HistoryRequest, reading: HistoryReading) {
    this.#request = request;
    this.#reading = reading;
  }

  covers({ since, upto }: MissedRange): boolean {
    const { firstXid, sinceUs } = this.#request;
    // The server may have crashed and come back before this daemon has noticed: its change rows are gone, and nothing else tells.
    const isOfThisLife = this.#reading.incarnation === upto.incarnation;
    const isReadFrom = firstXid <= parseSnapshot(since.snapshot).xmin && sinceUs <= since.asOf;
    return isOfThisLife && isReadFrom && includes(this.#reading.snapshot, parseSnapshot(upto.snapshot));
  }

  /** In order of commit; undefined where anything is in doubt. */
  missed(range: MissedRange): readonly OwnerEvent[] | undefined {
    if (!this.covers(range)) return undefined;
    const { since, upto } = range;
    const name = [since.snapshot, since.asOf, upto.snapshot, upto.asOf].join(" ");
    if (!this.#answers.has(name)) this.#answers.set(name, this.#eventsIn(range));
    return this.#answers.get(name);
  }

  #eventsIn(range: MissedRange): readonly OwnerEvent[] | undefined {
    const [since, upto] = [parseSnapshot(range.since.snapshot), parseSnapshot(range.upto.snapshot)];
    const { floor, owners } = this.#reading;
    const reading = owners.get(this.#request.owner) ?? NOTHING;
    const isMissed = (xid: bigint): boolean => !sees(since, xid) && sees(upto, xid);
    if (floor !== undefined && !includes(since, floor)) return undefined;
    if (!reading.isWhole || reading.doubts.some(isMissed)) return undefined;
    const written = reading.events.filter(({ xid }) => isMissed(xid)).map(({ event }) => event);
    return [...written, ...reading.occupants(range)];
  }
}
