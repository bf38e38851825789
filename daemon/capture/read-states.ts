/** The decisions of the read scheduler, as a pure machine; read-scheduler.ts has its diagram and its reasons. */
import type { BatchStatements } from "./statement.ts";

export type ReadState =
  | { readonly kind: "polling"; readonly quietSinceMs: number | undefined; readonly pauseMs: number }
  | { readonly kind: "confirming"; readonly holdsBell: boolean }
  | { readonly kind: "sleeping"; readonly holdsBell: boolean; readonly emptyWakes: number };

/** The outcome of a read, and its circumstances. */
export interface ReadOutcome {
  readonly found: boolean;
  readonly bellTaken: boolean;
  /** Whether the leader lock was taken; undefined where the read did not try. */
  readonly leaderLockTaken: boolean | undefined;
  /** False where a bell would not be heard, or not be rung: the reader then goes on polling. */
  readonly maySleep: boolean;
  /** Whether anyone's changes are wanted, or other daemons rely on this one. */
  readonly isNeeded: boolean;
  /** True when a bell caused the read, and no timer. */
  readonly wasRung: boolean;
  readonly nowMs: number;
}

export interface Decision {
  readonly state: ReadState;
  /** Whether the bell, held until now, is given back. */
  readonly releaseBell: boolean;
  /** A pause that no bell cuts short. */
  readonly pauseMs: number;
  /** After the pause: sleep until a bell, or read again. */
  readonly next: "sleep" | "read" | "readAndFallAsleep";
}

/** Long enough that a burst's gaps don't cause a NOTIFY each, short enough that idle polling ends at once. */
const QUIET_BEFORE_SLEEP_MS = 50;
const LONGEST_PAUSE_MS = 10;
/** The interval of a reader that may not sleep while nothing goes on, and of one that nobody needs: a nudge wakes it. */
const IDLE_POLL_MS = 100;

const POLLING: ReadState = { kind: "polling", quietSinceMs: undefined, pauseMs: 0 };

export const AWAKE: Decision = { state: POLLING, releaseBell: false, pauseMs: 0, next: "read" };

export function afterRead(state: ReadState, outcome: ReadOutcome): Decision {
  if (state.kind !== "polling") return afterQuietRead(state, outcome);
  // A bell that is taken by a read with rows is still taken: the next read decides.
  const mayFollow = outcome.leaderLockTaken === false && !outcome.found;
  if (!outcome.bellTaken && !mayFollow) return poll(state, outcome);
  return { ...AWAKE, state: { kind: "confirming", holdsBell: outcome.bellTaken } };
}

/** Which form of the batch statement the next read takes. */
export function nextForm(
  { state, next }: Decision,
  isHeartbeat: boolean,
  isLeader: boolean,
): Exclude<keyof BatchStatements, "cut"> {
  // A reader without the bell sleeps, or is about to, because another daemon leads, which may have died.
  const isFollower = state.kind !== "polling" && !state.holdsBell;
  if (isHeartbeat) return isFollower ? "takeover" : "heartbeat";
  if (next === "readAndFallAsleep") return isLeader ? "bell" : "leaderLock";
  return isFollower ? "leaderLock" : "read";
}

function afterQuietRead(state: Exclude<ReadState, { kind: "polling" }>, outcome: ReadOutcome): Decision {
  const { holdsBell } = state;
  // A reader that has just got the leader lock reads for the others too, until it has the bell.
  if (outcome.found || !outcome.maySleep || outcome.leaderLockTaken) return { ...AWAKE, releaseBell: holdsBell };
  const emptyWakes = state.kind === "sleeping" && outcome.wasRung ? state.emptyWakes + 1 : 0;
  return {
    state: { kind: "sleeping", holdsBell, emptyWakes },
    releaseBell: false,
    // A flood of bells that announce nothing, such as forged ones, causes no more reads than polling would.
    pauseMs: Math.min(emptyWakes, LONGEST_PAUSE_MS),
    next: "sleep",
  };
}

function poll(state: Extract<ReadState, { kind: "polling" }>, outcome: ReadOutcome): Decision {
  const quietSinceMs = outcome.found ? undefined : (state.quietSinceMs ?? outcome.nowMs);
  const isQuiet = quietSinceMs !== undefined && outcome.nowMs - quietSinceMs >= QUIET_BEFORE_SLEEP_MS;
  const pauseMs = Math.min(state.pauseMs + 1, LONGEST_PAUSE_MS);
  return {
    state: { kind: "polling", quietSinceMs, pauseMs },
    releaseBell: false,
    pauseMs: (isQuiet && !outcome.maySleep) || !outcome.isNeeded ? IDLE_POLL_MS : pauseMs,
    next: isQuiet && outcome.maySleep ? "readAndFallAsleep" : "read",
  };
}
