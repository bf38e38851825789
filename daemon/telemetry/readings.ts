import type { Gateway } from "../gateway/gateway.ts";
import type { Hub } from "../hub/hub.ts";
import type { OperatedOwners } from "../owners/operated-owners.ts";
import type { Audit } from "../verify/audit.ts";
import { byLabel, only, type Telemetry } from "./telemetry.ts";

export interface ReadParts {
  readonly gateway: Pick<Gateway, "connections" | "counters" | "traffic">;
  readonly hub: Pick<Hub, "size">;
  readonly kinds: readonly {
    readonly owners: { readonly operated: Pick<OperatedOwners, "phases"> };
    readonly audit: Pick<Audit, "counts">;
  }[];
  readonly isLive: () => boolean;
}

/** Has everything read at each scrape that the parts of the daemon know or count by themselves. */
export function readParts(telemetry: Pick<Telemetry, "read">, { gateway, hub, kinds, isLive }: ReadParts): void {
  const { traffic, counters } = gateway;
  const audited = (what: "ended" | "drifts"): number => kinds.reduce((sum, { audit }) => sum + audit.counts[what], 0);
  telemetry.read("deltad_ready", () => only(isLive() ? 1 : 0));
  telemetry.read("deltad_owners", () =>
    byLabel("phase", tally(kinds.flatMap(({ owners }) => owners.operated.phases()))),
  );
  telemetry.read("deltad_audits_total", () => only(audited("ended")));
  telemetry.read("deltad_drift_total", () => only(audited("drifts")));
  telemetry.read("deltad_topics", () => only(hub.size));
  telemetry.read("deltad_connections", () => only(gateway.connections));
  telemetry.read("deltad_connections_opened_total", () => only(traffic.opened));
  telemetry.read("deltad_connections_ended_total", () => byLabel("reason", traffic.ended));
  telemetry.read("deltad_messages_received_total", () => only(traffic.messagesReceived));
  telemetry.read("deltad_frames_sent_total", () => only(traffic.framesSent));
  telemetry.read("deltad_sent_bytes_total", () => only(traffic.bytesSent));
  telemetry.read("deltad_refused_total", () => byLabel("limit", Object.entries(counters.read())));
}

export function tally(values: Iterable<string>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
