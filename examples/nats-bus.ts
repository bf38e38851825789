/**
 * What daemons tell each other by NATS, as an example of the seam: deltad brings PostgreSQL and Redis (daemon/bus/redis-connection.ts is the same by
 * that), and loads none of this. `new ConnectedBus({ connect: connectNats(url), … })` is a whole bus, which coalesces, connects again and says
 * why it is away; daemon/bus/build-peers.ts is where a daemon's bus is chosen.
 *
 * One subject, no streams: what is said while nobody hears it is lost, and daemon/bus/peers.ts makes that good.
 */
import { connect } from "@nats-io/transport-node";
import type { Connect } from "../daemon/bus/connected-bus.ts";
import { within } from "../daemon/database/deadline.ts";

const SUBJECT = "deltad.peers";
const TIMEOUT_MS = 5_000;

export function connectNats(url: string): Connect {
  return async ({ heard, lost }) => {
    const connection = await connect({ servers: url, name: "deltad", reconnect: false, timeout: TIMEOUT_MS });
    void connection.closed().then((error) => lost(error ? error.message : "the connection ended"));
    connection.subscribe(SUBJECT, {
      callback: (error, message) => {
        if (error) lost(error.message);
        else heard(message.data);
      },
    });
    const flushed = (): Promise<void> => within(TIMEOUT_MS, "NATS", connection.flush());
    try {
      // The server has the subscription, and later what was published.
      await flushed();
    } catch (error) {
      await connection.close();
      throw error;
    }
    return {
      send: async (messages) => {
        for (const message of messages) connection.publish(SUBJECT, message);
        await flushed();
        return undefined;
      },
      close: () => connection.close(),
    };
  };
}
