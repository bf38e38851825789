import type { Down } from "../protocol/down.ts";
import type { EventFrame } from "../protocol/down/event.ts";

export type FrameOf<Type extends Down["type"]> = Extract<Down, { type: Type }>;
/** A frame about one topic. */
export type TopicFrame = FrameOf<"snapshot" | "metrics_updated" | "stale" | "live">;
/** An answer to a request: an error is one where it has the request's id. */
export type Answer = FrameOf<"ack" | "nack" | "error">;

/** A frame about a channel, which only its store (channels/channel-store.ts) knows. */
export type ChannelFrame = FrameOf<
  "rows" | "rows_changed" | "history" | "presence" | "typing" | "topic_closed" | "topic_available"
>;

/** Frames that only show that the daemon is there are skipped, as unknown ones are: any sign of life is one. */
export type Heard = Exclude<Down, FrameOf<"heartbeat" | "token_expired" | "operated"> | ChannelFrame>;

type Example = Readonly<Record<string, "" | 0 | object>>;

/** The fields that the client relies on, each with a value of its kind. The daemon's schemas say more; a client of 5 KB can't carry them. */
const EXAMPLES: { readonly [Type in Heard["type"]]: Example } = {
  welcome: { timestamp: 0, heartbeatMs: 0, expiresAt: 0 },
  snapshot: { topic: "", epoch: "", version: 0, asOf: "", data: {} },
  metrics_updated: { topic: "", epoch: "", version: 0, previous: 0, asOf: "", data: {} },
  stale: { topic: "", since: "", reason: "" },
  live: { topic: "" },
  token_expiring: {},
  ack: { id: "" },
  nack: { id: "", code: "" },
  error: { code: "" },
  bye: { retryMs: {} },
};
const EVENT: Example = { topic: "", id: "", timestamp: 0, data: {} };

/**
 * A frame of the daemon. A type that isn't the protocol's own is an event's name, where the frame has what an event has; else it is a
 * channel's, or one that this client doesn't know, as a newer daemon may say more: its fields are not looked at. Throws an Error for what
 * breaks the protocol.
 */
export function readFrame(text: unknown): { readonly frame: Heard | ChannelFrame } | { readonly event: EventFrame } {
  const frame = JSON.parse(text as string) as Record<string, unknown>;
  const type = frame["type"] as Heard["type"];
  if (typeof type !== "string") throw new Error("type");
  const isOwn = Object.hasOwn(EXAMPLES, type);
  for (const [field, example] of Object.entries(isOwn ? EXAMPLES[type] : EVENT)) {
    const value = frame[field];
    if (typeof value === typeof example && value !== null) continue;
    if (isOwn) throw new Error(`${type}.${field}`);
    return { frame: frame as ChannelFrame };
  }
  return isOwn ? { frame: frame as Heard } : { event: frame as EventFrame };
}
