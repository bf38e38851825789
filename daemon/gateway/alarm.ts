/** `setTimeout` counts in 32 bits: a longer delay would fire at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;

export interface AlarmClock {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly setTimeout: (callback: () => void, delayMs: number) => unknown;
  readonly clearTimeout: (timer: unknown) => void;
}

/** Calls back once at an instant, however far, never before it. Returns how to call it off. */
export function setAlarm(atMs: number, callback: () => void, clock: AlarmClock): () => void {
  let timer: unknown;
  const wait = (): void => {
    const leftMs = atMs - clock.now();
    if (leftMs <= 0) return callback();
    timer = clock.setTimeout(wait, Math.min(leftMs, MAX_DELAY_MS));
  };
  timer = clock.setTimeout(wait, Math.min(Math.max(0, atMs - clock.now()), MAX_DELAY_MS));
  return () => clock.clearTimeout(timer);
}
