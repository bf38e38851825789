/** `GET /v1/topics/:topic/rows/:set?before=…&limit=…`: a page of older rows of a channel, for clients that can't hold a stream open. */
import * as v from "valibot";
import { history } from "../../../protocol/up/history.ts";
import { MAX_PAGE_ROWS } from "../../../protocol/limits.ts";
import type { Frame } from "../../hub/frame.ts";
import type { Subscription } from "../../hub/subscription.ts";
import { permit, refusal, refusalOf, REFUSALS } from "./http-access.ts";
import { json } from "./response.ts";
import type { TopicSnapshotOptions } from "./topic-snapshot.ts";
import type { Request, Response } from "../transports/transport.ts";

/** As for a snapshot: a load, and then a page. */
const TIMEOUT_MS = 5_000;

/** The `history` frame, or why not. */
export async function topicRows(
  request: Request,
  { name, set }: { readonly name: string; readonly set: string },
  { hub, identification, setTimeout, clearTimeout }: TopicSnapshotOptions,
): Promise<Response> {
  const permission = await permit(request, [name], identification);
  if ("refusal" in permission) return permission.refusal;
  const [topic = name] = permission.topics;
  const query = new URLSearchParams(request.query);
  const limit = Number(query.get("limit") ?? MAX_PAGE_ROWS);
  const asked = v.safeParse(history, {
    type: "history",
    id: "page",
    topic,
    rows: set,
    before: query.get("before") ?? undefined,
    limit,
  });
  if (!asked.success) return refusal(400, "invalid_page");
  return new Promise((resolve) => {
    const finish = (response: Response): void => {
      clearTimeout(timer);
      queueMicrotask(() => subscription.close());
      resolve(response);
    };
    const timer = setTimeout(() => finish(REFUSALS.unavailable), TIMEOUT_MS);
    const send = (frame: Frame): void => {
      if (frame.type === "rows") queueMicrotask(() => subscription.topic?.history(subscription, asked.output));
      else if (frame.type === "history") finish(json(200, frame.bytes));
      else if (frame.type === "stale") finish(REFUSALS.stale);
      else if (frame.refusal !== undefined) finish(refusalOf(frame.refusal, permission.identity));
    };
    const subscription: Subscription = hub.subscribe(topic, { blocked: false, reader: permission.identity, send });
  });
}
