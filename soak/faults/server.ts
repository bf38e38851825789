/** PostgreSQL crashes, is restarted, or keeps somebody waiting. */
import { kill } from "../database.ts";
import type { Fault } from "../fault.ts";
import type { Site } from "../site.ts";

async function configure({ database }: Site, settings: readonly string[]): Promise<void> {
  for (const setting of settings) await database.query(`alter system ${setting}`);
  await database.query("select pg_reload_conf()");
}

export const SERVER_FAULTS: Readonly<Record<string, Fault>> = {
  "server-killed": {
    row: "F4",
    group: "server",
    choose: (values) => {
      const awayMs = values.integer(0, 4_000);
      return {
        says: `PostgreSQL is killed, and away for ${awayMs} ms`,
        inject: async (site) => {
          await site.database.crash();
          await site.during(awayMs, () => site.database.start());
        },
      };
    },
  },
  "server-restarted": {
    row: "F4",
    group: "server",
    choose: (values) => {
      const mode = values.pick(["fast", "immediate"] as const);
      return { says: `PostgreSQL is restarted (${mode})`, inject: ({ database }) => database.restart(mode) };
    },
  },
  "backend-killed": {
    row: "F5",
    group: "server",
    choose: (values) => {
      const whose = values.pick(["deltad/%", "soak writer"]);
      return {
        says: `a backend of ${whose} is killed, which resets all`,
        inject: async ({ database }) => {
          const [backend] = await database.query<{ pid: number }>(
            "select pid from pg_stat_activity where application_name like $1 limit 1",
            [whose],
          );
          if (backend) kill(backend.pid);
        },
      };
    },
  },
  "sessions-ended": {
    row: "F6",
    group: "server",
    choose: (values) => {
      const which = values.pick(["reader", "listener", "pool", "history", "lookups", "revocations", "%"]);
      return {
        says: `an administrator ends the sessions deltad/${which}`,
        inject: ({ database }) =>
          database.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name like $1", [
            `deltad/${which}`,
          ]),
      };
    },
  },
  "slow-commits": {
    row: "F47",
    group: "server",
    choose: (values) => {
      const forMs = values.integer(1_000, 6_000);
      return {
        says: `each commit takes 5 ms for ${forMs} ms`,
        inject: async (site) => {
          // Without fsync there is no delay.
          await configure(site, ["set fsync = on", "set commit_delay = 5000", "set commit_siblings = 0"]);
          await site.during(forMs, () =>
            configure(site, ["reset commit_siblings", "reset commit_delay", "set fsync = off"]),
          );
        },
      };
    },
  },
  "statements-cancelled": {
    row: "F37",
    group: "server",
    choose: (values) => {
      const times = values.integer(3, 30);
      return {
        says: `what deltad's sessions ask is cancelled ${times} times`,
        inject: async (site) => {
          for (let left = times; left > 0; left -= 1) {
            await site.database.query(
              "select pg_cancel_backend(pid) from pg_stat_activity where application_name like 'deltad/%' and state = 'active'",
            );
            await site.rest(30);
          }
        },
      };
    },
  },
};
