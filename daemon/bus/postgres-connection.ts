/**
 * The bus that needs nothing but the database: NOTIFY, by a session of its own that also listens. A notification is a commit, and commits that
 * notify take turns, so what is said within {@link NOTIFY_BETWEEN_MS} goes out in one transaction, which waits for no disk. While PostgreSQL's
 * queue of notifications is half full, because some session listens and idles in a transaction, nothing is sent: a full queue makes the
 * commits of all who notify fail.
 */
import { Session } from "../database/session.ts";
import type { Connect } from "./connected-bus.ts";
import { piecesOf, Reassembly } from "./pieces.ts";

/** At most 20 transactions a second for each daemon. */
export const NOTIFY_BETWEEN_MS = 50;
const TIMEOUT_MS = 5_000;
/** It is known within one database alone. */
const CHANNEL = "deltad_peers";
const FULL = 0.5;

const NOTIFY = {
  name: "deltad_say",
  text: `
    select q.usage,
           (select count(pg_notify('${CHANNEL}', p.piece)) from unnest($1::text[]) as p (piece) where q.usage < ${FULL})
      from (select pg_notification_queue_usage() as usage offset 0) q`,
};

export function connectPostgres(url: string): Connect {
  return async ({ heard, lost }) => {
    const settings = { synchronous_commit: "off" };
    const session = await Session.open({ url, role: "bus", statementTimeoutMs: TIMEOUT_MS, settings });
    const reassembly = new Reassembly();
    session.onLost(lost);
    session.onNotification((piece) => void reassembly.take(piece).every(heard));
    try {
      await session.script(`listen ${CHANNEL}`);
    } catch (error) {
      await session.close();
      throw error;
    }
    return {
      send: async (messages) => {
        const [[usage] = []] = await session.rows(NOTIFY, [piecesOf(messages)]);
        return Number(usage) < FULL ? undefined : "PostgreSQL's queue of notifications is half full";
      },
      close: () => session.close(),
    };
  };
}
