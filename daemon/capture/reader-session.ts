import type { LockWatch } from "../database/lock-watch.ts";
import { errorCode } from "../database/reason.ts";
import { lacksRights, readDaemonRole } from "../database/daemon-role.ts";
import { APPLY, finding, FindingsError } from "../database/findings.ts";
import { refusePooler } from "../database/refusal.ts";
import { Session } from "../database/session.ts";
import type { CaptureCollaborators, CaptureOptions, Suspension } from "./capture-options.ts";

/** A peer that is silent while the reader polls is noticed by this; 10 s keep `stale` within 15. */
const STATEMENT_MS = 10_000;
/** Longer than ordinary DDL takes; a batch waits no longer for a lock, then it is tried again. */
const LOCK_MS = 500;

/**
 * Plans must not depend on when they were made: a generic plan made while a change table was small would stay a sequential scan, and
 * compiling an expression costs more than a small batch. Changed rows look their owners up by key: a hash or merge join reads the
 * whole owner table for each of a statement's selects (3.2 ms instead of 0.7 ms for one change among 1,000 owners).
 */
const PLANNING = {
  jit: "off",
  enable_seqscan: "off",
  enable_hashjoin: "off",
  enable_mergejoin: "off",
  plan_cache_mode: "force_generic_plan",
};

/** SQLSTATEs: schema, table or function not known. */
const NOT_KNOWN = new Set(["3F000", "42P01", "42883"]);
const LOCK_NOT_AVAILABLE = "55P03";
const INSUFFICIENT_PRIVILEGE = "42501";

export async function openReaderSession(options: Pick<CaptureOptions, "url" | "heartbeat">): Promise<Session> {
  // A stopped or cut-off reader would otherwise keep the bell, and every writer would notify.
  const idleMs = options.heartbeat.everyMs * 3;
  return Session.open({
    url: options.url,
    role: "reader",
    statementTimeoutMs: STATEMENT_MS,
    settings: {
      ...PLANNING,
      lock_timeout: String(LOCK_MS),
      // Nothing that this session writes must outlive a crash, and a commit that has notified keeps others waiting while it is flushed.
      synchronous_commit: "off",
      idle_session_timeout: Number.isFinite(idleMs) ? String(idleMs) : "0",
    },
  });
}

/** Throws FindingsError when this session and a pooled one share a backend: two sessions never do without a pooler between. */
export async function refuseSharedBackend(session: Session, sessions: CaptureCollaborators["sessions"]): Promise<void> {
  const [own] = await session.query<{ pid: number }>("select pg_backend_pid() as pid");
  const [other] = await sessions.run((pooled) => pooled.query<{ pid: number }>("select pg_backend_pid() as pid"));
  refusePooler(own?.pid === other?.pid);
}

export interface Registration {
  /** The snapshot from which on the reader owes every change. */
  readonly cursor: string;
  /** Whether transactions can be prepared. */
  readonly canPrepare: boolean;
  /** A secret of this life of the change rows, the same for every daemon, in hexadecimal. */
  readonly incarnation: string;
}

interface RegistrationOptions {
  /** Watches this session. */
  readonly locks?: LockWatch;
  /** As it was where it is not given. */
  readonly suspension?: Suspension | undefined;
}

/** Enters the lease. */
export async function registerReader(
  session: Session,
  id: string,
  { locks, suspension }: RegistrationOptions = {},
): Promise<Registration> {
  const register = (): Promise<{ cursor: string; incarnation: string; can_prepare: boolean }[]> =>
    session.query(
      `select deltad.register_reader($1, make_interval(secs => $2), $3)::text as cursor, encode(deltad.incarnation(), 'hex') as incarnation,
              current_setting('max_prepared_transactions')::int > 0 as can_prepare`,
      [id, suspension?.seconds ?? null, suspension?.rows ?? null],
    );
  try {
    const [row] = await (locks ? locks.during(register) : register());
    if (!row) throw new Error("deltad.register_reader returned nothing");
    return { cursor: row.cursor, canPrepare: row.can_prepare, incarnation: row.incarnation };
  } catch (error) {
    if (errorCode(error) === LOCK_NOT_AVAILABLE && locks) {
      throw new Error(`no lease can begin before ${locks.describe()} ends its transaction`, { cause: error });
    }
    throw await explained(error, session);
  }
}

/** Ends the lease, so that nobody keeps change rows for it. */
export async function releaseReader(session: Session, id: string): Promise<void> {
  await session.query("select deltad.release_reader($1)", [id]);
}

async function explained(error: unknown, session: Session): Promise<unknown> {
  const code = errorCode(error) ?? "";
  const pending = new FindingsError([
    finding("objects_pending", "The database has no deltad objects, or older ones.", APPLY),
  ]);
  if (NOT_KNOWN.has(code)) return pending;
  if (code !== INSUFFICIENT_PRIVILEGE) return error;
  const role = await readDaemonRole(session);
  if (role === undefined) return pending;
  const [login] = await session.query<{ name: string }>("select current_user as name");
  return new FindingsError([lacksRights(role, login?.name ?? "")]);
}
