import { encode, type Frame } from "../../hub/frame.ts";
import type { OwnerEvent } from "../../owners/owner-event.ts";
import { MAX_SEEN } from "../../stream/cursor.ts";
import type { RowsPosition, StreamPosition } from "../../stream/stream-position.ts";
import { type PendingEvents, type Step, stepFrom } from "./pending.ts";

/** What event frames of one topic have in common. */
export interface EventEncoding {
  readonly topic: string;
  readonly timestamp: number;
  readonly cursorAt: (position: StreamPosition) => string;
}

/**
 * The frames of events in a row. The cursor of the last of each batch says that everything up to there was got; one in between names
 * the events of its batch so far, so that a client that is cut off in the middle gets the others, and those not again. (Of a batch of
 * more than {@link MAX_SEEN} for one owner it may get some again, by the same ids.)
 * Events that were owed say each how far it brings its receivers; those of other batches meanwhile bring nobody further with rows.
 * @param before where its receivers are
 * @param after where the last frame brings them
 */
export function eventFrames(
  batches: readonly Pick<PendingEvents, "events" | keyof Step>[],
  before: StreamPosition,
  after: StreamPosition,
  { topic, timestamp, cursorAt }: EventEncoding,
): Frame[] {
  const frames: Frame[] = [];
  let start = before;
  for (const [at, batch] of batches.entries()) {
    const { events, rowsAfter: rows } = batch;
    const end = at === batches.length - 1 ? after : stepFrom(start, after.incarnation, batch);
    const cursors =
      rows === undefined ? cursorsOf(events, start, end, cursorAt) : cursorsBy(rows, start, end, cursorAt);
    for (const [place, { id, name, data }] of events.entries())
      frames.push(encode({ type: name, timestamp, topic, id, cursor: cursors[place] ?? "", data }));
    start = end;
  }
  return frames;
}

/** One for each event. */
function cursorsOf(
  events: readonly OwnerEvent[],
  start: StreamPosition,
  end: StreamPosition,
  cursorAt: EventEncoding["cursorAt"],
): readonly string[] {
  const before = events.slice(0, -1);
  const ids = before.map(({ id }) => id);
  // A cursor in the middle of more would weigh more than its event: it names none.
  const isNamed = events.length <= MAX_SEEN;
  const unnamed = isNamed ? "" : cursorAt(start);
  const between = before.map((_, place) =>
    isNamed ? cursorAt({ ...start, seen: [...(start.seen ?? []), ...ids.slice(0, place + 1)] }) : unnamed,
  );
  return [...between, cursorAt(end)];
}

/** One for each event that was owed. */
function cursorsBy(
  rows: readonly RowsPosition[],
  start: StreamPosition,
  end: StreamPosition,
  cursorAt: EventEncoding["cursorAt"],
): readonly string[] {
  return [...rows.slice(0, -1).map((told) => cursorAt({ ...start, rows: told })), cursorAt(end)];
}
