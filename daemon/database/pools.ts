import { SessionPool } from "./session-pool.ts";

/** A load reads all of an owner's rows where a metric has no window. */
const LOAD_TIMEOUT_MS = 120_000;
const LOAD_SESSIONS = 4;
/**
 * How many loads each kind of topics may have at once, with so many kinds. Of the sessions for loads one stays free, so that a cut never waits
 * for a load that waits for pruning.
 */
export function loadsAtOnce(kinds: number): number {
  return Math.max(1, Math.floor((LOAD_SESSIONS - 1) / kinds));
}
/** Of each kind of channels; one session more is for pages of older rows. */
export const CHANNEL_LOADS_AT_ONCE = 2;
/** As long as a client has to authenticate. */
const LOOKUP_TIMEOUT_MS = 5_000;
const HISTORY_TIMEOUT_MS = 10_000;
/** An owner with more rows than can be read in this time is not audited: an ALTER TABLE would wait for it, and writes for that. */
const AUDIT_TIMEOUT_MS = 5_000;

/** Opened when first needed, so none where nothing is written. Each waits for its own commit. */
const WRITING_SESSIONS = 8;
const WRITE_TIMEOUT_MS = 5_000;
/** Whoever keeps a row locked for longer has the operation repeated, and no others wait behind it. */
const WRITE_LOCK_TIMEOUT_MS = 2_000;

/** A daemon's sessions beside those of its reader and its listener. */
export interface Pools {
  /** For loads and pruning. */
  readonly loads: SessionPool;
  /** For loads of channels, and pages of their rows: neither owners nor channels wait for each other's. */
  readonly channels: SessionPool;
  /** Clients cause look-ups at will: one session, so that no number of them keeps a load, and with it the reader, waiting. */
  readonly lookups: SessionPool;
  /** For revoked tokens: a flood of look-ups must not put a revocation off. */
  readonly revocations: SessionPool;
  /** For what clients write: nothing that is read waits for a row that somebody has locked. */
  readonly writes: SessionPool;
  /** For what clients missed. They cause these reads as well, but together: one at a time. */
  readonly history: SessionPool;
  /** For what operators ask of the database: one session, so that no number of them costs more. */
  readonly operator: SessionPool;
  /** For the daemon's own audit, one topic of whatever kind at a time: nothing else waits for it. */
  readonly audit: SessionPool;
}

/** Sessions are opened when first needed. */
export function createPools(url: string, kinds: number, channels: number): Pools {
  const loads = {
    url,
    role: "pool",
    statementTimeoutMs: LOAD_TIMEOUT_MS,
    settings: { jit: "off", plan_cache_mode: "force_generic_plan" },
  };
  const writes = {
    url,
    role: "writes",
    statementTimeoutMs: WRITE_TIMEOUT_MS,
    settings: { jit: "off", lock_timeout: String(WRITE_LOCK_TIMEOUT_MS) },
  };
  const history = {
    url,
    role: "history",
    statementTimeoutMs: HISTORY_TIMEOUT_MS,
    // As for reading changes: a plan must not depend on how many there were when it was made.
    settings: { jit: "off", enable_seqscan: "off", plan_cache_mode: "force_custom_plan" },
  };
  return {
    loads: new SessionPool(loads, Math.max(LOAD_SESSIONS, 1 + kinds * loadsAtOnce(kinds))),
    channels: new SessionPool({ ...loads, role: "channels" }, 1 + channels * (CHANNEL_LOADS_AT_ONCE + 1)),
    lookups: new SessionPool({ url, role: "lookups", statementTimeoutMs: LOOKUP_TIMEOUT_MS }, 1),
    revocations: new SessionPool({ url, role: "revocations", statementTimeoutMs: LOOKUP_TIMEOUT_MS }, 1),
    writes: new SessionPool(writes, WRITING_SESSIONS),
    history: new SessionPool(history, 1),
    operator: new SessionPool({ url, role: "operator", statementTimeoutMs: LOOKUP_TIMEOUT_MS }, 1),
    audit: new SessionPool({ url, role: "audit", statementTimeoutMs: AUDIT_TIMEOUT_MS, settings: { jit: "off" } }, 1),
  };
}
