import { includes, parseSnapshot, type Snapshot, sees } from "../stream/snapshot.ts";
import { type MissedRange, rowsOf } from "../stream/stream-position.ts";
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
    const isReadFrom = sinceUs <= since.asOf && placesOf(since).every(({ xmin }) => firstXid <= xmin);
    const { part } = rowsOf(upto);
    const isReadTo =
      placesOf(upto).every((end) => includes(this.#reading.snapshot, end)) &&
      // Neither place sees a transaction of which only a part is told.
      (part === undefined || sees(this.#reading.snapshot, part.xid));
    return isOfThisLife && isReadFrom && isReadTo;
  }

  /** Undefined where anything is in doubt. */
  missed(range: MissedRange): Missed | undefined {
    if (!this.covers(range)) return undefined;
    const { since, upto } = range;
    const { snapshot, part } = rowsOf(upto);
    const end = [upto.snapshot, upto.asOf, snapshot, part?.xid, part?.events];
    const name = [since.snapshot, since.asOf, since.rows?.snapshot, ...end].join(" ");
    if (!this.#answers.has(name)) this.#answers.set(name, this.#eventsIn(range));
    return this.#answers.get(name);
  }

  #eventsIn(range: MissedRange): Missed | undefined {
    const [since, upto] = [rowsOf(range.since), rowsOf(range.upto)];
    const [told, toTell] = [parseSnapshot(since.snapshot), parseSnapshot(upto.snapshot)];
    const { floor, owners } = this.#reading;
    const reading = owners.get(this.#request.owner) ?? NOTHING;
    const isNew = (xid: bigint): boolean => !sees(told, xid);
    const isMissed = (xid: bigint): boolean => isNew(xid) && (sees(toTell, xid) || xid === upto.part?.xid);
    if (floor !== undefined && placesOf(range.since).some((place) => !includes(place, floor))) return undefined;
    if (reading.doubts.some(isMissed)) return undefined;
    // One that came after what is told, too: the reading told of rows by whose they were in the end.
    if (reading.moves.some(isNew)) return undefined;
    if (!reading.isWhole) return "too_many";
    let ofPart = 0;
    const isTold = (xid: bigint): boolean => xid !== upto.part?.xid || ++ofPart <= upto.part.events;
    const written = reading.events.filter(({ xid }) => isMissed(xid) && isTold(xid));
    return { written, occupants: reading.occupants(range) };
  }
}

/** Where it is with who came and went, and with rows. */
function placesOf(position: MissedRange["since"]): readonly Snapshot[] {
  return [...new Set([position.snapshot, rowsOf(position).snapshot])].map((text) => parseSnapshot(text));
}
