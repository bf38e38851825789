import type { Down } from "../protocol/down.ts";
import type { EventFrame } from "../protocol/down/event.ts";

export type FrameOf<Type extends Down["type"]> = Extract<Down, { type: Type }>;
/** A frame about one topic. */
export type TopicFrame = FrameOf<"snapshot" | "metrics_updated" | "stale" | "live">;
/** An answer to a request. */
export type Answer = FrameOf<"ack" | "nack">;

type Kind = "string" | "number" | "object";
type Fields = Readonly<Record<string, Kind>>;

/** The fields that the client relies on. The daemon's schemas say more; a client of 5 KB can't carry them. */
const FIELDS: { readonly [Type in Down["type"]]: Fields } = {
  welcome: { timestamp: "number", heartbeatMs: "number", expiresAt: "number" },
  snapshot: { topic: "string", epoch: "string", version: "number", asOf: "string", data: "object" },
  metrics_updated: {
    topic: "string",
    epoch: "string",
    version: "number",
    previous: "number",
    asOf: "string",
    data: "object",
  },
  stale: { topic: "string", since: "string", reason: "string" },
  live: { topic: "string" },
  token_expiring: {},
  token_expired: {},
  heartbeat: {},
  ack: { id: "string" },
  nack: { id: "string", code: "string" },
  error: { code: "string" },
  bye: { retryMs: "object" },
};

const EVENT: Fields = { topic: "string", id: "string", timestamp: "number", data: "object" };

/**
 * A frame of the daemon; undefined for what this client doesn't know: a newer daemon may say more. A type that isn't the protocol's
 * own is an event's name.
 */
export function readFrame(text: unknown): { readonly frame: Down } | { readonly event: EventFrame } | undefined {
  const frame = parse(text);
  if (typeof frame !== "object" || frame === null) return undefined;
  const { type } = frame as { type?: unknown };
  if (typeof type !== "string") return undefined;
  const isOwn = Object.hasOwn(FIELDS, type);
  for (const [field, kind] of Object.entries(isOwn ? FIELDS[type as Down["type"]] : EVENT)) {
    const value = (frame as Record<string, unknown>)[field];
    if (typeof value !== kind || value === null) return undefined;
  }
  return isOwn ? { frame: frame as Down } : { event: frame as EventFrame };
}

function parse(text: unknown): unknown {
  if (typeof text !== "string") return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
