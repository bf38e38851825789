import { HEARTBEAT } from "../capture/capture-options.ts";
import { openReaderSession, refuseSharedBackend } from "../capture/reader-session.ts";
import { halves, isDataError } from "../database/data-error.ts";
import { SessionPool } from "../database/session-pool.ts";
import { SnapshotLoader } from "../owners/loader.ts";
import type { Plan } from "../plan/plan.ts";
import { withoutEvents } from "../plan/select.ts";
import { Slices } from "../owners/slices.ts";
import type { DaemonAnswer, DaemonDocuments } from "./daemon-documents.ts";
import { bothVerdicts, emptyVerdict, type Verdict } from "./verdict.ts";
import { type Outcome, Verification } from "./verification.ts";
import { type GroupsOptions, verifyGroups } from "./verify-groups.ts";

export interface VerifyOptions extends GroupsOptions {
  readonly url: string;
  readonly plan: Plan;
  /** Whose documents are compared; undefined: nobody's, only numbers that are loaded for this. */
  readonly daemon: Pick<DaemonDocuments, "url" | "read"> | undefined;
  /** How long changes are collected between the two snapshots where no daemon is asked in between. */
  readonly collectMs: number;
  readonly sleep: (delayMs: number) => Promise<void>;
}

/** Owners that are verified between the same two snapshots, and held in memory. A load statement takes four times as many. */
const GROUP = 250;
/** An owner may be read again while it is compared: by a bulk statement, or a change of its own row. */
const TRIES = 3;
/** Reads all of an owner's rows, twice. */
const STATEMENT_MS = 600_000;

/** Verifies owners group by group. Throws where it can't be done; that differences were found is no error. */
export async function verifyOwners(options: VerifyOptions): Promise<Verdict> {
  const { url, plan, daemon } = options;
  const pool = new SessionPool({ url, role: "verify", statementTimeoutMs: STATEMENT_MS, settings: { jit: "off" } }, 2);
  try {
    await refusePoolers(url, pool);
    const verify = (group: readonly string[]): Promise<Verdict> => verifyGroup(options, pool, group);
    return await verifyGroups(options, pool, { owner: plan.owner, daemon: daemon?.url, size: GROUP, verify });
  } finally {
    await pool.stop();
  }
}

/** What a verification reads on two sessions means nothing where they are not two. */
async function refusePoolers(url: string, pool: SessionPool): Promise<void> {
  const session = await openReaderSession({ url, heartbeat: HEARTBEAT });
  try {
    await refuseSharedBackend(session, pool);
  } finally {
    await session.close();
  }
}

/** Where PostgreSQL fails at one owner's rows, halves of the group lead to that owner, and the others are verified. */
async function verifyGroup(options: VerifyOptions, pool: SessionPool, group: readonly string[]): Promise<Verdict> {
  try {
    return await verifyTogether(options, pool, group);
  } catch (error) {
    if (!isDataError(error)) throw error;
    if (group.length === 1) return { ...emptyVerdict(options.daemon?.url), unreadable: group };
    const [left, right] = halves(group);
    return bothVerdicts(await verifyGroup(options, pool, left), await verifyGroup(options, pool, right));
  }
}

async function verifyTogether(options: VerifyOptions, pool: SessionPool, group: readonly string[]): Promise<Verdict> {
  let verdict = emptyVerdict(options.daemon?.url);
  let owners = group;
  for (let tries = 1; owners.length > 0 && tries <= TRIES; tries += 1) {
    const { outcome, answers } = await verifyOnce(options, pool, owners);
    const unavailable = answers.filter(({ kind }) => kind === "unavailable").map(({ owner }) => owner);
    const again = [...outcome.again, ...unavailable];
    verdict = bothVerdicts(verdict, verdictOf(options, outcome, answers, again));
    owners = again;
  }
  return bothVerdicts(verdict, { ...emptyVerdict(verdict.daemon), unsettled: owners });
}

/** Of the owners that are not asked about again. */
function verdictOf(
  { daemon }: VerifyOptions,
  { recomputed, compared, unknownZones, differences }: Outcome,
  answers: readonly DaemonAnswer[],
  again: readonly string[],
): Verdict {
  const isSettled = (owner: string): boolean => !again.includes(owner);
  const settled = differences.filter(({ owner }) => isSettled(owner));
  const zoneless = new Set(unknownZones);
  const stale = answers.flatMap((answer) =>
    answer.kind === "stale" && !zoneless.has(answer.owner)
      ? [{ owner: answer.owner, since: answer.since, reason: answer.reason }]
      : [],
  );
  return {
    ...emptyVerdict(daemon?.url),
    compared: daemon === undefined ? recomputed.length : compared.length,
    differing: new Set(settled.map(({ owner }) => owner)).size,
    differences: settled,
    stale,
    unknownZones: unknownZones.filter(isSettled),
  };
}

async function verifyOnce(
  options: VerifyOptions,
  pool: SessionPool,
  owners: readonly string[],
): Promise<{ outcome: Outcome; answers: readonly DaemonAnswer[] }> {
  const { url, daemon } = options;
  const plan = withoutEvents(options.plan);
  const session = await openReaderSession({ url, heartbeat: HEARTBEAT });
  const slices = new Slices({ monotonicMs: () => performance.now(), setImmediate });
  const loader = new SnapshotLoader({ plan, sessions: pool, slices });
  const verification = new Verification({ plan, session, loader, sessions: pool, owners });
  try {
    await verification.begin();
    const answers = (await daemon?.read(plan.kind, owners)) ?? [];
    if (daemon === undefined) await options.sleep(options.collectMs);
    else await verification.compare(answers.filter((answer) => answer.kind === "document"));
    return { outcome: await verification.finish(), answers };
  } finally {
    await verification.end();
    await session.close();
  }
}
