/** What administrators do to tables, rights and capture while everything runs. */
import type pg from "pg";
import { errorCode } from "../../daemon/database/reason.ts";
import type { Fault } from "../fault.ts";
import type { Site } from "../site.ts";
import { isExpected } from "../writers.ts";

const HISTORY_OF_PART = {
  detach: (part: string) =>
    `update history.bookings h set ended = pg_current_xact_id() from ${part} p where p.id = h.id and h.ended is null`,
  attach: (part: string) => `insert into history.bookings select p.*, pg_current_xact_id(), null::xid8 from ${part} p`,
};

/** Of what an administrator does once: long enough for a server to come back, and for a daemon that went silent in a transaction. */
const SURELY_WITHIN_MS = 45_000;

/**
 * A lock that does not come in time is asked for again: writers hold theirs for moments. Where the server went away before it answered,
 * the second attempt may find all of it done, and is then refused as wrong (class 42).
 */
async function surely({ database }: Site, statements: readonly string[]): Promise<void> {
  const giveUpMs = performance.now() + SURELY_WITHIN_MS;
  for (let wasLost = false; ; ) {
    if (performance.now() > giveUpMs) throw new Error(`not within ${SURELY_WITHIN_MS} ms: ${statements.join("; ")}`);
    try {
      const done = await database.session(async (client) => {
        await client.query("set lock_timeout = '300ms'");
        for (const statement of ["begin", ...statements, "commit"]) await client.query(statement);
      });
      if (done) return;
      wasLost = true;
    } catch (error) {
      if (wasLost && errorCode(error)?.startsWith("42")) return;
      if (!isExpected(error)) throw error;
    }
  }
}

/** An administrator gives up where a lock does not come: a daemon that has gone silent in a transaction keeps its own for 10 s. */
async function attempted({ database }: Site, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  try {
    await database.session(async (client) => {
      await client.query("set lock_timeout = '15s'");
      await work(client);
    });
  } catch (error) {
    if (!isExpected(error)) throw error;
  }
}

const between = async (
  site: Site,
  forMs: number,
  before: readonly string[],
  after: readonly string[],
): Promise<void> => {
  await surely(site, before);
  await site.during(forMs, () => surely(site, after));
};

export const SCHEMA_FAULTS: Readonly<Record<string, Fault>> = {
  "capture-off": {
    row: "F22",
    group: "schema",
    choose: (values) => {
      const [what, forMs] = [
        values.pick(["null", "'public.bookings'", "'public.payouts'"]),
        values.integer(500, 5_000),
      ];
      return {
        says: `capture of ${what === "null" ? "all tables" : what} is switched off for ${forMs} ms`,
        inject: async (site) => {
          await site.database.query(`select deltad.switch_off(${what})`);
          await site.during(forMs, () => site.database.query("select deltad.switch_on()"));
        },
      };
    },
  },
  "partition-detached": {
    row: "F41",
    group: "schema",
    unseen: true,
    choose: (values) => {
      const [part, forMs] = [values.integer(0, 2), values.integer(500, 5_000)];
      const name = `bookings_${part}`;
      return {
        says: `a partition is detached for ${forMs} ms`,
        inject: (site) =>
          between(
            site,
            forMs,
            [`alter table bookings detach partition ${name}`, HISTORY_OF_PART.detach(name)],
            [
              `alter table bookings attach partition ${name} for values with (modulus 3, remainder ${part})`,
              HISTORY_OF_PART.attach(name),
            ],
          ),
      };
    },
  },
  rewritten: {
    row: "F41",
    group: "schema",
    choose: (values) => {
      const statement = values.pick([
        "vacuum full payouts",
        "vacuum full listings",
        "cluster owners using owners_pkey",
        "vacuum full bookings",
        "reindex table bookings",
      ]);
      return {
        says: statement,
        inject: (site) => attempted(site, (client) => client.query(statement)),
      };
    },
  },
  "table-changed": {
    row: "F25",
    group: "schema",
    choose: (values) => {
      const [table, forMs] = [values.pick(["bookings", "payouts", "listings"]), values.integer(200, 2_000)];
      return {
        says: `${table} has another index and another constraint for ${forMs} ms`,
        inject: (site) =>
          between(
            site,
            forMs,
            [
              `create index if not exists soak on ${table} (owner_id, id)`,
              `alter table ${table} add constraint soak check (owner_id > 0) not valid`,
            ],
            [`alter table ${table} drop constraint if exists soak`, "drop index if exists soak"],
          ),
      };
    },
  },
  "triggers-disabled": {
    row: "F25",
    group: "schema",
    unseen: true,
    choose: (values) => {
      const [table, forMs] = [values.pick(["payouts", "listings"]), values.integer(500, 6_000)];
      const [trigger] = [values.pick(["deltad_insert", "deltad_update", "deltad_delete"])];
      return {
        says: `${trigger} of ${table} is disabled for ${forMs} ms`,
        inject: (site) =>
          between(
            site,
            forMs,
            [`alter table ${table} disable trigger ${trigger}`],
            [`alter table ${table} enable always trigger ${trigger}`],
          ),
      };
    },
  },
  "table-locked": {
    row: "F37",
    group: "schema",
    choose: (values) => {
      const [table, forMs] = [values.pick(["bookings", "owners", "payouts"]), values.integer(300, 3_000)];
      return {
        says: `${table} is locked against everybody for ${forMs} ms`,
        inject: (site) =>
          attempted(site, async (client) => {
            await client.query(`begin; lock table ${table} in access exclusive mode`);
            await site.rest(forMs);
            await client.query("commit");
          }),
      };
    },
  },
  "rights-lost": {
    row: "F26",
    group: "schema",
    choose: (values) => {
      const [table, forMs] = [values.pick(["bookings", "owners", "payouts", "listings"]), values.integer(500, 4_000)];
      return {
        says: `the daemons may not read ${table} for ${forMs} ms`,
        inject: async (site) => {
          const { role } = site.database.daemon;
          const [row] = await site.database.query<{ daemons: string }>(
            "select m.roleid::regrole::text as daemons from pg_auth_members m where m.member = $1::regrole",
            [role],
          );
          const columns = await site.database.query<{ columns: string }>(
            `select string_agg(quote_ident(attname), ', ') as columns from pg_attribute
              where attrelid = $1::regclass and attnum > 0 and has_column_privilege($2, attrelid, attnum, 'select')`,
            [table, role],
          );
          const list = columns[0]?.columns ?? "";
          await between(
            site,
            forMs,
            [`revoke select (${list}) on ${table} from ${row?.daemons ?? ""}`],
            [`grant select (${list}) on ${table} to ${row?.daemons ?? ""}`],
          );
        },
      };
    },
  },
  "logins-refused": {
    row: "F26",
    group: "schema",
    choose: (values) => {
      const forMs = values.integer(500, 4_000);
      return {
        says: `the daemons' role may open no session for ${forMs} ms, and loses those that it has`,
        inject: async (site) => {
          const { role } = site.database.daemon;
          await between(
            site,
            forMs,
            [
              `alter role ${role} connection limit 0`,
              `select pg_terminate_backend(pid) from pg_stat_activity where usename = '${role}'`,
            ],
            [`alter role ${role} connection limit -1`],
          );
        },
      };
    },
  },
};
