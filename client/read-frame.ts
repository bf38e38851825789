import type { Down } from "../protocol/down.ts";

type Kind = "string" | "number" | "object";

/** The fields that the client relies on. The daemon's schemas say more; a client of 5 KB can't carry them. */
const FIELDS: { readonly [Type in Down["type"]]: Readonly<Record<string, Kind>> } = {
  welcome: { heartbeatMs: "number" },
  snapshot: { epoch: "string", version: "number", asOf: "string", data: "object" },
  metrics_updated: { epoch: "string", version: "number", previous: "number", asOf: "string", data: "object" },
  stale: { since: "string", reason: "string" },
  live: {},
  heartbeat: {},
  ack: { id: "string" },
  nack: { id: "string", code: "string" },
  error: { code: "string" },
  bye: { retryMs: "object" },
};

/** A frame of the daemon; undefined for what this client doesn't know: a newer daemon may say more. */
export function readFrame(data: unknown): Down | undefined {
  const frame = parse(data);
  if (typeof frame !== "object" || frame === null) return undefined;
  const { type } = frame as { type?: unknown };
  if (typeof type !== "string" || !Object.hasOwn(FIELDS, type)) return undefined;
  for (const [field, kind] of Object.entries(FIELDS[type as Down["type"]])) {
    const value = (frame as Record<string, unknown>)[field];
    if (typeof value !== kind || value === null) return undefined;
  }
  return frame as Down;
}

function parse(data: unknown): unknown {
  if (typeof data !== "string") return undefined;
  try {
    return JSON.parse(data) as unknown;
  } catch {
    return undefined;
  }
}
