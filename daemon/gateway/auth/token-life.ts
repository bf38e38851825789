import { type AlarmClock, setAlarm } from "../sessions/alarm.ts";

/** How long before its end a client is told: a new token takes seconds to get, and a page that sleeps wakes up once a minute. */
const NOTICE_MS = 60_000;

export interface TokenEvents {
  /** A minute is left, or less from the beginning. */
  onExpiring(): void;
  onExpired(): void;
}

/** Watches a token by a timer of its own, whatever the socket does. Returns how to stop. */
export function watchToken(expiresAtMs: number, events: TokenEvents, clock: AlarmClock): () => void {
  // One after the other: each costs as long as it waits.
  const tell = (): void => {
    stop = setAlarm(expiresAtMs, () => events.onExpired(), clock);
    events.onExpiring();
  };
  let stop = setAlarm(expiresAtMs - NOTICE_MS, tell, clock);
  return () => stop();
}
