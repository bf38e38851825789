import assert from "node:assert/strict";
import { it } from "node:test";
import type { Batch } from "../../../daemon/capture/batch.ts";
import { Channels } from "../../../daemon/channels/channels.ts";
import type { ChannelPlan } from "../../../daemon/plan/channel-plan.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const PLAN: ChannelPlan = {
  kind: "room",
  source: "rooms",
  key: "id",
  keyType: "bigint",
  members: { kind: "everyone" },
  sets: [],
  tables: [],
};
const ignore = (): void => undefined;

const batch = (snapshot: string, resets: Batch["resets"] = []): Batch => ({
  epoch: "e",
  snapshot,
  clock: 0,
  grains: [],
  resets,
  events: [],
  withheld: [],
  dimensions: [],
});

it("1,000 channels that are subscribed to at once take at most ten statements to load, one that fails is tried again", async () => {
  const clock = new ManualClock(0);
  const loads: (readonly string[])[] = [];
  const told = new Map<string, string[]>();
  let failures = 1;
  const channels = new Channels({
    plan: PLAN,
    loader: {
      load: ({ keys }) => {
        loads.push(keys);
        const isBad = failures > 0;
        failures -= 1;
        const found = new Map(
          keys.map((key) => [key, { who: [{ channel: key, who: undefined, times: 1 }], sets: [] }]),
        );
        return {
          imported: Promise.resolve(),
          channels: isBad ? Promise.reject(new Error("late")) : Promise.resolve(found),
        };
      },
      loadPages: () => assert.fail("nobody asked for a page"),
    },
    loadsAtOnce: 2,
    publish: (key, { kind }) => void told.set(key, [...(told.get(key) ?? []), kind]),
    letIn: ignore,
    nudge: ignore,
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    monotonicMs: clock.now,
    now: clock.now,
    setTimeout: clock.setTimeout,
    clearTimeout: clock.clearTimeout,
  });
  channels.begin("e", "i");
  for (let n = 1; n <= 1000; n += 1) channels.watch(String(n));
  for (let round = 1; round <= 20; round += 1) {
    clock.advance(100);
    if (channels.wantsCut()) await channels.applyCut(batch(`${round}:${round}:`), { snapshotId: "s" });
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(loads.length <= 10, `${loads.length} loads`);
  assert.equal(told.size, 1000);
  for (const kinds of told.values()) assert.deepEqual(kinds, ["audience", "whole"]);

  // A reset names one, and needs a cut.
  const reset = batch("30:30:", [{ source: "rooms", owner: "7", rows: 1, xid: 1n }]);
  assert.equal(channels.needsCut(batch("29:29:")), false);
  assert.equal(channels.needsCut(reset), true);
  await channels.applyCut(reset, { snapshotId: "s" });
  assert.deepEqual(loads.at(-1), ["7"]);
  channels.stop();
});
