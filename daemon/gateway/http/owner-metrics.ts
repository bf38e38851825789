/** `GET /v1/owners/:id/metrics`: an owner's document for those who can't hold a stream open. */
import type { Timers } from "../../config/timers.ts";
import type { Frame } from "../../hub/frame.ts";
import type { Subscriber, Subscription } from "../../hub/subscription.ts";
import { entityTag, isKnown } from "./entity-tag.ts";
import { permit, REFUSALS } from "./http-access.ts";
import type { Identification } from "../auth/identity.ts";
import { json, notModified } from "./response.ts";
import type { Request, Response } from "../transports/transport.ts";

export interface OwnerMetricsOptions extends Timers {
  readonly hub: { subscribe(owner: string, subscriber: Subscriber): Subscription };
  readonly identification: Identification;
}

/** A load takes tens of milliseconds; who waits longer had better come again. */
const LOAD_TIMEOUT_MS = 5_000;

/** The snapshot frame, or 304 for who has its numbers, or why not. */
export async function ownerMetrics(request: Request, id: string, options: OwnerMetricsOptions): Promise<Response> {
  const permission = await permit(request, [id], options.identification);
  if ("refusal" in permission) return permission.refusal;
  const [owner = id] = permission.owners;
  return answerWith(await readFrames(owner, options), request);
}

/** Subscribes for as long as it takes to hear whether the numbers are good. */
function readFrames(owner: string, { hub, setTimeout, clearTimeout }: OwnerMetricsOptions): Promise<readonly Frame[]> {
  return new Promise((resolve) => {
    const frames: Frame[] = [];
    const finish = (): void => {
      clearTimeout(timer);
      subscription.close();
      resolve(frames);
    };
    const timer = setTimeout(finish, LOAD_TIMEOUT_MS);
    // A snapshot and the news that it is stale come in one go: look at both.
    const send = (frame: Frame): void => {
      if (frames.push(frame) === 1) queueMicrotask(finish);
    };
    const subscription = hub.subscribe(owner, { blocked: false, send });
  });
}

function answerWith(frames: readonly Frame[], request: Request): Response {
  let answer: Response = REFUSALS.unavailable;
  for (const frame of frames) {
    if (frame.type === "stale") return REFUSALS.stale;
    if (frame.type !== "snapshot") continue;
    const etag = entityTag(frame.position);
    answer = isKnown(request, etag) ? notModified({ etag }) : json(200, frame.bytes, { etag });
  }
  return answer;
}
