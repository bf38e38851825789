import { HEARTBEAT } from "../capture/capture-options.ts";
import { openReaderSession } from "../capture/reader-session.ts";
import { qualifiedName, quoteIdentifier } from "../database/identifier.ts";
import type { Session } from "../database/session.ts";
import { SessionPool } from "../database/session-pool.ts";
import { SnapshotLoader } from "../owners/loader.ts";
import type { Plan } from "../plan/plan.ts";
import { withoutEvents } from "../plan/select.ts";
import { Slices } from "../owners/slices.ts";
import { type Verdict, Verification } from "./verification.ts";

export interface VerifyOptions {
  readonly url: string;
  readonly plan: Plan;
  /** Owners as the operator wrote them; none: all. */
  readonly owners: readonly string[];
  /** Reasons why nothing can be compared: sentences that say what to do. */
  readonly check: (session: Session) => Promise<readonly string[]>;
  /** How long changes are collected between the two snapshots. */
  readonly collectMs: number;
  readonly sleep: (delayMs: number) => Promise<void>;
  /** One line about how far it is. */
  readonly tell: (line: string) => void;
  /** Aborted: stop after the owners at hand. */
  readonly stopping: AbortSignal;
}

/** Owners that are verified between the same two snapshots: as many as one load statement takes. */
const GROUP = 1_000;
/** Reads all of an owner's rows, twice. */
const STATEMENT_MS = 600_000;

/** Verifies owners group by group. Throws where it can't be done; that differences were found is no error. */
export async function verifyOwners(options: VerifyOptions): Promise<Verdict> {
  const { url, plan, tell, stopping } = options;
  const pool = new SessionPool({ url, role: "verify", statementTimeoutMs: STATEMENT_MS, settings: { jit: "off" } }, 2);
  try {
    const findings = await pool.run(options.check);
    if (findings.length > 0) throw new Error(findings.join(" "));
    const owners = await listOwners(pool, plan, options.owners);
    const verdicts: Verdict[] = [];
    for (let at = 0; at < owners.length && !stopping.aborted; at += GROUP) {
      verdicts.push(await verifyGroup(options, pool, owners.slice(at, at + GROUP)));
      tell(`verified ${Math.min(at + GROUP, owners.length)} of ${owners.length} owners`);
    }
    return {
      compared: verdicts.reduce((sum, { compared }) => sum + compared, 0),
      unknownZones: verdicts.flatMap(({ unknownZones }) => unknownZones),
      differences: verdicts.flatMap(({ differences }) => differences),
    };
  } finally {
    await pool.stop();
  }
}

async function verifyGroup(options: VerifyOptions, pool: SessionPool, owners: readonly string[]): Promise<Verdict> {
  const { url } = options;
  const plan = withoutEvents(options.plan);
  const session = await openReaderSession({ url, heartbeat: HEARTBEAT });
  const slices = new Slices({ monotonicMs: () => performance.now(), setImmediate });
  const loader = new SnapshotLoader({ plan, sessions: pool, slices });
  const verification = new Verification({ plan, session, loader, sessions: pool, owners });
  try {
    await verification.begin();
    await options.sleep(options.collectMs);
    return await verification.finish();
  } finally {
    await verification.end();
    await session.close();
  }
}

/** All owners' canonical keys, or those of the owners that were named. */
async function listOwners(pool: SessionPool, { owner }: Plan, named: readonly string[]): Promise<string[]> {
  const key = `o.${quoteIdentifier(owner.key)}`;
  const wanted = named.length === 0 ? "" : ` where ${key} = any($1::text[]::${owner.keyType}[])`;
  const rows = await pool.run((session) =>
    session.query<{ id: string }>(
      `select ${key}::text as id from ${qualifiedName(owner.schema, owner.table)} o${wanted} order by ${key}`,
      named.length === 0 ? [] : [named],
    ),
  );
  if (rows.length < new Set(named).size) throw new Error("not every owner that was named has a row");
  return rows.map(({ id }) => id);
}
