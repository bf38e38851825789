import type { Contender } from "./contender.ts";
import { NOTIFY_OWNER_TRIGGERS, startRecomputing } from "./recomputing.ts";

/** What the second version of such a dashboard does. */
export const NOTIFY: Contender = {
  name: "notify + recompute",
  about:
    "row triggers that pg_notify the owner's id; a ws server that recomputes the owners that were told, once for all that came meanwhile, up to a hundred a statement on four connections, and sends what differs",
  client: "json",
  needs: [],
  prepare: async (session, url) => {
    await session.query(NOTIFY_OWNER_TRIGGERS);
    return url;
  },
  start: (databaseUrl) => startRecomputing({ databaseUrl, learn: { by: "notify" }, send: { by: "ws" } }),
};
