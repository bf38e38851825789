/** The timers of a connection: alarms and heartbeats. There are very many connections, so that few timers must do. */
import type { Timers } from "../../config/timers.ts";

/** `setTimeout` counts in 32 bits: a longer delay would fire at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;
/** Timers of one delay are kept together: a far instant is waited for by whole minutes first, so that delays are few. */
const MINUTE_MS = 60_000;
/** To wake up for each of a thousand connections costs more than what is sent to them. */
const SLOT_MS = 1_000;

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

/**
 * Calls `beat` every `everyMs`, the first time after a part of it, so that connections that came together are spread; but on a whole
 * second, so that one wake-up serves all that are due in it. Returns how to stop.
 */
export function startHeartbeat(everyMs: number, part: number, beat: () => void, clock: AlarmClock): () => void {
  let timer: unknown;
  const next = (): void => {
    beat();
    timer = clock.setTimeout(next, everyMs);
  };
  const slotMs = Math.min(SLOT_MS, everyMs);
  const nowMs = clock.now();
  timer = clock.setTimeout(next, Math.ceil((nowMs + everyMs * part) / slotMs) * slotMs - nowMs);
  return () => clock.clearTimeout(timer);
}
