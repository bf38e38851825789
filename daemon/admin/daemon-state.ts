/** What one daemon is at: how it reads, what waits to be loaded, how long its stages take. Others read it as well, be they of another release. */
import * as v from "valibot";
import type { Reader } from "../capture/reader.ts";
import type { ListedConnection } from "../gateway/sessions/connection-info.ts";
import type { AuditOutcome } from "../owners/audit-turns.ts";
import type { BatchWatch } from "../telemetry/batch-watch.ts";
import { tally } from "../telemetry/readings.ts";

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const ms = v.pipe(v.number(), v.minValue(0));

export const DAEMON_STATE = v.object({
  /** As `/readyz` says. */
  isReady: v.boolean(),
  /** It takes no clients any more. */
  isDraining: v.boolean(),
  /** Of the database session that reads; absent while there is none. */
  reader: v.optional(
    v.object({
      /** By which `deltad.reader` knows it. */
      epoch: v.string(),
      pid: count,
      isLeader: v.boolean(),
      mode: v.picklist(["armed", "following", "streaming"]),
      /** Since the epoch began. */
      bells: count,
      reads: count,
    }),
  ),
  /** Since the daemon's start: batches that brought something, and what they brought. */
  batches: v.object({ batches: count, changes: count }),
  /** The last of them; ISO 8601 and milliseconds. */
  lastBatch: v.optional(v.object({ at: v.string(), readMs: ms, applyMs: ms, changes: count, resets: count })),
  /** Watched topics by kind, and in which phase they are. */
  kinds: v.array(v.object({ kind: v.string(), phases: v.record(v.string(), count) })),
  /** Topics that wait to be loaded, and that are being loaded. */
  loads: v.object({ waiting: count, loading: count }),
  /** Connections that have not taken what they were sent, and how much that is in all. */
  sending: v.object({ blocked: count, bufferedBytes: count }),
  /** Of clients' connections, since the start: how many began, what they said, and what they were sent. */
  traffic: v.object({ opened: count, messagesReceived: count, framesSent: count, bytesSent: count }),
  /** Of loaded owners, since the start: how many were compared with SQL, and how many differed. */
  audits: v.object({ ended: count, drifts: count }),
});
export type DaemonState = v.InferOutput<typeof DAEMON_STATE>;

/** A kind of topics, as operators see it and act on it. */
export interface OperatedKind {
  readonly kind: string;
  phases(): readonly string[];
  /** Undefined for kinds without numbers. */
  readonly audits?: (() => { readonly ended: number; readonly drifts: number }) | undefined;
  /** Has a topic read again, by its key; gives false where nobody watches it here. */
  reload(key: string): boolean;
  /** Has its numbers compared with SQL; undefined where there are none here. Without it: not of this kind. Never rejects. */
  readonly verify?: ((key: string) => Promise<AuditOutcome | undefined>) | undefined;
}

export interface DaemonParts {
  readonly reader: () => Reader["standing"];
  readonly batches: Pick<BatchWatch, "counts" | "last">;
  readonly kinds: readonly OperatedKind[];
  readonly gateway: {
    listed(): Iterable<Pick<ListedConnection, "sent" | "isBlocked">>;
    readonly isDraining: boolean;
    readonly traffic: DaemonState["traffic"];
  };
  readonly isLive: () => boolean;
}

export function daemonState({ reader, batches, kinds, gateway, isLive }: DaemonParts): DaemonState {
  const standing = reader();
  const { last } = batches;
  const { opened, messagesReceived, framesSent, bytesSent } = gateway.traffic;
  const phases = kinds.map((kind) => ({ kind: kind.kind, phases: Object.fromEntries(tally(kind.phases())) }));
  const inPhase = (name: string): number => phases.reduce((sum, kind) => sum + (kind.phases[name] ?? 0), 0);
  let [blocked, bufferedBytes] = [0, 0];
  for (const { sent, isBlocked } of gateway.listed()) {
    if (isBlocked) blocked += 1;
    bufferedBytes += sent.bufferedBytes;
  }
  return {
    isReady: isLive() && !gateway.isDraining,
    isDraining: gateway.isDraining,
    ...(standing && { reader: standing }),
    batches: batches.counts,
    ...(last && { lastBatch: lastBatch(last) }),
    kinds: phases,
    loads: { waiting: inPhase("waiting"), loading: inPhase("loading") },
    sending: { blocked, bufferedBytes },
    traffic: { opened, messagesReceived, framesSent, bytesSent },
    audits: {
      ended: kinds.reduce((sum, { audits }) => sum + (audits?.().ended ?? 0), 0),
      drifts: kinds.reduce((sum, { audits }) => sum + (audits?.().drifts ?? 0), 0),
    },
  };
}

function lastBatch({ atMs, ...rest }: NonNullable<BatchWatch["last"]>): NonNullable<DaemonState["lastBatch"]> {
  return { at: new Date(atMs).toISOString(), ...rest };
}
