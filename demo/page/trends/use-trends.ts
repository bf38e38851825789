/** An owner's trends, beside its numbers and by the same connection. */
import { useMemo } from "react";
import type { AnyStreamTypes, Owner } from "../../../client/client.ts";
import { readClaims } from "../../../dashboard/entry/claims.ts";
import { usePerFrame } from "../../../dashboard/per-frame.ts";
import { parseTopic, printTopic } from "../../../protocol/topic.ts";
import { useRealtimeStats } from "../../../react/use-realtime-stats.ts";
import type { Trends } from "./trends-document.ts";

/** Undefined where the token does not open them. */
export function useTrends(owner: Owner<AnyStreamTypes>, token: string): Trends | undefined {
  const topic = printTopic({ kind: "trends", key: parseTopic(owner.topic)?.key ?? "" });
  const claims = readClaims(token);
  const enabled = claims !== undefined && (claims.isAdmin || claims.topics.includes(topic));
  const { metrics, asOf } = useRealtimeStats({ topic, token, enabled });
  const came = useMemo(() => (enabled ? { document: metrics ?? {}, asOf } : undefined), [enabled, metrics, asOf]);
  return usePerFrame(came);
}
