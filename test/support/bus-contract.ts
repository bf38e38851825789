/** What every bus keeps, and how a test hears one. */
import assert from "node:assert/strict";
import { it } from "node:test";
import type { Bus, BusHealth } from "../../daemon/bus/bus.ts";
import { type Connect, ConnectedBus } from "../../daemon/bus/connected-bus.ts";
import { SYSTEM_TIMERS } from "../../daemon/config/timers.ts";
import { eventually } from "./real-time.ts";

/** A bus that was started, with what came by it. */
export interface HeardBus {
  readonly bus: Bus;
  readonly heard: Buffer[];
  readonly healths: BusHealth[];
  /** Resolves once it is up. */
  up(): Promise<void>;
  /** Resolves with the reason once it is not. */
  down(): Promise<string>;
}

/** A bus by such connections, on the system's clock, without a log. */
export function connectedBus(connect: Connect, betweenMs = 0): ConnectedBus {
  return new ConnectedBus({
    connect,
    betweenMs,
    monotonicMs: () => performance.now(),
    log: { warn: () => undefined },
    ...SYSTEM_TIMERS,
  });
}

export function startBus(bus: Bus): HeardBus {
  const heard: Buffer[] = [];
  const healths: BusHealth[] = [];
  bus.onMessage((message) => heard.push(Buffer.from(message)) > 0);
  bus.onHealth((health) => void healths.push(health));
  bus.start();
  return {
    bus,
    heard,
    healths,
    up: () => eventually("the bus to be up", () => healths.at(-1)?.isUp === true),
    down: async () => {
      await eventually("the bus to be down", () => healths.at(-1)?.isUp === false);
      const last = healths.at(-1);
      return last?.isUp === false ? last.reason : "";
    },
  };
}

/** Publishes until all of them hear it: what is said while a connection is away is lost. */
export async function understandEachOther(buses: readonly HeardBus[], word: string): Promise<void> {
  for (const [at, { bus }] of buses.entries()) {
    const said = Buffer.from(`${word} of ${at}`);
    await eventually(`all to hear ${String(said)}`, () => {
      bus.publish(said);
      return buses.every(({ heard }) => heard.some((message) => message.equals(said)));
    });
  }
}

/** @param open one more bus on the same server */
export function keepsTheContract(open: () => Bus): void {
  const opened: HeardBus[] = [];
  const startTwo = async (): Promise<[HeardBus, HeardBus]> => {
    const two: [HeardBus, HeardBus] = [startBus(open()), startBus(open())];
    opened.push(...two);
    for (const one of two) await one.up();
    return two;
  };
  const stopAll = (): Promise<unknown> => Promise.all(opened.splice(0).map(({ bus }) => bus.stop()));

  it("carries messages of any length to all, the sender included, whole and in order", async () => {
    const [a, b] = await startTwo();
    const lengths = [1, 31, 7_399, 7_400, 30_000, 1_000_000, 2];
    const messages = lengths.map((length, at) => Buffer.alloc(length, at + 1));
    for (const message of messages) a.bus.publish(message);
    for (const { heard } of [a, b]) {
      await eventually("all messages", () => heard.length >= messages.length);
      assert.deepEqual(
        heard.map((message) => [message.length, message[0]]),
        messages.map((message) => [message.length, message[0]]),
      );
      assert.ok(heard.every((message, at) => message.equals(messages[at] ?? Buffer.of())));
    }
    await stopAll();
  });

  it("carries what is said while it is sending, by several at once", async () => {
    const [a, b] = await startTwo();
    for (let nth = 0; nth < 500; nth += 1) {
      for (const [at, { bus }] of [a, b].entries()) bus.publish(Buffer.from(`${at} ${nth}`));
      if (nth % 50 === 0) await new Promise(setImmediate);
    }
    for (const { heard } of [a, b]) {
      await eventually("all messages", () => heard.length >= 1_000);
      for (const at of [0, 1]) {
        const own = heard.map(String).filter((message) => message.startsWith(`${at} `));
        assert.deepEqual(
          own,
          Array.from({ length: 500 }, (_, nth) => `${at} ${nth}`),
        );
      }
    }
    await stopAll();
  });

  it("sends its last words before it stops, and is silent then, however often it is told to stop", async () => {
    const [a, b] = await startTwo();
    a.bus.publish(Buffer.from("goodbye"));
    await Promise.all([a.bus.stop(), a.bus.stop()]);
    a.bus.publish(Buffer.from("nobody hears this"));
    await understandEachOther([b], "here");
    assert.ok(b.heard.some((message) => String(message) === "goodbye"));
    assert.ok(!b.heard.some((message) => String(message).startsWith("nobody")));
    const hadHeard = a.heard.length;
    await understandEachOther([b], "alone");
    assert.equal(a.heard.length, hadHeard);
    await a.bus.stop();
    await stopAll();
  });

  it("takes what is said before it is connected without a word, and can be stopped then", async () => {
    const early = open();
    early.publish(Buffer.from("too early"));
    await early.stop();
    const { bus } = startBus(open());
    await bus.stop();
  });
}
