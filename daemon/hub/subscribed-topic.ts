import type { NackCode } from "../../protocol/codes.ts";
import type { Reader } from "../channels/audience.ts";
import type { Attendance } from "./attendance.ts";
import type { Send } from "./delivery.ts";
import type { Frame, Refusal } from "./frame.ts";
import type { Subscriber } from "./subscriber.ts";
import type { HistoryRequest, Progress, Replay, ResumePoint } from "./topic-content.ts";

/** What a `Subscription` needs of its topic. */
export interface SubscribedTopic<Subscription> {
  /** What every subscriber should have by now; undefined before the first snapshot. */
  readonly progress: Progress | undefined;
  /** The frame that says so, while the topic can't be vouched for. */
  readonly staleFrame: Frame | undefined;
  liveFrame(): Frame;
  ackFrame(id: string): Frame;
  /** It decides itself who may see it, at every moment. */
  readonly isGuarded: boolean;
  /** Why the reader may not see the topic. */
  refusal(reader: Reader | undefined): Refusal | undefined;
  closedFrame(reason: Refusal): Frame;
  nackFrame(id: string, code: NackCode): Frame;
  /** Something goes on beside it. */
  readonly hasSide: boolean;
  /** Begins the part of a subscriber in what goes on beside it; undefined where nothing does, or it is none who stays. */
  attend?(subscriber: Subscriber): Attendance | undefined;
  /** Answers the subscription. */
  history(subscription: Subscription, request: HistoryRequest): void;
  /** The snapshot at {@link progress}; for a receiver that lacks what came after `lacking`, with a cursor that says so. */
  snapshotFrame(lacking?: ResumePoint): Frame;
  /** What happened from there to `upto`; undefined where nobody can say, at once or after looking. Never rejects. */
  replay(since: ResumePoint, upto: Progress): Promise<Replay | undefined> | undefined;
  /** Calls `send` for this subscription when the event loop has room for `cost` frames. */
  deliver(subscription: Subscription, send: Send<Subscription>, cost: number): void;
  leave(subscription: Subscription): void;
}
