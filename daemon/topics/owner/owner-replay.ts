import type { Frame } from "../../hub/frame.ts";
import type { Replay, ReplayStep } from "../../hub/topic-content.ts";
import type { OwnerEvent } from "../../owners/owner-event.ts";
import type { MissedRange } from "../../stream/stream-position.ts";
import { type EventEncoding, eventFrames } from "./event-frames.ts";

/** Encoding and sending as many takes a millisecond or two. */
const FRAMES_AT_ONCE = 100;

/** Tells what was missed of an owner, all of which is known. */
export function replayOf(events: readonly OwnerEvent[], { since, upto }: MissedRange, encoding: EventEncoding): Replay {
  const { snapshot, asOf } = upto;
  const frames: Frame[] = eventFrames([{ events, snapshot, asOf }], since, upto, encoding);
  let sent = 0;
  return {
    isEmpty: events.length === 0,
    next: async (): Promise<ReplayStep> => {
      const next = frames.slice(sent, sent + FRAMES_AT_ONCE);
      sent += next.length;
      return { frames: next, isLast: sent === frames.length };
    },
    pause: () => undefined,
  };
}
