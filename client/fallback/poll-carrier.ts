import type { DownFrame } from "../../protocol/down.ts";
import { type Carrier, closeCodeOf, fetchTopic, type HttpEnvironment, refuse, type TopicRequest } from "./carrier.ts";

/** Unless the daemon asks for more, by `Retry-After`. */
const EVERY_MS = 5_000;

/**
 * Snapshots by REST, again and again, where no stream gets through. No events come this way: a snapshot leaves the client's cursor where
 * it was, so that they come once there is a stream again.
 */
export const pollCarrier: Carrier = async (request, environment) => {
  const tags = new Map<string, string>();
  const stale = new Set<string>();
  while (!request.signal.aborted) {
    let waitMs = EVERY_MS;
    for (const [topic, asked] of request.topics) {
      const tag = tags.get(topic);
      const response = await fetchTopic(
        topic,
        { ...(tag !== undefined && { "if-none-match": tag }) },
        request,
        environment,
      );
      if (refuse(topic, response.status, request, environment)) continue;
      waitMs = Math.max(waitMs, Number(response.headers.get("retry-after") ?? 0) * 1_000);
      const isStale = response.status === 503 && tags.has(topic);
      if (!response.ok && response.status !== 304 && !isStale) return request.end(closeCodeOf(response.status));
      if (response.ok) {
        tags.set(topic, response.headers.get("etag") ?? "");
        request.emit(answer((await response.json()) as Snapshot, asked));
      } else request.emit({ type: "heartbeat", timestamp: environment.now() });
      if (isStale !== stale.has(topic)) request.emit(vouch(topic, isStale, environment));
      if (isStale) stale.add(topic);
      else stale.delete(topic);
    }
    await pause(waitMs, request, environment);
  }
};

type Snapshot = Extract<DownFrame, { type: "snapshot" }>;

function answer(snapshot: Snapshot, { id, resume }: TopicRequest): Snapshot {
  return { ...snapshot, id, ...(resume !== undefined && { recovered: true }) };
}

function vouch(topic: string, isStale: boolean, { now }: HttpEnvironment): DownFrame {
  const timestamp = now();
  if (!isStale) return { type: "live", timestamp, topic };
  return { type: "stale", timestamp, topic, since: new Date(timestamp).toISOString(), reason: "database" };
}

function pause(
  waitMs: number,
  { signal }: { readonly signal: AbortSignal },
  { setTimeout, clearTimeout }: HttpEnvironment,
): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, waitMs);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
