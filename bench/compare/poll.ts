import type { Contender } from "./contender.ts";
import { startRecomputing } from "./recomputing.ts";

/** What the first version of such a dashboard does. */
function polling(seconds: number): Contender {
  return {
    name: `poll ${seconds} s`,
    about: `a ws server that recomputes all connected owners' documents every ${seconds} s, a hundred owners a statement, and sends those that differ`,
    client: "json",
    needs: [],
    prepare: async (_, url) => url,
    start: (databaseUrl) =>
      startRecomputing({ databaseUrl, learn: { by: "polling", everyMs: seconds * 1_000 }, send: { by: "ws" } }),
  };
}

export const POLL_5: Contender = polling(5);
export const POLL_1: Contender = polling(1);
