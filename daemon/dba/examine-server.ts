import { type Finding, finding } from "../database/findings.ts";
import { quoteLiteral } from "../database/identifier.ts";
import type { Examined } from "./examination.ts";

/** Transactions that others pay for, and the queue of notifications. */
export async function examineActivity(examined: Examined): Promise<Finding[]> {
  return [
    ...(await oldTransactions(examined)),
    ...(await preparedTransactions(examined)),
    ...(await notificationQueue(examined)),
  ];
}

interface Activity {
  readonly pid: number;
  readonly role: string | null;
  readonly application: string | null;
  readonly state: string | null;
  readonly seconds: number;
}

/** The transactions of this database that keep old rows, the oldest three. Whose state is hidden from this role is named all the same. */
async function oldTransactions({ session, limits }: Examined): Promise<Finding[]> {
  const rows = await session.query<Activity>(
    `select a.pid, a.usename as role, a.application_name as application, a.state,
            extract(epoch from clock_timestamp() - a.xact_start)::int as seconds
       from pg_stat_activity a
      where a.pid <> pg_backend_pid() and a.datname = current_database()
        and (a.backend_xmin is not null or a.backend_xid is not null)
        and a.xact_start < clock_timestamp() - make_interval(secs => $1)
      order by a.xact_start
      limit 3`,
    [limits.transactionSeconds],
  );
  return rows.map((row) =>
    finding(
      "snapshot_old",
      `Session ${describe(row)} has had a transaction open for ${row.seconds} s.`,
      `select pg_terminate_backend(${row.pid})`,
    ),
  );
}

function describe({ pid, role, application, state }: Omit<Activity, "seconds">): string {
  const details = [role && `role ${role}`, application && `application ${application}`, state].filter(Boolean);
  return details.length > 0 ? `${pid} (${details.join(", ")})` : String(pid);
}

async function preparedTransactions({ session, limits, choices }: Examined): Promise<Finding[]> {
  const old = await session.query<{ gid: string; owner: string; seconds: number }>(
    `select gid, owner, extract(epoch from clock_timestamp() - prepared)::int as seconds
       from pg_prepared_xacts
      where database = current_database() and prepared < clock_timestamp() - make_interval(secs => $1)
      order by prepared`,
    [limits.transactionSeconds],
  );
  const [server] = await session.query<{ possible: boolean }>(
    "select current_setting('max_prepared_transactions')::int > 0 as possible",
  );
  const allowed =
    choices.twoPhase && server?.possible === true
      ? [
          finding(
            "prepared_transactions_allowed",
            "max_prepared_transactions is above 0, so writers of the watched tables notify nobody; if none of them prepares transactions, write `twoPhase: false` into the configuration and apply it.",
          ),
        ]
      : [];
  return [
    ...old.map(({ gid, owner, seconds }) =>
      finding(
        "prepared_transaction_old",
        `The transaction ${JSON.stringify(gid)} of role ${owner} was prepared ${seconds} s ago; commit it instead, if its coordinator says so.`,
        `rollback prepared ${quoteLiteral(gid)}`,
      ),
    ),
    ...allowed,
  ];
}

async function notificationQueue({ session, limits }: Examined): Promise<Finding[]> {
  const [row] = await session.query<Partial<Activity> & { usage: number }>(
    `select pg_notification_queue_usage() as usage, a.*
       from (select) one
       left join lateral (
         select pid, usename as role, application_name as application, state
           from pg_stat_activity
          where xact_start is not null and pid <> pg_backend_pid()
          order by xact_start limit 1) a on true`,
  );
  if (!row || row.usage < limits.queueUsage) return [];
  const full = `The notification queue is ${Math.round(row.usage * 100)} % full`;
  if (row.pid === undefined || row.pid === null) return [finding("queue_filling", `${full}.`)];
  const { pid, role = null, application = null, state = null } = row;
  return [
    finding(
      "queue_filling",
      `${full}; the oldest transaction is session ${describe({ pid, role, application, state })}.`,
      `select pg_terminate_backend(${pid})`,
    ),
  ];
}

/** The database's clock is taken to be read half way between question and answer. */
export async function examineClock({ session, limits, now }: Examined): Promise<Finding[]> {
  const askedAt = now();
  const [row] = await session.query<{ ms: number }>(
    "select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms",
  );
  const answeredAt = now();
  const aheadMs = (row?.ms ?? answeredAt) - (askedAt + answeredAt) / 2;
  if (Math.abs(aheadMs) - (answeredAt - askedAt) / 2 < limits.clockMs) return [];
  const seconds = (Math.abs(aheadMs) / 1000).toFixed(1);
  const side = aheadMs > 0 ? "ahead of" : "behind";
  return [
    finding("clock_different", `The database's clock is ${seconds} s ${side} this machine's: check both against NTP.`),
  ];
}
