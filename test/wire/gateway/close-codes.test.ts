import assert from "node:assert/strict";
import { it } from "node:test";
import { CLOSE, CLOSE_MEANINGS, type CloseName } from "../../../protocol/codes.ts";
import type { GatewayOptions } from "../../../daemon/gateway/gateway-options.ts";
import { type RunningGateway, startGateway, stopGatewaysAfterEach } from "../../support/gateway.ts";
import { TestSocket } from "../../support/socket.ts";
import { onEachTransport } from "../../support/transports.ts";

stopGatewaysAfterEach();

interface Situation {
  readonly what: string;
  readonly options?: Partial<GatewayOptions>;
  /** Leads to the close of the socket that it returns. */
  readonly lead: (running: RunningGateway) => Promise<TestSocket>;
}

const welcomed = ({ port, token }: RunningGateway): Promise<TestSocket> =>
  TestSocket.welcomed(port, token({ ownerId: 7 }));
const bug = (): never => {
  throw new Error("a bug");
};

/** Total by type: a code that nobody leads to does not compile. Only proxies say `goingAway`. */
const SITUATIONS: Readonly<Record<Exclude<CloseName, "goingAway">, Situation>> = {
  internal: {
    what: "a bug on one connection",
    options: { hub: { subscribe: bug, locate: bug, wait: bug } },
    lead: async (running) => {
      const socket = await welcomed(running);
      socket.say({ type: "subscribe", id: "1", topic: "owner:7" });
      return socket;
    },
  },
  draining: {
    what: "the daemon stops",
    lead: async (running) => {
      const socket = await welcomed(running);
      void running.gateway.drain();
      return socket;
    },
  },
  overloaded: {
    what: "more connections than there may be in all",
    options: { limits: { maxConnections: 1 } },
    lead: async (running) => {
      await welcomed(running);
      return new TestSocket(running.port);
    },
  },
  tooSlow: {
    what: "a client that does not read",
    lead: async (running) => {
      const { publisher, clock } = running;
      publisher.documents.set("7", { text: "x".repeat(6 * 1024 * 1024) });
      const socket = await welcomed(running);
      socket.native.pause();
      socket.say({ type: "subscribe", id: "1", topic: "owner:7" });
      while (publisher.watched.length === 0) await new Promise(setImmediate);
      await new Promise(setImmediate);
      clock.advance(30_000);
      socket.native.resume();
      return socket;
    },
  },
  expired: {
    what: "a token at its end",
    lead: async (running) => {
      const socket = await welcomed(running);
      running.clock.advance(3_610_000);
      return socket;
    },
  },
  malformed: {
    what: "nonsense before the token",
    lead: async ({ port }) => {
      const socket = await new TestSocket(port).opened();
      socket.native.send("nonsense");
      return socket;
    },
  },
  unauthenticated: {
    what: "a token that is none",
    lead: async ({ port }) => new TestSocket(port, { headers: { authorization: "Bearer x" } }),
  },
  origin: {
    what: "a page of another origin",
    lead: async ({ port }) => new TestSocket(port, { headers: { origin: "https://evil.example" } }),
  },
  subprotocol: {
    what: "a subprotocol of the future",
    lead: async ({ port }) => new TestSocket(port, { protocols: ["deltad.v9"] }),
  },
  authenticationTimeout: {
    what: "no token in time",
    lead: async ({ port, clock }) => {
      const socket = await new TestSocket(port).opened();
      clock.advance(5_000);
      return socket;
    },
  },
  tooMany: {
    what: "a flood of messages",
    lead: async (running) => {
      const socket = await welcomed(running);
      for (let count = 0; count < 100; count++) socket.say({ type: "ping", id: String(count) });
      return socket;
    },
  },
};

await onEachTransport("Close codes", (transport) => {
  for (const [name, { what, options, lead }] of Object.entries(SITUATIONS)) {
    const { code } = CLOSE[name as CloseName];
    const meaning = CLOSE_MEANINGS[name as CloseName];
    it(`${code} ${meaning}: ${what}; the reason is the table's, and nothing of it stays`, async () => {
      const running = await startGateway({ transport, ...options });
      const socket = await lead(running);
      assert.deepEqual(await socket.closed, { code, reason: meaning });
      const others = name === "overloaded" ? 1 : 0;
      while (running.gateway.connections > others) await new Promise(setImmediate);
    });
  }
});
