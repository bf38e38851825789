import { includes, parseSnapshot, sees } from "../stream/snapshot.ts";
import type { MissedRange } from "../stream/stream-position.ts";
import type { KnownEvents } from "./owner-replay.ts";
import type { HistoryRequest, HistoryReading, OwnerReading } from "./history-reader.ts";

const NOTHING: OwnerReading = { events: [], isWhole: true, doubts: [], moves: [], occupants: () => [] };

/** All that was missed, or that it is too much for one read. */
export type Missed = KnownEvents | "too_many";

/** What was read of one owner's history, and which ranges of it that answers. */
export class CachedHistory {
  readonly #request: HistoryRequest;
  readonly #reading: HistoryReading;
  /** Clients of one owner were often cut off at the same place. */
  readonly #answers = new Map<string, Missed | undefined>();

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

  /** Undefined where anything is in doubt. */
  missed(range: MissedRange): Missed | undefined {
    if (!this.covers(range)) return undefined;
    const { since, upto } = range;
    const name = [since.snapshot, since.asOf, since.ahead?.snapshot, upto.snapshot, upto.asOf].join(" ");
    if (!this.#answers.has(name)) this.#answers.set(name, this.#eventsIn(range));
    return this.#answers.get(name);
  }

  #eventsIn(range: MissedRange): Missed | undefined {
    const { ahead } = range.since;
    const [since, upto] = [parseSnapshot(range.since.snapshot), parseSnapshot(range.upto.snapshot)];
    const replayed = ahead && parseSnapshot(ahead.snapshot);
    const { floor, owners } = this.#reading;
    const reading = owners.get(this.#request.owner) ?? NOTHING;
    const isNew = (xid: bigint): boolean => !sees(replayed ?? since, xid);
    const isMissed = (xid: bigint): boolean => isNew(xid) && sees(upto, xid);
    if (floor !== undefined && !includes(since, floor)) return undefined;
    if (reading.doubts.some(isMissed)) return undefined;
    // One that came after what is told, too: the reading told of rows by whose they were in the end.
    if (reading.moves.some(isNew)) return undefined;
    if (!reading.isWhole) return "too_many";
    return { written: reading.events.filter(({ xid }) => isMissed(xid)), occupants: reading.occupants(range) };
  }
}
