/**
 * `GET /v1/topics/:topic`: a topic's document, for clients that can't hold a stream open. With `?fresh=1` a
 * channel's has all that was committed before it was asked for, whichever daemon told of it. With `?at=now`, for administrators, as it is once
 * the daemon has read the database again, `at` the snapshot of that reading: what `deltad verify` compares with SQL.
 */
import type { Timers } from "../../config/timers.ts";
import { type Frame, withFields } from "../../hub/frame.ts";
import type { Subscription } from "../../hub/subscription.ts";
import type { Subscriber } from "../../hub/subscriber.ts";
import { entityTag, isKnown } from "./entity-tag.ts";
import { type HttpIdentification, permit, refusal, refusalOf, REFUSALS, RETRY } from "./http-access.ts";
import type { Identity } from "../auth/identity.ts";
import { json, notModified } from "./response.ts";
import type { Request, Response } from "../transports/transport.ts";

export interface TopicSnapshotOptions extends Timers {
  readonly hub: {
    subscribe(topic: string, subscriber: Subscriber): Subscription;
    locate(topic: string, answer: (frame: Frame) => void): () => void;
  };
  readonly identification: HttpIdentification;
}

/** A load takes tens of milliseconds; a client that waits longer had better come again. */
const LOAD_TIMEOUT_MS = 5_000;

/** The snapshot frame, or 304 for a client that has its numbers, or why not. */
export async function topicSnapshot(request: Request, name: string, options: TopicSnapshotOptions): Promise<Response> {
  const permission = await permit(request, [name], options.identification);
  if ("refusal" in permission) return permission.refusal;
  const [topic = name] = permission.topics;
  const query = new URLSearchParams(request.query);
  const at = query.get("at");
  if (at === null) {
    if (query.get("fresh") === "1" && (await readLocated(topic, options)) === undefined) return REFUSALS.unavailable;
    return answerWith(await readFrames(topic, permission.identity, options), request, permission.identity);
  }
  if (!permission.identity.isAdmin) return REFUSALS.forbidden;
  if (at !== "now") return refusal(400, "invalid_at");
  const frame = await readLocated(topic, options);
  if (frame === undefined) return REFUSALS.unavailable;
  if (frame.refusal !== undefined) return refusalOf(frame.refusal, permission.identity);
  // Who compares with SQL must know since when, and why. A tag would say nothing of where the document stands.
  return frame.type === "stale"
    ? json(503, withFields(frame, { error: "stale" }).bytes, RETRY)
    : json(200, frame.bytes);
}

/** Subscribes for as long as it takes to hear whether the numbers are good. */
function readFrames(
  topic: string,
  reader: Subscriber["reader"],
  { hub, setTimeout, clearTimeout }: TopicSnapshotOptions,
): Promise<readonly Frame[]> {
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
    const subscription = hub.subscribe(topic, { blocked: false, reader, send });
  });
}

/** Undefined where a load and a reading take too long. */
function readLocated(
  topic: string,
  { hub, setTimeout, clearTimeout }: TopicSnapshotOptions,
): Promise<Frame | undefined> {
  return new Promise((resolve) => {
    const finish = (frame: Frame | undefined): void => {
      clearTimeout(timer);
      end();
      resolve(frame);
    };
    const timer = setTimeout(() => finish(undefined), LOAD_TIMEOUT_MS);
    const end = hub.locate(topic, finish);
  });
}

function answerWith(frames: readonly Frame[], request: Request, identity: Identity): Response {
  let answer: Response = REFUSALS.unavailable;
  for (const frame of frames) {
    if (frame.type === "stale") return REFUSALS.stale;
    if (frame.refusal !== undefined) return refusalOf(frame.refusal, identity);
    if (frame.type !== "snapshot" && frame.type !== "rows") continue;
    const etag = entityTag(frame.position);
    answer = isKnown(request, etag) ? notModified({ etag }) : json(200, frame.bytes, { etag });
  }
  return answer;
}
