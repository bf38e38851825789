/** A daemon ends, in order or not, or stands still. */
import { kill } from "../database.ts";
import type { Fault } from "../fault.ts";
import type { Site } from "../site.ts";

const daemon = (at: number): string => `daemon ${at}`;

async function restart(site: Site, at: number, signal: "SIGTERM" | "SIGKILL", awayMs: number): Promise<void> {
  try {
    await site.fleet.end(at, signal);
  } finally {
    await site.during(awayMs, () => site.fleet.begin(at));
  }
}

async function standStill(site: Site, at: number, forMs: number): Promise<void> {
  const pid = site.pid(at);
  kill(pid, "SIGSTOP");
  await site.during(forMs, () => kill(pid, "SIGCONT"));
}

export const DAEMON_FAULTS: Readonly<Record<string, Fault>> = {
  "daemon-killed": {
    row: "F1",
    group: "daemons",
    choose: (values) => {
      const [at, awayMs] = [values.integer(0, 1), values.integer(0, 3_000)];
      return {
        says: `${daemon(at)} is killed, and away for ${awayMs} ms`,
        inject: (site) => restart(site, at, "SIGKILL", awayMs),
      };
    },
  },
  "daemon-ended": {
    row: "F2",
    group: "daemons",
    choose: (values) => {
      const [at, awayMs] = [values.integer(0, 1), values.integer(0, 3_000)];
      return {
        says: `${daemon(at)} is asked to end, and away for ${awayMs} ms`,
        inject: (site) => restart(site, at, "SIGTERM", awayMs),
      };
    },
  },
  "daemons-killed": {
    row: "F21",
    group: "daemons",
    choose: (values) => {
      const awayMs = values.integer(500, 5_000);
      return {
        says: `both daemons are killed, and nobody reads for ${awayMs} ms`,
        inject: (site) => Promise.all([0, 1].map((at) => restart(site, at, "SIGKILL", awayMs))),
      };
    },
  },
  "daemon-killed-again": {
    row: "F1",
    group: "daemons",
    choose: (values) => {
      const [at, first, second] = [values.integer(0, 1), values.integer(0, 400), values.integer(0, 400)];
      return {
        says: `${daemon(at)} is killed ${first} ms and again ${second} ms after it listens`,
        inject: async (site) => {
          for (const aliveMs of [first, second]) {
            await restart(site, at, "SIGKILL", 0);
            await site.rest(aliveMs);
          }
          await restart(site, at, "SIGKILL", 0);
        },
      };
    },
  },
  "daemon-stopped": {
    row: "F3",
    group: "daemons",
    choose: (values) => {
      const [at, forMs] = [values.integer(0, 1), values.integer(500, 9_000)];
      return {
        says: `${daemon(at)} stands still for ${forMs} ms`,
        inject: (site) => standStill(site, at, forMs),
      };
    },
  },
  "bell-holder-stopped": {
    row: "F43",
    group: "daemons",
    choose: () => ({
      says: "the daemon that sleeps with the bell stands still for longer than its session may be idle",
      inject: async (site) => {
        const [holder] = await site.database.query<{ port: number }>(
          `select a.client_port as port from pg_locks l join pg_stat_activity a using (pid)
            where l.locktype = 'advisory' and l.classid = 1684368500 and l.objid = 1 and l.granted and l.mode = 'ExclusiveLock' limit 1`,
        );
        // A daemon that is busy holds none.
        const at = site.lines.findIndex((line) => line.serves(holder?.port ?? 0));
        await standStill(site, Math.max(at, 0), 17_000);
      },
    }),
  },
};
