/**
 * The bus by Redis, or what speaks like it: one static channel and no keys, so that a restart of it loses nothing. Each connection is a client of
 * its own, which does not connect again by itself: the one backoff does. The only file that knows the package, which is loaded where an operator
 * has asked for it.
 */
import type * as redis from "redis";
import { ConfigError } from "../config/errors.ts";
import { within } from "../database/deadline.ts";
import { reasonOf } from "../database/reason.ts";
import type { Connect } from "./connected-bus.ts";

/** Daemons of other databases may be on it: theirs are other keys (envelope.ts). */
const CHANNEL = "deltad:peers";
const TIMEOUT_MS = 5_000;

type Redis = Pick<typeof redis, "createClient">;

/**
 * @param load gives the package
 * @throws ConfigError where it is missing
 */
export async function connectRedis(url: string, load: () => Promise<Redis> = () => import("redis")): Promise<Connect> {
  const { createClient } = await loaded(load);
  return async ({ heard, lost }) => {
    const client = createClient({
      url,
      name: "deltad",
      disableOfflineQueue: true,
      socket: { reconnectStrategy: false, connectTimeout: TIMEOUT_MS },
    });
    client.on("error", (error: unknown) => lost(reasonWithoutArguments(error)));
    client.on("end", () => lost("the connection ended"));
    const close = (): Promise<void> => {
      if (client.isOpen) client.destroy();
      return Promise.resolve();
    };
    try {
      const listening = client.connect().then(() => client.subscribe(CHANNEL, (message) => void heard(message), true));
      await within(TIMEOUT_MS, "Redis", listening);
    } catch (error) {
      await close();
      return failWithoutArguments(error);
    }
    return {
      send: async (messages) => {
        const sent = messages.map((message) => client.publish(CHANNEL, Buffer.from(message)));
        await within(TIMEOUT_MS, "Redis", Promise.all(sent)).catch(failWithoutArguments);
        return undefined;
      },
      close,
    };
  };
}

/** Redis repeats the arguments of a command that it does not know, and the password is one of HELLO's. */
function reasonWithoutArguments(error: unknown): string {
  return reasonOf(error).replace(/, with args.*/, "");
}

function failWithoutArguments(error: unknown): never {
  throw new Error(reasonWithoutArguments(error));
}

async function loaded(load: () => Promise<Redis>): Promise<Redis> {
  try {
    return await load();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new ConfigError("DELTAD_BUS_URL needs the package redis beside deltad: npm install redis");
  }
}
