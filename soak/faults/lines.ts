/** The network between a daemon and PostgreSQL. */
import type { Values } from "../../test/support/oracle-run/values.ts";
import { NOTIFY_PAGES } from "../database.ts";
import type { Fault } from "../fault.ts";
import type { Site } from "../site.ts";

const SESSIONS = ["deltad/reader", "deltad/listener", "deltad/pool", "deltad/history", "deltad/"] as const;
/** Of a statement to listen, as long as the one that it takes the place of. */
const listensElsewhere = (sent: Buffer): Buffer =>
  Buffer.from(sent.toString("latin1").replace(/(LISTEN "?deltad)_/i, "$1x"), "latin1");

/** A twelfth of the queue, which has {@link NOTIFY_PAGES} of 8 kB; each notification has nearly a page. */
const NOTIFICATIONS = NOTIFY_PAGES / 12;
/** With one transaction more it is not full yet. */
const NEARLY_FULL = 0.85;
/** Where the listener's session was lost the queue is emptied all the time. */
const FILLS = 12;

async function queueUsage({ database }: Site): Promise<number> {
  const [row] = await database.query<{ usage: number }>("select pg_notification_queue_usage() as usage");
  return row?.usage ?? 0;
}

const some = (values: Values): { at: number; name: string } => ({
  at: values.integer(0, 1),
  name: values.pick(SESSIONS),
});

export const LINE_FAULTS: Readonly<Record<string, Fault>> = {
  "half-open": {
    row: "F7",
    group: "sessions",
    choose: (values) => {
      const { at, name } = some(values);
      return {
        says: `what daemon ${at} has open as ${name} goes silent, without an end`,
        inject: async ({ lines }) => lines[at]?.silence(name),
      };
    },
  },
  "black-hole": {
    row: "F8",
    group: "sessions",
    choose: (values) => {
      const [{ at, name }, forMs] = [some(values), values.integer(1_000, 8_000)];
      return {
        says: `${name} of daemon ${at} goes silent, and so does whatever takes its place, for ${forMs} ms`,
        inject: async (site) => {
          const line = site.lines[at];
          line?.silence(name);
          line?.silenceNew(name);
          await site.during(forMs, () => line?.silenceNew(undefined));
        },
      };
    },
  },
  "line-cut": {
    row: "F9",
    group: "sessions",
    choose: (values) => {
      const [{ at, name }, times] = [some(values), values.integer(1, 6)];
      const bytes = values.pick([0, 1, values.integer(2, 100), values.integer(100, 5_000)]);
      return {
        says: `${name} of daemon ${at} is reset ${times} times, each time ${bytes} bytes later`,
        inject: async (site) => {
          for (let left = times; left > 0; left -= 1) {
            site.lines[at]?.cut(name, bytes);
            await site.rest(250);
          }
        },
      };
    },
  },
  "line-slow": {
    row: "F9",
    group: "sessions",
    choose: (values) => {
      const [at, bytes, forMs] = [values.integer(0, 1), values.pick([1, 2, 7, 64]), values.integer(500, 4_000)];
      return {
        says: `PostgreSQL's answers reach daemon ${at} ${bytes} bytes at a time for ${forMs} ms`,
        inject: async (site) => {
          const line = site.lines[at];
          if (line) line.sliceBytes = bytes;
          await site.during(forMs, () => line && (line.sliceBytes = Number.POSITIVE_INFINITY));
        },
      };
    },
  },
  deaf: {
    row: "F35",
    group: "sessions",
    choose: (values) => {
      const forMs = values.integer(1_000, 6_000);
      return {
        says: `both daemons listen to channels on which nobody rings, for ${forMs} ms`,
        inject: async (site) => {
          for (const line of site.lines) {
            line.rewrite = listensElsewhere;
            line.cut("deltad/listener");
          }
          await site.during(forMs, () => site.lines.forEach((line) => (line.rewrite = undefined)));
        },
      };
    },
  },
  "notifications-full": {
    row: "F44",
    group: "sessions",
    choose: (values) => {
      const forMs = values.integer(1_000, 6_000);
      return {
        says: `a listener stays in a transaction, and the queue of notifications is nearly full for ${forMs} ms`,
        inject: (site) =>
          site.database.session(async (client) => {
            await client.query("listen soak");
            await client.query("begin");
            for (let tries = 0; tries < FILLS && (await queueUsage(site)) < NEARLY_FULL; tries += 1)
              await site.database.query(
                `select pg_notify('soak', n || repeat('x', 7900)) from generate_series(1, ${NOTIFICATIONS}) n`,
              );
            await site.during(forMs, () => client.query("rollback"));
          }),
      };
    },
  },
  "forged-bells": {
    row: "F36",
    group: "sessions",
    choose: (values) => {
      const forMs = values.integer(1_000, 4_000);
      return {
        says: `another role floods both channels with notifications for ${forMs} ms`,
        inject: async (site) => {
          await site.database.session(async (client) => {
            await client.query(
              "do $$ begin create role stranger; exception when duplicate_object then null; end $$; set role stranger",
            );
            const untilMs = performance.now() + forMs;
            while (performance.now() < untilMs) {
              await client.query(
                "select pg_notify(channel, repeat(chr(65 + n % 26), n)) from unnest('{deltad_bell,deltad_probe}'::text[]) channel, generate_series(1, 50) n",
              );
              await site.rest(5);
            }
          });
        },
      };
    },
  },
};
