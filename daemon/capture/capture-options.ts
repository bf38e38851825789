import type { Log } from "../config/log.ts";
import type { Finding } from "../database/findings.ts";
import type { Queryable } from "../database/session.ts";
import type { Sessions } from "../database/session-pool.ts";
import type { KindSinks } from "./batch-sinks.ts";
import type { ReadKind } from "./read-kind.ts";
import type { WatchedTable } from "../plan/watched-table.ts";

/** The source of changes, and how it is read. */
export interface CaptureOptions {
  readonly url: string;
  /** All watched tables, the owner table first. */
  readonly tables: readonly WatchedTable[];
  /** The kinds of topics, in the order of their sinks. */
  readonly kinds: readonly ReadKind[];
  /** The sources of events: the selects ask their changes for change_xid and change_seq. */
  readonly eventSources?: readonly string[];
  /** Whether writers of the watched tables may use PREPARE TRANSACTION, where the server allows it. */
  readonly twoPhase: boolean;
  readonly heartbeat: HeartbeatOptions;
  /** How long changes are kept that every daemon has read, for clients that come back. Undefined: not at all. */
  readonly retention?: Retention;
  /** When capture suspends itself once this daemon is gone, and no other one there. Undefined: as it was. */
  readonly suspension?: Suspension;
}

/** Whichever comes first; 0: never for that reason. */
export interface Suspension {
  /** Without any daemon. */
  readonly seconds: number;
  /** Changes that no daemon has seen. */
  readonly rows: number;
}

/** Whichever is less. 0 of either: nothing is kept. */
export interface Retention {
  readonly seconds: number;
  /** Of all watched tables together. */
  readonly rows: number;
}

export interface HeartbeatOptions {
  /** Between two heartbeats. Infinity switches them off, for tests of what must hold without. */
  readonly everyMs: number;
  /** Between two prunings of a daemon that reads nothing, for what one that died has left. */
  readonly pruneEveryMs: number;
  /** How long a heartbeat's reply, and its probe, may take before the session is replaced. */
  readonly timeoutMs: number;
}

/** 5 s and 5 s: a half-open connection is known within 10 s, and clients hear `stale` within 15. */
export const HEARTBEAT: HeartbeatOptions = { everyMs: 5_000, timeoutMs: 5_000, pruneEveryMs: 60_000 };

export interface CaptureCollaborators {
  readonly sink: KindSinks;
  /** Sessions beside the reader's own, for pruning. `renew` replaces them: when the reader has lost its session, theirs may be dead as well. */
  readonly sessions: Sessions<Queryable> & { renew(): void };
  /** Faults of the capture triggers; nothing goes live while there is one. */
  check(session: Queryable): Promise<readonly Finding[]>;
  /** Called before each `begin` of the sink, with the secret of this life of the change rows. */
  readonly onBegin?: (incarnation: string) => void;
  readonly log: Log;
  /** Monotonic milliseconds. */
  now(): number;
}
