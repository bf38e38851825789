/** `GET /v1/topics/:topic`: a topic's document, for clients that can't hold a stream open. */
import type { Timers } from "../../config/timers.ts";
import type { Frame } from "../../hub/frame.ts";
import type { Subscriber, Subscription } from "../../hub/subscription.ts";
import { entityTag, isKnown } from "./entity-tag.ts";
import { permit, REFUSALS } from "./http-access.ts";
import type { Identification } from "../auth/identification.ts";
import { json, notModified } from "./response.ts";
import type { Request, Response } from "../transports/transport.ts";

export interface TopicSnapshotOptions extends Timers {
  readonly hub: { subscribe(topic: string, subscriber: Subscriber): Subscription };
  readonly identification: Identification;
}

/** A load takes tens of milliseconds; a client that waits longer had better come again. */
const LOAD_TIMEOUT_MS = 5_000;

/** The snapshot frame, or 304 for a client that has its numbers, or why not. */
export async function topicSnapshot(request: Request, name: string, options: TopicSnapshotOptions): Promise<Response> {
  const permission = await permit(request, [name], options.identification);
  if ("refusal" in permission) return permission.refusal;
  const [topic = name] = permission.topics;
  return answerWith(await readFrames(topic, options), request);
}

/** Subscribes for as long as it takes to hear whether the numbers are good. */
function readFrames(topic: string, { hub, setTimeout, clearTimeout }: TopicSnapshotOptions): Promise<readonly Frame[]> {
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
    const subscription = hub.subscribe(topic, { blocked: false, send });
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
