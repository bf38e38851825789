import { describe } from "node:test";
import { chooseTransport } from "../../daemon/gateway/choose-transport.ts";

/** One describe block per transport, with the same tests; uWebSockets.js is skipped, with the reason, where its binary doesn't load. */
export async function onEachTransport(title: string, tests: (transport: "uws" | "ws") => void): Promise<void> {
  const reason = await chooseTransport("uws").then(
    () => false as const,
    (error: Error) => error.message,
  );
  describe(`${title}, on uWebSockets.js`, { skip: reason }, () => tests("uws"));
  describe(`${title}, on ws`, () => tests("ws"));
}
