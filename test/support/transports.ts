import { describe } from "node:test";
import { chooseTransport } from "../../daemon/gateway/transports/choose-transport.ts";

/** One describe block per transport, with the same tests; uWebSockets.js is skipped, with the reason, where its binary doesn't load. */
export async function onEachTransport(title: string, tests: (transport: "uws" | "ws") => void): Promise<void> {
  describe(`${title}, on uWebSockets.js`, { skip: await whyNotUws() }, () => tests("uws"));
  describe(`${title}, on ws`, () => tests("ws"));
}

/** Those that load here, for a test that has to try all at once. */
export async function availableTransports(): Promise<readonly ("uws" | "ws")[]> {
  return (await whyNotUws()) === false ? ["uws", "ws"] : ["ws"];
}

async function whyNotUws(): Promise<string | false> {
  return chooseTransport("uws").then(
    () => false as const,
    (error: Error) => error.message,
  );
}
