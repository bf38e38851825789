/**
 * What goes on beside a topic's content, as who is there: told to its subscribers in frames of its own, which have no versions and no
 * cursors, and which nobody resumes. The hub knows nothing of what they say.
 */
import type { NackCode } from "../../protocol/codes.ts";
import type { Up } from "../../protocol/up.ts";
import type { Reader } from "../channels/audience.ts";
import type { Frame } from "./frame.ts";

/** A subscriber who stays and was shown the topic. */
export interface Attendant {
  /** The same for all that one connection ever subscribes to. */
  readonly connection: object;
  /** The same until they leave. */
  readonly reader: Reader | undefined;
}

/** What a client says that isn't about the topic's content. */
export type SideRequest = Extract<Up, { type: "present" | "typing" }>;

/** What has changed, as frames that are encoded once for everybody. It brings a subscriber from one count to the next. */
export interface SideFlush {
  readonly from: number;
  readonly to: number;
  readonly frames: readonly Frame[];
}

export interface TopicSide {
  /** How far it was told: the last flush's `to`. */
  readonly told: number;
  /** True while something is about to be told: who comes meanwhile is told everything with it, and it comes even if it says nothing. */
  mustWait(): boolean;
  /** Everything at {@link told}. */
  wholeFrames(): readonly Frame[];
  /** Somebody is there, who is not told anything yet. */
  enter(attendant: Attendant): void;
  /** They are there no more. `isRemoved`: they may not see the topic any more. */
  leave(attendant: Attendant, isRemoved: boolean): void;
  /** The reason why not. */
  take(attendant: Attendant, request: SideRequest): NackCode | undefined;
  stop(): void;
}

/** Tells a flush to all who attend. */
export type TellSide = (flush: SideFlush) => void;
