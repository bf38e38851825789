import type { ChannelChange, ChannelOperation, ChannelRow } from "../capture/batch.ts";
import type { StaleReason } from "../owners/published.ts";
import type { StreamPosition } from "../stream/stream-position.ts";
import type { Audience } from "./audience.ts";

/** Which state of a channel it is, and where that is. */
export interface ChannelPosition extends StreamPosition {
  readonly epoch: string;
  /** Versions of one epoch only grow and are never used twice. */
  readonly version: number;
}

/** What a load has found of one set, newest first. */
export type LoadedRows = readonly ChannelRow[];

/** One publication about one channel. */
export type ChannelUpdate =
  /**
   * Who may see it from now on: before what the same batch brings. It is changed by its channel, which says so each time. Undefined while
   * nobody knows.
   */
  | { readonly kind: "audience"; readonly audience: Audience | undefined }
  /** All that is held of it, by set. */
  | ({ readonly kind: "whole"; readonly sets: readonly LoadedRows[] } & ChannelPosition)
  /** What became of its rows since `previous`, in order of commit, and of operations on them; that is this version where no row has changed. */
  | ({
      readonly kind: "changes";
      readonly previous: number;
      readonly changes: readonly ChannelChange[];
      readonly ops: readonly ChannelOperation[];
    } & ChannelPosition)
  /** Where the state of this version holds by now. */
  | ({ readonly kind: "position" } & ChannelPosition)
  /** It can't be vouched for since this instant (microseconds). */
  | { readonly kind: "stale"; readonly since: number; readonly reason: StaleReason }
  | { readonly kind: "live" };

/** Consumes publications, by the channel's key. */
export type PublishChannel = (key: string, update: ChannelUpdate) => void;
