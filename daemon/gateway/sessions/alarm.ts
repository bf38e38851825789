import type { Timers } from "../../config/timers.ts";

/** `setTimeout` counts in 32 bits: a longer delay would fire at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;
/** Timers of one delay are kept together: a far instant is waited for by whole minutes first, so that delays are few. */
const MINUTE_MS = 60_000;

export interface AlarmClock extends Timers {
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Calls back once at an instant, however far, never before it. Returns how to call it off. */
export function setAlarm(atMs: number, callback: () => void, clock: AlarmClock): () => void {
  let timer: unknown;
  const wait = (): void => {
    const leftMs = atMs - clock.now();
    if (leftMs <= 0) return callback();
    timer = clock.setTimeout(wait, delayOf(leftMs));
  };
  timer = clock.setTimeout(wait, delayOf(atMs - clock.now()));
  return () => clock.clearTimeout(timer);
}

function delayOf(leftMs: number): number {
  const delayMs = leftMs > MINUTE_MS ? leftMs - (leftMs % MINUTE_MS) : Math.max(0, leftMs);
  return Math.min(delayMs, MAX_DELAY_MS);
}
