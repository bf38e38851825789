import assert from "node:assert/strict";
import { it } from "node:test";
import { ConnectedBus } from "../../../daemon/bus/connected-bus.ts";
import { ManualClock } from "../../support/manual-clock.ts";

/** A bus whose connection sends as the test says, on a clock by hand. */
function rig(send: () => Promise<undefined>) {
  const clock = new ManualClock();
  const { setTimeout, clearTimeout, now: monotonicMs } = clock;
  const warnings: string[] = [];
  const log = {
    warn: (fields: object, message: string): void => void warnings.push(`${message} ${JSON.stringify(fields)}`),
  };
  const attempts: number[] = [];
  let lose: (reason: string) => void = () => undefined;
  const bus = new ConnectedBus({
    connect: ({ lost }) => {
      attempts.push(clock.now());
      lose = lost;
      return Promise.resolve({ send, close: () => Promise.resolve() });
    },
    betweenMs: 0,
    monotonicMs,
    setTimeout,
    clearTimeout,
    log,
  });
  // As peers do: a sign of life as soon as it is up.
  bus.onHealth(({ isUp }) => isUp && bus.publish(Buffer.from("sign")));
  const pass = async (seconds: number): Promise<void> => {
    for (let tenth = 0; tenth < seconds * 10; tenth += 1) {
      clock.advance(100);
      await new Promise(setImmediate);
    }
  };
  return { bus, clock, warnings, attempts, pass, lose: (reason: string) => lose(reason) };
}

it("A bus that connects and can't send connects again with a growing delay, and soon once it could send", async () => {
  let canSend = false;
  const sending = (): Promise<undefined> =>
    canSend ? Promise.resolve(undefined) : Promise.reject(new Error("NOPERM no permission to publish"));
  const { bus, clock, attempts, pass, lose } = rig(sending);
  bus.start();
  await pass(60);
  assert.ok(attempts.length > 8 && attempts.length < 18, `${attempts.length} attempts in a minute`);
  canSend = true;
  await pass(11);
  const before = attempts.length;
  await pass(60);
  assert.equal(attempts.length, before);
  const lostMs = clock.now();
  lose("the server was stopped");
  await pass(1);
  assert.equal(attempts.length, before + 1);
  assert.ok((attempts.at(-1) ?? 0) - lostMs <= 100);
  await bus.stop();
});

it("A bus on which more waits than 4 MB drops the rest, says so in one line a minute, and leaves no timer behind", async () => {
  const { bus, clock, warnings, pass } = rig(() => Promise.resolve(undefined));
  bus.start();
  await pass(1);
  for (let nth = 0; nth < 8; nth += 1) bus.publish(Buffer.alloc(1024 * 1024));
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? "", /^dropped what was to be said to other daemons: .*"times":1/);
  await pass(61);
  assert.match(warnings[1] ?? "", /"times":3/);
  await bus.stop();
  assert.equal(clock.pending, 0);
});
