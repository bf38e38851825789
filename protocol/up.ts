import * as v from "valibot";
import { authenticate } from "./up/authenticate.ts";
import { history } from "./up/history.ts";
import { operate } from "./up/operate.ts";
import { ping } from "./up/ping.ts";
import { present } from "./up/present.ts";
import { refresh } from "./up/refresh.ts";
import { snapshotRequest } from "./up/snapshot-request.ts";
import { subscribe } from "./up/subscribe.ts";
import { typing } from "./up/typing.ts";
import { unsubscribe } from "./up/unsubscribe.ts";
import { wait } from "./up/wait.ts";

/** Every message from a client. Fields that the daemon doesn't know are ignored. */
export const up = v.variant("type", [
  authenticate,
  refresh,
  subscribe,
  unsubscribe,
  snapshotRequest,
  history,
  present,
  typing,
  operate,
  wait,
  ping,
]);
export type Up = v.InferOutput<typeof up>;
