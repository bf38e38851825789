import type { Reset } from "../capture/batch.ts";
import { parseReply } from "../capture/batch-row.ts";
import { countOf, eventsOf, inOrderOfCommit, type PlacedRow, placeOf } from "../capture/event-row.ts";
import { readKind } from "../capture/read-kind.ts";
import { readWithheld } from "../capture/statement.ts";
import type { TextRow } from "../database/session.ts";
import type { ReadWithheldEvents, WithheldEvent, WithheldRange } from "../owners/withheld-events.ts";
import { eventSelects, sourcesOfEvents } from "../plan/event-select.ts";
import { settledRows } from "../plan/row-source.ts";
import { TAG } from "../plan/row-tag.ts";
import { includes, parseSnapshot, sees } from "../stream/snapshot.ts";
import type { StreamPosition } from "../stream/stream-position.ts";
import type { HistoryReaderOptions } from "./history-reader.ts";
import { ReplayPath } from "./replay-path.ts";

/**
 * Rows of a reply: some 20 MB. Where there are more, clients are better served by replays, which are read page by page and by whoever wants
 * them.
 */
const MOST_ROWS = 20_000;
/** It has no lease: the reader's keeps the rows. */
const NO_READER = "00000000-0000-0000-0000-000000000000";

export interface WithheldReaderOptions extends HistoryReaderOptions {
  /** Beyond it they are not read; default {@link MOST_ROWS}. */
  readonly mostRows?: number;
}

/** Reads the events that a batch came without. Rejects where rows of theirs are gone, and where they are too many. */
export function withheldReader({
  plan,
  sessions,
  zones,
  mostRows = MOST_ROWS,
}: WithheldReaderOptions): ReadWithheldEvents {
  const { name, text } = readWithheld(
    plan.kind,
    { ...readKind(plan), selects: eventSelects(plan, settledRows) },
    sourcesOfEvents(plan),
  );
  const statement = { name, text: `select * from (${text}) reply limit $6::bigint` };
  return async (owner, { since, upto }, incarnation) => {
    const values = [since, NO_READER, zones(), [owner], upto, mostRows + 1];
    const rows = await sessions.run((session) => session.rows(statement, values));
    if (rows.length > mostRows) throw new Error(`they are more than ${mostRows}`);
    const isEvent = ([tag]: TextRow): boolean => Number(tag) === TAG.event;
    const { batches, origin } = parseReply(
      rows.filter((row) => !isEvent(row)),
      "",
    );
    if (origin?.incarnation !== incarnation) throw new Error("the change rows are of another life of the database");
    const { floor } = origin;
    if (floor !== undefined && !includes(parseSnapshot(since), parseSnapshot(floor)))
      throw new Error("changes were pruned before they were read");
    // Others' tell the owner nothing, and no transaction of its is open until they are over.
    const resets = batches[0].resets.filter((reset) => (reset.owner ?? owner) === owner);
    const seen = parseSnapshot(upto);
    // Only what became of parents is read beyond that snapshot.
    if (resets.some(({ xid }) => !sees(seen, xid))) throw new Error("rows came to another owner before they were read");
    const ordered = inOrderOfCommit(rows.filter(isEvent).map(placeOf));
    const count = ordered.reduce((sum, { row }) => sum + countOf(row), 0);
    return { resets, count, events: placedEvents(ordered, resets, { since, upto }) };
  };
}

/**
 * Each event, and how far it brings who gets it, made when it is asked for. A transaction whose bulk statements are told after all of
 * them is not over before.
 */
function* placedEvents(
  ordered: readonly PlacedRow[],
  resets: readonly Reset[],
  { since, upto }: WithheldRange,
): Generator<WithheldEvent> {
  const bulk = new Set(resets.map(({ xid }) => xid));
  const order = BigUint64Array.from(new Set([...ordered.map(({ xid }) => xid), ...bulk]));
  const at = (snapshot: string): StreamPosition => ({ incarnation: "", snapshot, asOf: 0 });
  const path = new ReplayPath({ since: at(since), upto: at(upto) }, order);
  let nth = 0;
  for (const [place, { row, xid }] of ordered.entries()) {
    if (ordered[place - 1]?.xid !== xid) nth = 0;
    const events = eventsOf(row);
    const isLastRow = ordered[place + 1]?.xid !== xid && !bulk.has(xid);
    for (const [at, event] of events.entries()) {
      nth += 1;
      yield { event, rows: path.reach(xid, nth, isLastRow && at === events.length - 1) };
    }
  }
}
