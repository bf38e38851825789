import * as v from "valibot";
import { ack } from "./down/ack.ts";
import { bye } from "./down/bye.ts";
import { error } from "./down/error.ts";
import { heartbeat } from "./down/heartbeat.ts";
import { live } from "./down/live.ts";
import { metricsUpdated } from "./down/metrics-updated.ts";
import { nack } from "./down/nack.ts";
import { snapshot } from "./down/snapshot.ts";
import { stale } from "./down/stale.ts";
import { welcome } from "./down/welcome.ts";

/** Every frame from the daemon. A client ignores a type or a field that it doesn't know. */
export const down = v.variant("type", [
  welcome,
  snapshot,
  metricsUpdated,
  stale,
  live,
  heartbeat,
  ack,
  nack,
  error,
  bye,
]);
export type Down = v.InferOutput<typeof down>;
