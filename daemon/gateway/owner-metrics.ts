/** `GET /v1/owners/:id/metrics`: an owner's document for those who can't hold a stream open. */
import type { Down } from "../../protocol/down.ts";
import type { Frame } from "../hub/frame.ts";
import type { Subscriber, Subscription } from "../hub/subscription.ts";
import { bearerToken } from "./handshake.ts";
import type { Access, Identification } from "./identity.ts";
import { json } from "./response.ts";
import type { Request, Response } from "./transport.ts";

export interface OwnerMetricsOptions {
  readonly hub: { subscribe(owner: string, subscriber: Subscriber): Subscription };
  readonly identification: Identification;
  readonly setTimeout: (callback: () => void, delayMs: number) => unknown;
  readonly clearTimeout: (timer: unknown) => void;
}

/** A load takes tens of milliseconds; who waits longer had better come again. */
const LOAD_TIMEOUT_MS = 5_000;

const REFUSALS = {
  unauthenticated: refusal(401, "unauthenticated", { "www-authenticate": "Bearer" }),
  forbidden: refusal(403, "forbidden"),
  unknown_owner: refusal(404, "unknown_owner"),
  unavailable: refusal(503, "unavailable", { "retry-after": "5" }),
  stale: refusal(503, "stale", { "retry-after": "5" }),
} as const;

/** The snapshot frame, or why not; the same answer for an owner that doesn't exist as for one that the token doesn't name. */
export async function ownerMetrics(request: Request, id: string, options: OwnerMetricsOptions): Promise<Response> {
  const { identification } = options;
  const token = bearerToken(request);
  let access: Access;
  try {
    const identity = token === undefined ? undefined : await identification.identify(token);
    if (identity === undefined) return REFUSALS.unauthenticated;
    access = await identification.access(identity, id);
  } catch {
    return REFUSALS.unavailable;
  }
  if ("owner" in access) return readDocument(access.owner, options);
  return access.refusal === "forbidden" || access.refusal === "unknown_owner"
    ? REFUSALS[access.refusal]
    : REFUSALS.unavailable;
}

/** Subscribes for as long as it takes to hear whether the numbers are good. */
function readDocument(owner: string, { hub, setTimeout, clearTimeout }: OwnerMetricsOptions): Promise<Response> {
  return new Promise((resolve) => {
    const frames: Frame[] = [];
    const finish = (): void => {
      clearTimeout(timer);
      subscription.close();
      resolve(answerWith(frames));
    };
    const timer = setTimeout(finish, LOAD_TIMEOUT_MS);
    // A snapshot and the news that it is stale come in one go: look at both.
    const send = (frame: Frame): void => {
      if (frames.push(frame) === 1) queueMicrotask(finish);
    };
    const subscription = hub.subscribe(owner, { blocked: false, send });
  });
}

function answerWith(frames: readonly Frame[]): Response {
  let snapshot: Frame | undefined;
  for (const frame of frames) {
    const { type } = JSON.parse(Buffer.from(frame).toString()) as Down;
    if (type === "stale") return REFUSALS.stale;
    if (type === "snapshot") snapshot = frame;
  }
  return snapshot === undefined ? REFUSALS.unavailable : json(200, snapshot);
}

function refusal(status: number, code: string, headers: Readonly<Record<string, string>> = {}): Response {
  return json(status, `${JSON.stringify({ error: code })}\n`, headers);
}
