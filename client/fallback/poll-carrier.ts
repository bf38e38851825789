import type { DownFrame } from "../../protocol/down.ts";
import type { Carrier, Demand, HttpEnvironment, Wanted } from "./http-socket.ts";
import { codeOf } from "./refusal-code.ts";

/** Unless the daemon asks for more, by `Retry-After`. */
const EVERY_MS = 5_000;

/**
 * Snapshots by REST, again and again, for a client that gets no stream. No events come this way: a snapshot leaves the client's cursor where it
 * was, so that they come once there is a stream again.
 */
export const pollCarrier: Carrier = async (demand, environment) => {
  const tags = new Map<string, string>();
  const stale = new Set<string>();
  while (!demand.signal.aborted) {
    let waitMs = EVERY_MS;
    for (const [topic, wanted] of demand.topics) {
      const response = await ask(topic, tags.get(topic), demand, environment);
      waitMs = Math.max(waitMs, Number(response.headers.get("retry-after") ?? 0) * 1_000);
      const isStale = response.status === 503 && tags.has(topic);
      if (!response.ok && response.status !== 304 && !isStale) return demand.end(codeOf(response.status));
      if (response.ok) {
        tags.set(topic, response.headers.get("etag") ?? "");
        demand.emit(answer((await response.json()) as Snapshot, wanted));
      } else demand.emit({ type: "heartbeat", timestamp: environment.now() });
      if (isStale !== stale.has(topic)) demand.emit(standing(topic, isStale, environment));
      if (isStale) stale.add(topic);
      else stale.delete(topic);
    }
    await pause(waitMs, demand, environment);
  }
};

type Snapshot = Extract<DownFrame, { type: "snapshot" }>;

function ask(
  topic: string,
  tag: string | undefined,
  { baseUrl, token, signal }: Demand,
  { fetch }: HttpEnvironment,
): Promise<Response> {
  return fetch(`${baseUrl}/v1/topics/${encodeURIComponent(topic)}`, {
    headers: { authorization: `Bearer ${token}`, ...(tag !== undefined && { "if-none-match": tag }) },
    signal,
  });
}

function answer(snapshot: Snapshot, { id, resume }: Wanted): Snapshot {
  return { ...snapshot, id, ...(resume !== undefined && { recovered: true }) };
}

function standing(topic: string, isStale: boolean, { now }: HttpEnvironment): DownFrame {
  const timestamp = now();
  if (!isStale) return { type: "live", timestamp, topic };
  return { type: "stale", timestamp, topic, since: new Date(timestamp).toISOString(), reason: "database" };
}

function pause(waitMs: number, { signal }: Demand, { setTimeout, clearTimeout }: HttpEnvironment): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, waitMs);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
