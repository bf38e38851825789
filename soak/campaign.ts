/** Round after round: faults at once under load, then assertion Q; until the time is over, or something does not hold. */
import { within } from "../daemon/database/deadline.ts";
import { Assertion, Violation } from "./assertion.ts";
import type { Draws } from "./draws.ts";
import { FAULTS } from "./faults.ts";
import { type PlannedFault, type Round, roundsOf } from "./plan.ts";
import type { Site } from "./site.ts";

/** A fault that has not let go by then is a fault of the rig's, or a daemon that does not start. */
const OVER_WITHIN_MS = 120_000;
/** Between two lines, at most. */
const TELL_EVERY_MS = 5_000;

export interface CampaignOptions {
  readonly site: Site;
  readonly draws: Draws;
  readonly durationMs: number;
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
}

export interface Tally {
  readonly rounds: number;
  readonly kinds: ReadonlySet<string>;
  readonly judged: number;
}

/** Rejects with a {@link Violation}, or where it is interrupted. */
export async function campaign({ site, draws, durationMs, signal, tell }: CampaignOptions): Promise<Tally> {
  const assertion = new Assertion(site, signal);
  const kinds = new Set<string>();
  let [rounds, judged] = [0, 0];
  let doing = "before the first fault";
  const telling = setInterval(() => tell(`    … ${assertion.waiting || doing}`), TELL_EVERY_MS);
  try {
    await assertion.check(false);
    const untilMs = performance.now() + durationMs;
    for (const round of roundsOf(FAULTS, draws)) {
      if (performance.now() > untilMs) break;
      for (const { kind, afterMs, says } of round.faults)
        tell(`  ${round.number}. ${kind}, after ${afterMs} ms: ${says}`);
      doing = `faults of round ${round.number}`;
      await injected(round, site);
      doing = `checks of round ${round.number}`;
      const checked = await assertion.check(round.faults.some(({ fault }) => fault.unseen === true));
      rounds += 1;
      judged += checked.judged;
      for (const { kind } of round.faults) kinds.add(kind);
      const memory = checked.memoryBytes.map((bytes) => Math.round(bytes / 1024 ** 2)).join(" and ");
      tell(
        `     all right after ${(checked.rightAfterMs / 1_000).toFixed(1)} s; ${checked.judged} frames judged, ${site.writers.committed} of ${site.writers.committed + site.writers.failed} transactions committed, ${memory} MB`,
      );
      telling.refresh();
    }
    return { rounds, kinds, judged };
  } finally {
    clearInterval(telling);
  }
}

async function injected({ faults }: Round, site: Site): Promise<void> {
  const all = Promise.allSettled(faults.map((fault) => injectedOne(fault, site)));
  const outcomes = await within(OVER_WITHIN_MS, faults.map(({ kind }) => kind).join(), all).catch((late: Error) => {
    throw new Violation(`faults are not over: ${late.message}`);
  });
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed) throw failed.reason;
}

async function injectedOne({ kind, afterMs, inject }: PlannedFault, site: Site): Promise<void> {
  await site.rest(afterMs);
  await inject(site).catch((error: unknown) => {
    if (error instanceof Error && error.name === "AbortError") throw error;
    throw new Violation(
      `the fault ${kind} could not be made: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  });
}
