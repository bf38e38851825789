import { HEARTBEAT } from "../capture/capture-options.ts";
import { openReaderSession, refuseSharedBackend } from "../capture/reader-session.ts";
import { halves, isDataError } from "../database/data-error.ts";
import { type Finding, tellFindings } from "../database/findings.ts";
import type { Session } from "../database/session.ts";
import { SessionPool } from "../database/session-pool.ts";
import { SnapshotLoader } from "../owners/loader.ts";
import type { Plan } from "../plan/plan.ts";
import { withoutEvents } from "../plan/select.ts";
import { Slices } from "../owners/slices.ts";
import type { DaemonAnswer, DaemonDocuments } from "./daemon-documents.ts";
import { type Choice, listOwners } from "./listed-owners.ts";
import { bothVerdicts, emptyVerdict, type Verdict } from "./verdict.ts";
import { type Outcome, Verification } from "./verification.ts";

export interface VerifyOptions {
  readonly url: string;
  readonly plan: Plan;
  readonly choice: Choice;
  /** Whose documents are compared; undefined: nobody's, only numbers that are loaded for this. */
  readonly daemon: Pick<DaemonDocuments, "url" | "read"> | undefined;
  /** Reasons why nothing can be compared. */
  readonly check: (session: Session) => Promise<readonly Finding[]>;
  /** How long changes are collected between the two snapshots where no daemon is asked in between. */
  readonly collectMs: number;
  readonly sleep: (delayMs: number) => Promise<void>;
  /** Owners are done, of so many in all. */
  readonly progress: (done: number, total: number) => void;
  /** Aborted: stop after the owners at hand. */
  readonly stopping: AbortSignal;
}

/** Owners that are verified between the same two snapshots, and held in memory. A load statement takes four times as many. */
const GROUP = 250;
/** An owner may be read again while it is compared: by a bulk statement, or a change of its own row. */
const TRIES = 3;
/** Reads all of an owner's rows, twice. */
const STATEMENT_MS = 600_000;

/** Verifies owners group by group. Throws where it can't be done; that differences were found is no error. */
export async function verifyOwners(options: VerifyOptions): Promise<Verdict> {
  const { url, plan, choice, daemon, progress, stopping } = options;
  const pool = new SessionPool({ url, role: "verify", statementTimeoutMs: STATEMENT_MS, settings: { jit: "off" } }, 2);
  try {
    await refusePoolers(url, pool);
    const findings = await pool.run(options.check);
    if (findings.length > 0) throw new Error(tellFindings(findings));
    const listed = await listOwners(pool, plan, choice);
    let verdict = emptyVerdict(daemon?.url);
    let done = 0;
    for await (const group of listed.groups(GROUP)) {
      if (stopping.aborted) break;
      verdict = bothVerdicts(verdict, await verifyGroup(options, pool, group));
      done += group.length;
      progress(done, Math.max(done, listed.total));
    }
    return verdict;
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
