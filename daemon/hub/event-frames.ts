import { encode, type Frame } from "./frame.ts";
import type { PendingEvents } from "./pending.ts";
import type { CursorOf, Place } from "./place.ts";

/** A cursor in the middle of a batch names at most as many events: a longer one would weigh more than the event. */
const NAMED_EVENTS = 32;

/**
 * The frames of events in a row. The cursor of the last of each batch says that everything up to there was got; one in between names
 * the events of its batch so far, so that a client that is cut off in the middle gets the others, and those not again. (Past
 * {@link NAMED_EVENTS} of one batch it may get some again, by the same ids.)
 * @param before how far its receivers are
 * @param after how far they are with the last frame
 */
export function eventFrames(
  batches: readonly PendingEvents[],
  before: Place,
  after: Place,
  timestamp: number,
  cursorOf: CursorOf,
): Frame[] {
  const frames: Frame[] = [];
  let start = before;
  for (const [at, batch] of batches.entries()) {
    const { owner, snapshot, asOf } = batch;
    const end = at === batches.length - 1 ? after : { owner, snapshot, asOf, seen: [] };
    const seen: string[] = [];
    for (const [place, { id, name, data }] of batch.events.entries()) {
      if (seen.length < NAMED_EVENTS) seen.push(id);
      const cursor = cursorOf(place === batch.events.length - 1 ? end : { ...start, seen: [...seen] });
      frames.push(encode({ type: name, timestamp, ownerId: owner, id, cursor, data }));
    }
    start = end;
  }
  return frames;
}
