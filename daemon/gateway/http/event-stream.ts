/**
 * `GET /v1/stream` as server-sent events: a session like that of a WebSocket, whose requests are in its address and headers.
 * The token comes in `Authorization` alone: an address ends up in logs.
 */
import { EVENT_STREAM_TYPE } from "../../../protocol/event-stream.ts";
import { eventSocket } from "./event-socket.ts";
import type { Admission } from "../sessions/handshake.ts";
import { type HttpIdentification, permit, refusal } from "./http-access.ts";
import { ResumePoints } from "./resume-points.ts";
import { respondWith, upgradeRequired } from "./response.ts";
import type { EventStreamHandlers, Request, Response, Socket } from "../transports/transport.ts";

export interface EventStreamOptions {
  readonly identification: HttpIdentification;
  /** Begins a session. */
  readonly begin: (socket: Socket, admission: Admission) => EventStreamHandlers;
}

/** As many as a token may name. */
const MAX_TOPICS = 256;

/** nginx keeps answers back to send more at once, unless told otherwise. */
const HEADERS = { "x-accel-buffering": "no" } as const;

/** The stream of the topics in the query, or of all that the token names; or why not. */
export async function eventStream(request: Request, { identification, begin }: EventStreamOptions): Promise<Response> {
  if (request.method !== "GET" || !acceptsEventStream(request)) return upgradeRequired();
  const asked = new URLSearchParams(request.query).getAll("topic");
  if (asked.length > MAX_TOPICS) return refusal(400, "too_many_topics");
  const permission = await permit(request, asked.length === 0 ? undefined : asked, identification);
  if ("refusal" in permission) return permission.refusal;
  const { token, topics } = permission;
  if (topics.length === 0) return refusal(400, "topic_missing");
  const points = new ResumePoints(topics, request.header("last-event-id"));
  const requests = topics.map((topic, index) => {
    const resume = points.resumeOf(topic);
    return { type: "subscribe" as const, id: String(index + 1), topic, ...(resume === undefined ? {} : { resume }) };
  });
  return {
    ...respondWith(200, EVENT_STREAM_TYPE, "", HEADERS),
    body: (stream) => begin(eventSocket(stream, points), { kind: "stream", token, requests }),
  };
}

function acceptsEventStream(request: Request): boolean {
  const types = (request.header("accept") ?? "").split(",");
  return types.some((type) => type.split(";", 1)[0]?.trim().toLowerCase() === EVENT_STREAM_TYPE);
}
