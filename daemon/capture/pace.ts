/**
 * When to read next: a pure machine of three states.
 *
 * - streaming: awake, the bell is free and writers don't notify. Between reads it waits 1, 2, … 10 ms, and what comes meanwhile is one
 *   batch: reading again at once makes a flood of single-row commits three times as dear per row, for the server and here.
 * - arming: the bell has just been taken. One more read is owed: a writer may have committed between the last read and the taking.
 * - armed: asleep with the bell in hand; writers notify. The first wake-up that finds rows gives the bell back: with a rate as the
 *   rule instead, notifying commits, which are serial, may never reach it.
 *
 * Where another daemon holds the lead (lead.ts), the latter two go without the bell.
 */

export type Pace =
  | { readonly kind: "streaming"; readonly quietSinceMs: number | undefined; readonly waitMs: number }
  | { readonly kind: "arming"; readonly hasBell: boolean }
  | { readonly kind: "armed"; readonly hasBell: boolean; readonly hollowWakes: number };

/** What a read showed. */
export interface Seen {
  readonly found: boolean;
  readonly bellTaken: boolean;
  /** What came of trying for the lead; undefined where it was not tried. */
  readonly leadTaken: boolean | undefined;
  /** False where a bell would not be heard, or not be rung: the reader then looks by itself. */
  readonly maySleep: boolean;
  /** Whether anyone's changes are wanted, or other daemons rely on this one. */
  readonly watched: boolean;
  /** True when a bell or nudge caused the read, and no timer. */
  readonly woken: boolean;
  readonly nowMs: number;
}

export interface Step {
  readonly pace: Pace;
  /** Whether the bell, held until now, is given back. */
  readonly releaseBell: boolean;
  /** Rest that no bell cuts short. */
  readonly restMs: number;
  /** Then: sleep until the bell, or read again. */
  readonly next: "sleep" | "read" | "readAndFallAsleep";
}

/** Long enough that a burst's gaps don't cause a NOTIFY each, short enough that idle polling ends at once. */
const QUIET_BEFORE_ARMING_MS = 50;
const LONGEST_WAIT_MS = 10;
/** How often a reader looks that may not sleep when nothing goes on, or whom nobody needs: a nudge wakes it. */
const LOOK_MS = 100;

export const AWAKE: Pace = { kind: "streaming", quietSinceMs: undefined, waitMs: 0 };

export function nextStep(pace: Pace, seen: Seen): Step {
  if (pace.kind !== "streaming") return holding(pace, seen);
  // Taken and found at once is still taken: the next read decides.
  const mayFollow = seen.leadTaken === false && !seen.found;
  if (!seen.bellTaken && !mayFollow) return streaming(pace, seen);
  return { pace: { kind: "arming", hasBell: seen.bellTaken }, releaseBell: false, restMs: 0, next: "read" };
}

function holding(pace: Exclude<Pace, { kind: "streaming" }>, seen: Seen): Step {
  const { hasBell } = pace;
  // Who has just got the lead reads for the others too, until it has the bell.
  if (seen.found || !seen.maySleep || seen.leadTaken)
    return { pace: AWAKE, releaseBell: hasBell, restMs: 0, next: "read" };
  const hollowWakes = pace.kind === "armed" && seen.woken ? pace.hollowWakes + 1 : 0;
  // Bells that announce nothing are coalesced into the pace of streaming, so that a flood of forged ones buys nothing.
  return {
    pace: { kind: "armed", hasBell, hollowWakes },
    releaseBell: false,
    restMs: Math.min(hollowWakes, LONGEST_WAIT_MS),
    next: "sleep",
  };
}

function streaming(pace: Extract<Pace, { kind: "streaming" }>, seen: Seen): Step {
  const quietSinceMs = seen.found ? undefined : (pace.quietSinceMs ?? seen.nowMs);
  const isQuiet = quietSinceMs !== undefined && seen.nowMs - quietSinceMs >= QUIET_BEFORE_ARMING_MS;
  const waitMs = Math.min(pace.waitMs + 1, LONGEST_WAIT_MS);
  return {
    pace: { kind: "streaming", quietSinceMs, waitMs },
    releaseBell: false,
    restMs: (isQuiet && !seen.maySleep) || !seen.watched ? LOOK_MS : waitMs,
    next: isQuiet && seen.maySleep ? "readAndFallAsleep" : "read",
  };
}
