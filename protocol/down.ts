import * as v from "valibot";
import { ack } from "./down/ack.ts";
import { bye } from "./down/bye.ts";
import { error } from "./down/error.ts";
import { event, type EventFrame } from "./down/event.ts";
import { heartbeat } from "./down/heartbeat.ts";
import { history } from "./down/history.ts";
import { live } from "./down/live.ts";
import { metricsUpdated } from "./down/metrics-updated.ts";
import { nack } from "./down/nack.ts";
import { operated } from "./down/operated.ts";
import { presence } from "./down/presence.ts";
import { rows } from "./down/rows.ts";
import { rowsChanged } from "./down/rows-changed.ts";
import { snapshot } from "./down/snapshot.ts";
import { stale } from "./down/stale.ts";
import { tokenExpired } from "./down/token-expired.ts";
import { tokenExpiring } from "./down/token-expiring.ts";
import { topicAvailable } from "./down/topic-available.ts";
import { topicClosed } from "./down/topic-closed.ts";
import { typing } from "./down/typing.ts";
import { welcome } from "./down/welcome.ts";

/** Every frame whose type the protocol itself knows. A client ignores a type or a field that it doesn't know. */
export const down = v.variant("type", [
  welcome,
  snapshot,
  metricsUpdated,
  rows,
  rowsChanged,
  history,
  operated,
  presence,
  typing,
  topicClosed,
  topicAvailable,
  stale,
  live,
  tokenExpiring,
  tokenExpired,
  heartbeat,
  ack,
  nack,
  error,
  bye,
]);
export type Down = v.InferOutput<typeof down>;

/** Types that no event can have. */
export const RESERVED_TYPES: ReadonlySet<string> = new Set(down.options.map(({ entries }) => entries.type.literal));

/** Everything that the daemon sends: a frame of the protocol's own, or else an event. */
export const frame = v.lazy((input) => (hasReservedType(input) ? down : event));
export type DownFrame = Down | EventFrame;

function hasReservedType(input: unknown): boolean {
  return typeof input === "object" && input !== null && "type" in input && RESERVED_TYPES.has(String(input.type));
}
