import assert from "node:assert/strict";
import { it } from "node:test";
import { Outbox } from "../../../../daemon/gateway/sessions/outbox.ts";
import { Traffic } from "../../../../daemon/gateway/sessions/traffic.ts";
import { TurnFlushes } from "../../../../daemon/gateway/sessions/turn-flushes.ts";
import type { Socket } from "../../../../daemon/gateway/transports/transport.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { textFrame, textOf } from "../../../support/text-frame.ts";

function setUp() {
  const clock = new ManualClock();
  const flushes: string[][] = [];
  const events: string[] = [];
  let buffered = 0;
  const owner = {
    reader: undefined,
    onDrained: () => void events.push("drained"),
    onTooSlow: () => void events.push("too slow"),
  };
  const socket: Socket = {
    send: (frames) => void flushes.push(frames.map(textOf)),
    bufferedBytes: () => buffered,
    close: () => {},
  };
  const traffic = new Traffic();
  const services = {
    traffic,
    turnFlushes: new TurnFlushes(),
    now: clock.now,
    setTimeout: clock.setTimeout,
    clearTimeout: clock.clearTimeout,
  };
  const outbox = new Outbox(owner, socket, { highWaterBytes: 100, tooSlowMs: 30_000 }, services);
  const buffer = (bytes: number): void => void (buffered = bytes);
  const send = (text: string): void => outbox.send(textFrame(text));
  return { clock, flushes, events, outbox, buffer, send, traffic };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it("The frames of one turn go out together, at its end", async () => {
  const { flushes, send } = setUp();
  send("a");
  send("b");
  assert.deepEqual(flushes, []);
  await turn();
  send("c");
  await turn();
  assert.deepEqual(flushes, [["a", "b"], ["c"]]);
});

it("What goes out at the end of a turn is in the order of its first frames, and what is sent meanwhile follows in the same turn", async () => {
  const gone: string[] = [];
  const flushes = new TurnFlushes();
  const late = { flush: () => void gone.push("late") };
  flushes.add({ flush: () => (gone.push("a"), flushes.add(late)) });
  flushes.add({ flush: () => void gone.push("b") });
  assert.deepEqual(gone, []);
  await turn();
  assert.deepEqual(gone, ["a", "b", "late"]);
});

it("A turn with more than the mark goes out in parts, so that no more than the mark and a frame waits", () => {
  const { flushes, outbox, buffer, send } = setUp();
  buffer(101);
  send("x".repeat(60));
  send("x".repeat(60));
  assert.deepEqual([flushes.length, outbox.blocked], [1, true]);
});

it("Above the mark it is blocked until everything was taken, and says so once", async () => {
  const { clock, events, outbox, buffer, send } = setUp();
  buffer(100);
  send("a");
  await turn();
  assert.equal(outbox.blocked, false);
  buffer(101);
  send("b");
  await turn();
  assert.equal(outbox.blocked, true);
  buffer(1);
  outbox.drained();
  assert.equal(outbox.blocked, true);
  buffer(0);
  outbox.drained();
  outbox.drained();
  assert.deepEqual([outbox.blocked, events, clock.pending], [false, ["drained"], 0]);
});

it("Blocked for too long is too slow", async () => {
  const { clock, events, buffer, send } = setUp();
  buffer(101);
  send("a");
  await turn();
  clock.advance(29_999);
  assert.deepEqual(events, []);
  clock.advance(1);
  assert.deepEqual(events, ["too slow"]);
});

it("Frames and their bytes are counted when the socket has them", async () => {
  const { send, traffic } = setUp();
  send("a");
  send("bcd");
  assert.deepEqual([traffic.framesSent, traffic.bytesSent], [0, 0]);
  await turn();
  assert.deepEqual([traffic.framesSent, traffic.bytesSent], [2, 4]);
});
