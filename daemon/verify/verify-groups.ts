import { type Finding, tellFindings } from "../database/findings.ts";
import type { Session } from "../database/session.ts";
import type { SessionPool } from "../database/session-pool.ts";
import type { Plan } from "../plan/plan.ts";
import { type Choice, listOwners } from "./listed-owners.ts";
import { bothVerdicts, emptyVerdict, type Verdict } from "./verdict.ts";

/** What verifying owners and verifying channels, which are listed alike, have in common. */
export interface GroupsOptions {
  readonly choice: Choice;
  /** Reasons why nothing can be compared. */
  readonly check: (session: Session) => Promise<readonly Finding[]>;
  /** Owners are done, of so many in all. */
  readonly progress: (done: number, total: number) => void;
  /** Aborted: stop after the owners at hand. */
  readonly stopping: AbortSignal;
}

export interface Grouped {
  readonly owner: Plan["owner"];
  /** Whose documents are compared. */
  readonly daemon: string | undefined;
  /** Owners that are verified together. */
  readonly size: number;
  readonly verify: (group: readonly string[]) => Promise<Verdict>;
}

/** Verifies those that are chosen, group by group. Throws where it can't be done. */
export async function verifyGroups(
  { choice, check, progress, stopping }: GroupsOptions,
  pool: SessionPool,
  { owner, daemon, size, verify }: Grouped,
): Promise<Verdict> {
  const findings = await pool.run(check);
  if (findings.length > 0) throw new Error(tellFindings(findings));
  const listed = await listOwners(pool, { owner }, choice);
  let verdict = emptyVerdict(daemon);
  let done = 0;
  for await (const group of listed.groups(size)) {
    if (stopping.aborted) break;
    verdict = bothVerdicts(verdict, await verify(group));
    done += group.length;
    progress(done, Math.max(done, listed.total));
  }
  return verdict;
}
