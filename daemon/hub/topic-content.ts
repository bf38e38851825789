/**
 * What the hub asks of a kind of topic. The hub has the subscribers, the pace and the order of frames; what a topic holds, how its
 * updates add up, how they are written down and what somebody missed of it is its content's business, of which the hub knows nothing.
 */
import type { NackCode } from "../../protocol/codes.ts";
import type { Reader } from "../channels/audience.ts";
import type { StreamPosition } from "../stream/stream-position.ts";
import type { Frame, Refusal } from "./frame.ts";
import type { TellSide, TopicSide } from "./topic-side.ts";

/** One kind of topic: the part of a topic's name before its colon. */
export interface TopicKind<Update = unknown> {
  /** From now on what happens to the topic by this key is published, until {@link unwatch}. */
  watch(key: string): void;
  unwatch(key: string): void;
  /** Has the database read once more, and published where the topic then stands, unless it is stale: {@link Consequence} `located`. */
  locate(key: string): void;
  /** @param topic the whole name, as frames say it */
  open(topic: string, key: string): TopicContent<Update>;
  /** What goes on beside it, which tells of itself by `tell`. Without it: nothing does. */
  readonly openSide?: ((topic: string, tell: TellSide) => TopicSide) | undefined;
}

/** What one topic holds. It knows no subscribers, no timers and no sockets. */
export interface TopicContent<Update = unknown> {
  /** Where everybody is that got everything that went out; undefined until there is something to show. */
  readonly progress: Progress | undefined;
  /** Takes an update in, which goes out with the next {@link flush}. */
  accept(update: Update): Consequence;
  /**
   * Hands over what was accepted since the last time, as frames that are encoded once for everybody; undefined if that is nothing.
   * @param isHeard false: nobody listens, so that no frames are needed
   */
  flush(isHeard: boolean): Flush | undefined;
  /** All that there is at {@link progress}; for a receiver that lacks what came after `lacking`, with a cursor that says so. */
  snapshotFrame(lacking?: ResumePoint): Frame;
  /**
   * What a receiver at `since` missed of what others have at {@link progress}; undefined where nobody can say, at once or after looking. Never
   * rejects.
   */
  replay(since: ResumePoint, upto: Progress): Promise<Replay | undefined> | undefined;
  /** Forgets everything: nothing that follows it can be trusted until there is a whole again. */
  forget(): void;
  /** What made it refuse everybody may be over, and only a new reading tells: it is to be watched anew before anybody subscribes. */
  readonly isOutdated?: boolean;
  /** Why a reader may not see it; undefined where it may, or while nobody knows, and there is no {@link progress}. Without it: whoever came may. */
  refusal?(reader: Reader | undefined): Refusal | undefined;
  /**
   * Has older rows read than it holds. Calls `answer` once with a frame that is right after what was accepted before, or with why there is
   * none.
   */
  history?(request: HistoryRequest, answer: (answer: Frame | NackCode) => void): void;
}

/** As a client asks. */
export interface HistoryRequest {
  readonly id: string;
  readonly rows: string;
  readonly before: string;
  readonly limit: number;
}

/** How far a topic has gone out. Made anew with every flush: two are the same only if they are the same object. */
export interface Progress {
  /** Versions of one epoch only grow; those of two say nothing about each other. */
  readonly epoch: string;
  readonly version: number;
  /**
   * How many events have gone out. Without it: a subscriber that was blocked is at version 3, the topic at 4; whether a snapshot brings
   * it there, or events would be missing, no version says.
   */
  readonly events: number;
  readonly position: StreamPosition;
  /** What everybody has that got all of it: {@link position}, but for events of before it that are still to come. */
  readonly had: StreamPosition;
}

/** Where somebody is: as we know it, or as a cursor says, which may be anything. */
export type ResumePoint = StreamPosition | { readonly cursor: string };

/** What goes out at once. It moves a subscriber from one progress to the next. */
export interface Flush {
  /** Undefined where nobody can follow: after another epoch's snapshot something may have been missed. */
  readonly from: Progress | undefined;
  readonly to: Progress;
  readonly frames: readonly Frame[];
}

/** What becomes of an accepted update. */
export type Consequence =
  /** It goes out. */
  | { readonly kind: "flush" }
  /** All of it goes out now: there the topic stands at the moment, and {@link TopicContent.progress} says where that is. */
  | { readonly kind: "located" }
  /** Somebody may see it no more: {@link TopicContent.refusal} says who, and it goes out to nobody else. */
  | { readonly kind: "audience" }
  /** It goes out with what comes in the same turn. */
  | { readonly kind: "flush_with_turn" }
  /** The topic can't be vouched for since that instant, in microseconds since 1970. */
  | { readonly kind: "stale"; readonly since: number; readonly reason: string }
  /** The topic can be vouched for again. */
  | { readonly kind: "live" }
  | { readonly kind: "ignored" }
  /** It doesn't follow what was accepted before. */
  | { readonly kind: "broken" };

/** What somebody missed, in order, a few frames at a time. */
export interface Replay {
  /** True if it is known that nothing was missed. */
  readonly isEmpty: boolean;
  /** The next frames, as many as go out in one turn; undefined where nobody can say any more what follows. Never rejects. */
  next(): Promise<ReplayStep | undefined>;
  /** For a while nobody takes anything: memory that others wait for is let go. {@link next} goes on all the same. */
  pause(): void;
  /** Nobody takes anything any more. */
  stop(): void;
}

export interface ReplayStep {
  /** Each with the cursor of a receiver that has it and all before it. */
  readonly frames: readonly Frame[];
  /** These are the last. */
  readonly isLast: boolean;
}
