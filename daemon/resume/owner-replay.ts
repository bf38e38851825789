import type { OwnerEvent } from "../owners/owner-event.ts";
import type { MissedRange } from "../stream/stream-position.ts";
import { type ReplayedEvent, replayOccupants, ReplayPath } from "./replay-path.ts";

/** What a client missed of an owner, in order of commit, a part at a time. */
export interface OwnerReplay {
  /** True if it is known that nothing was missed. */
  readonly isEmpty: boolean;
  /** The next events, a few hundred at most; undefined where nobody can say any more what follows. Never rejects. */
  next(): Promise<ReplayedPart | undefined>;
  /** For a while nobody takes anything: memory that others wait for is let go. {@link next} goes on all the same. */
  pause(): void;
  /** Nobody takes anything any more. */
  stop(): void;
}

export interface ReplayedPart {
  readonly events: readonly ReplayedEvent[];
  /** Nothing follows. */
  readonly isLast: boolean;
}

/** What was missed in a range, all of which is known. */
export interface KnownEvents {
  /** In order of commit. */
  readonly written: readonly { readonly xid: bigint; readonly event: OwnerEvent }[];
  readonly occupants: readonly OwnerEvent[];
}

/** Encoding and sending as many takes a millisecond or two. */
const EVENTS_AT_ONCE = 100;

export const NOTHING_MISSED: KnownEvents = { written: [], occupants: [] };

export function replayKnown(known: KnownEvents, range: MissedRange): OwnerReplay {
  const events = placed(known, range);
  let at = 0;
  return {
    isEmpty: events.length === 0,
    next: async () => {
      const part = events.slice(at, at + EVENTS_AT_ONCE);
      at += part.length;
      return { events: part, isLast: at >= events.length };
    },
    pause: () => undefined,
    stop: () => undefined,
  };
}

function placed({ written, occupants }: KnownEvents, range: MissedRange): readonly ReplayedEvent[] {
  const path = new ReplayPath(range, BigUint64Array.from(new Set(written.map(({ xid }) => xid))));
  let nth = 0;
  const events = written.flatMap(({ xid, event }, at) => {
    nth = written[at - 1]?.xid === xid ? nth + 1 : 1;
    return path.take(event, xid, nth, written[at + 1]?.xid !== xid) ?? [];
  });
  const all = [...events, ...replayOccupants(occupants, range)];
  const last = all.at(-1);
  return last === undefined ? [] : [...all.slice(0, -1), { event: last.event, position: range.upto }];
}
