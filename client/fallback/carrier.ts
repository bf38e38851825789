import type { NackCode } from "../../protocol/codes.ts";
import type { DownFrame } from "../../protocol/down.ts";
import type { Clock } from "../environment.ts";

/** Brings frames by HTTP until the signal is aborted. Rejects where the network fails. */
export type Carrier = (request: FrameRequest, environment: HttpEnvironment) => Promise<void>;

export interface HttpEnvironment extends Clock {
  readonly fetch: typeof fetch;
}

/** What a carrier is to bring, and where to. */
export interface FrameRequest {
  /** Of the daemon, with no slash at its end. */
  readonly baseUrl: string;
  readonly token: string;
  /** A topic that the daemon refuses is taken out of it, see {@link refuse}. */
  readonly topics: Map<string, TopicRequest>;
  readonly signal: AbortSignal;
  readonly emit: (frame: DownFrame) => void;
  /** Ends the socket with a close code of the protocol. */
  readonly end: (code: number, reason?: string) => void;
}

/** A topic that the client subscribes to: the id of its request, and the cursor it stands at. */
export interface TopicRequest {
  readonly id: string;
  readonly resume: string | undefined;
}

/** The HTTP statuses that refuse a topic, and what they are on a WebSocket. */
const REFUSALS: Readonly<Record<number, NackCode>> = { 403: "forbidden", 404: "unknown_topic", 413: "too_large" };

/** Why an HTTP status refuses a topic; undefined where it does not. */
export function refusalOf(status: number): NackCode | undefined {
  return REFUSALS[status];
}

/** Says by a nack that an HTTP status refuses one topic; the others go on. False where it does not. */
export function refuse(
  topic: string,
  status: number,
  { topics, emit }: FrameRequest,
  { now }: HttpEnvironment,
): boolean {
  const code = refusalOf(status);
  if (code === undefined) return false;
  const id = topics.get(topic)?.id ?? "";
  topics.delete(topic);
  emit({ type: "nack", timestamp: now(), id, code, message: "" });
  return true;
}

/** One topic's snapshot by REST. */
export function fetchTopic(
  topic: string,
  headers: Readonly<Record<string, string>>,
  { baseUrl, token, signal }: FrameRequest,
  { fetch }: HttpEnvironment,
): Promise<Response> {
  return fetch(`${baseUrl}/v1/topics/${encodeURIComponent(topic)}`, {
    headers: { authorization: `Bearer ${token}`, ...headers },
    signal,
  });
}

/** The close code that says what an HTTP status does. */
export function closeCodeOf(status: number): number {
  switch (status) {
    case 401:
      return 4401;
    case 429:
      return 4429;
    case 503:
      return 1013;
    default:
      return 1006;
  }
}
