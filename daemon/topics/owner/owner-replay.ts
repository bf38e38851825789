import { encode } from "../../hub/frame.ts";
import type { Replay } from "../../hub/topic-content.ts";
import type { OwnerReplay } from "../../resume/owner-replay.ts";
import type { EventEncoding } from "./event-frames.ts";

/** What was missed of an owner, as frames. */
export function framesOf(replay: OwnerReplay, encoding: () => EventEncoding): Replay {
  return {
    isEmpty: replay.isEmpty,
    next: async () => {
      const part = await replay.next();
      if (part === undefined) return undefined;
      const { topic, timestamp, cursorAt } = encoding();
      const frames = part.events.map(({ event: { id, name, data }, position }) =>
        encode({ type: name, timestamp, topic, id, cursor: cursorAt(position), data }),
      );
      return { frames, isLast: part.isLast };
    },
    pause: () => replay.pause(),
    stop: () => replay.stop(),
  };
}
