import { parseReply } from "../capture/batch-row.ts";
import { inOrderOfCommit, type OrderedEvent, parseEventRow } from "../capture/event-row.ts";
import { readWithheld } from "../capture/statement.ts";
import type { TextRow } from "../database/session.ts";
import type { Slices } from "../owners/slices.ts";
import type { ReadWithheldEvents } from "../owners/withheld-events.ts";
import { eventSelects, sourcesOfEvents } from "../plan/event-select.ts";
import { settledRows } from "../plan/row-source.ts";
import { TAG } from "../plan/row-tag.ts";
import { includes, parseSnapshot, sees } from "../stream/snapshot.ts";
import type { HistoryReaderOptions } from "./history-reader.ts";

/**
 * Rows of a reply: some 20 MB. Where there are more, clients are better served by replays, which are read page by page and by whoever wants
 * them.
 */
const MOST_ROWS = 20_000;
/** It has no lease: the reader's keeps the rows. */
const NO_READER = "00000000-0000-0000-0000-000000000000";

export interface WithheldReaderOptions extends HistoryReaderOptions {
  readonly slices: Slices;
  /** Beyond it they are not read; default {@link MOST_ROWS}. */
  readonly mostRows?: number;
}

/** Reads the events that a batch came without. Rejects where rows of theirs are gone, and where they are too many. */
export function withheldReader({
  plan,
  sessions,
  zones,
  slices,
  mostRows = MOST_ROWS,
}: WithheldReaderOptions): ReadWithheldEvents {
  const { name, text } = readWithheld(plan.tables, eventSelects(plan, settledRows), sourcesOfEvents(plan));
  const statement = { name, text: `select * from (${text}) reply limit $6::bigint` };
  return async (owner, { since, upto }, incarnation) => {
    const values = [since, NO_READER, zones(), [owner], upto, mostRows + 1];
    const rows = await sessions.run((session) => session.rows(statement, values));
    if (rows.length > mostRows) throw new Error(`they are more than ${mostRows}`);
    const isEvent = ([tag]: TextRow): boolean => Number(tag) === TAG.event;
    const { batch, origin } = parseReply(
      rows.filter((row) => !isEvent(row)),
      "",
    );
    if (origin?.incarnation !== incarnation) throw new Error("the change rows are of another life of the database");
    const { floor } = origin;
    if (floor !== undefined && !includes(parseSnapshot(since), parseSnapshot(floor)))
      throw new Error("changes were pruned before they were read");
    const seen = parseSnapshot(upto);
    // Only what became of parents is read beyond that snapshot.
    if (batch.resets.some((reset) => (reset.owner ?? owner) === owner && !sees(seen, reset.xid)))
      throw new Error("rows came to another owner before they were read");
    const events: OrderedEvent[] = [];
    const work = slices.begin();
    for (const row of rows) {
      if (isEvent(row)) events.push(parseEventRow(row));
      if (work.isDue) await work.turn();
    }
    return { resets: batch.resets, events: inOrderOfCommit(events) };
  };
}
