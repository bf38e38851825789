import type { OwnerEvent } from "../owners/owner-event.ts";
import { encode, type Frame } from "./frame.ts";
import type { PendingEvents } from "./pending.ts";
import { type CursorOf, MAX_SEEN, type Place } from "../stream/cursor.ts";

/**
 * The frames of events in a row. The cursor of the last of each batch says that everything up to there was got; one in between names
 * the events of its batch so far, so that a client that is cut off in the middle gets the others, and those not again. (Of a batch of
 * more than {@link MAX_SEEN} for one owner it may get some again, by the same ids.)
 * @param before how far its receivers are
 * @param after how far they are with the last frame
 */
export function eventFrames(
  topic: string,
  batches: readonly PendingEvents[],
  before: Place,
  after: Place,
  timestamp: number,
  cursorOf: CursorOf,
): Frame[] {
  const frames: Frame[] = [];
  let start = before;
  for (const [at, { snapshot, asOf, events }] of batches.entries()) {
    const end = at === batches.length - 1 ? after : { ...after, snapshot, asOf };
    const cursors = cursorsOf(events, start, end, cursorOf);
    for (const [place, { id, name, data }] of events.entries())
      frames.push(encode({ type: name, timestamp, topic, id, cursor: cursors[place] ?? "", data }));
    start = end;
  }
  return frames;
}

/** One for each event. */
function cursorsOf(events: readonly OwnerEvent[], start: Place, end: Place, cursorOf: CursorOf): readonly string[] {
  const before = events.slice(0, -1);
  const ids = before.map(({ id }) => id);
  // A cursor in the middle of more would weigh more than its event: it names none.
  const isNamed = events.length <= MAX_SEEN;
  const unnamed = isNamed ? "" : cursorOf(start);
  const between = before.map((_, place) =>
    isNamed ? cursorOf({ ...start, seen: [...start.seen, ...ids.slice(0, place + 1)] }) : unnamed,
  );
  return [...between, cursorOf(end)];
}
