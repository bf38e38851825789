import type { Reader } from "../channels/audience.ts";
import { type Frame, frameFor } from "./frame.ts";

/** What gets frames. */
export interface Subscriber {
  /** True while unread frames fill its buffer: it gets nothing, and calls {@link Subscription.catchUp} once it has drained. */
  readonly blocked: boolean;
  /** Who it is, for topics that are not for everybody who came here. */
  readonly reader?: Reader | undefined;
  /** True for a client that stays: only then it is told what goes on beside a topic, and takes part in it. */
  readonly stays?: boolean;
  send(frame: Frame): void;
}

/** Sends frames from one number to before another; gives that of the first that was not sent, as the subscriber was blocked before. */
export function sendWhileTaken(subscriber: Subscriber, frames: readonly Frame[], from: number, to: number): number {
  let at = from;
  while (at < to && !subscriber.blocked) {
    const frame = frameFor(frames[at++] as Frame, subscriber.reader?.user);
    if (frame !== undefined) subscriber.send(frame);
  }
  return at;
}
