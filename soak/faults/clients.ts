/** Clients that come and go in numbers, and tokens that end before their time. */
import { rawClient, subscribe, tokenOf } from "../clients/raw-client.ts";
import type { Fault } from "../fault.ts";

export const CLIENT_FAULTS: Readonly<Record<string, Fault>> = {
  "reconnect-storm": {
    row: "F29",
    group: "clients",
    choose: (values) => {
      const [times, forMs] = [values.integer(1, 4), values.integer(0, 1_500)];
      return {
        says: `the balancer loses all connections ${times} times, for ${forMs} ms each`,
        inject: async (site) => {
          const { balancer } = site.fleet;
          for (let left = times; left > 0; left -= 1) {
            balancer.cut();
            await site.during(forMs, () => balancer.mend());
            await site.rest(300);
          }
        },
      };
    },
  },
  "slow-consumers": {
    row: "F28",
    group: "clients",
    choose: (values) => {
      const [at, count, forMs] = [values.integer(0, 1), values.integer(50, 200), values.integer(1_000, 6_000)];
      return {
        says: `${count} clients subscribe to one owner of daemon ${at} and read nothing for ${forMs} ms`,
        inject: async (site) => {
          const sockets = Array.from({ length: count }, () => {
            const socket = rawClient(site.fleet.ports[at] ?? 0, tokenOf("1"));
            socket.pause();
            socket.write(subscribe("1"));
            return socket;
          });
          await site.during(forMs, () => sockets.forEach((socket) => socket.destroy()));
        },
      };
    },
  },
  tabs: {
    row: "F30",
    group: "clients",
    choose: (values) => {
      const [times, everyMs] = [values.integer(3, 12), values.integer(0, 400)];
      return {
        says: `every other client leaves its owners and comes back ${times} times, every ${everyMs} ms`,
        inject: async (site) => {
          const flapping = site.clients.filter((_, at) => at % 2 === 0);
          for (let left = times; left > 0; left -= 1) {
            for (const client of flapping) client.leave();
            await site.during(everyMs, () => flapping.forEach((client) => client.join()));
            await site.rest(everyMs);
          }
        },
      };
    },
  },
  "tokens-revoked": {
    row: "F32",
    group: "clients",
    choose: (values) => {
      const third = values.integer(0, 2);
      return {
        says: "the tokens of a third of the clients are revoked",
        inject: async ({ database, clients }) => {
          for (const { tokenId } of clients.filter((_, at) => at % 3 === third)) {
            await database.query("select deltad.revoke_token($1, null, null, now() + interval '1 minute')", [tokenId]);
          }
        },
      };
    },
  },
  "connections-flood": {
    row: "F29",
    group: "clients",
    choose: (values) => {
      const [at, count] = [values.integer(0, 1), values.integer(100, 700)];
      return {
        says: `${count} sockets without a token open to daemon ${at} at once`,
        inject: async (site) => {
          const sockets = Array.from({ length: count }, () => rawClient(site.fleet.ports[at] ?? 0));
          await site.during(1_500, () => sockets.forEach((socket) => socket.destroy()));
        },
      };
    },
  },
};
