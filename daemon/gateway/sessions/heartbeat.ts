import type { AlarmClock } from "./alarm.ts";

/** To wake up for each of a thousand connections costs more than what is sent to them. */
const SLOT_MS = 1_000;

/**
 * Calls `beat` every `everyMs`, the first time after a part of it, so that those who came together are spread; but on a whole second,
 * so that one wake-up serves all who are due in it. Returns how to stop.
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
