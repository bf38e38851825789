/** What a subscription knows in each of its phases; how they follow each other is told in subscription.ts. */
import type { Frame } from "./frame.ts";
import { HeldFlushes } from "./held-flushes.ts";
import type { Flush, Progress, Replay, ReplayStep, ResumePoint } from "./topic-content.ts";

export type Phase =
  | { readonly kind: "waiting"; readonly lacking: ResumePoint | undefined }
  | { readonly kind: "current"; progress: Progress }
  | Receiving
  | Asking
  | Replaying;

/**
 * In the middle of a flush of many frames. A subscriber that is blocked between them gets the rest, and what was held meanwhile, when it has
 * drained: the frames are there for all.
 */
export interface Receiving {
  readonly kind: "receiving";
  /** Where the subscriber was before it. */
  readonly before: ResumePoint;
  readonly flush: Flush;
  /** How many of its frames were sent. */
  sent: number;
  /** It was blocked: the rest waits until it has drained. */
  isPaused: boolean;
  readonly held: HeldFlushes;
}

export interface Asking {
  readonly kind: "asking";
  readonly since: ResumePoint;
  readonly upto: Progress;
  /** Made at `upto`: what is held begins there. */
  readonly snapshot: Frame;
  readonly held: HeldFlushes;
}

export interface Replaying {
  readonly kind: "replaying";
  readonly replay: Replay;
  readonly upto: Progress;
  readonly held: HeldFlushes;
  /** Where the frames that were sent have brought the subscriber. */
  reached: ResumePoint;
  step: ReplayStep;
  /** How many frames of the step were sent. */
  sent: number;
  isReading: boolean;
}

export const NOTHING_YET: ReplayStep = { frames: [], isLast: false };

export function receiving(flush: Flush, before: Progress, sent: number, isPaused: boolean): Receiving {
  return { kind: "receiving", before: before.had, flush, sent, isPaused, held: new HeldFlushes(flush.to) };
}

export function replaying(replay: Replay, reached: ResumePoint, upto: Progress, held: HeldFlushes): Replaying {
  return { kind: "replaying", replay, upto, held, reached, step: NOTHING_YET, sent: 0, isReading: false };
}

/** Where the frames that were sent have brought the subscriber. */
export function pointOf({ before, flush, sent }: Receiving): ResumePoint {
  const cursor = flush.frames[sent - 1]?.position.cursor;
  return cursor === undefined ? before : { cursor };
}
