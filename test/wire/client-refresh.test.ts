import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { eachWithRig, UPDATE } from "../support/client-rig.ts";

const EXPIRING = { type: "token_expiring", expiresAt: 9_000_000_000_000 } as const;

describe("A token that is about to expire", () => {
  const its = eachWithRig();
  const settle = () => new Promise(setImmediate);

  it("is asked for once in ten seconds, whatever the daemon says", async () => {
    const visitor = await its.rig.live();
    for (let notice = 0; notice < 1_000; notice += 1) visitor.say(EXPIRING);
    visitor.say(UPDATE);
    await its.rig.today("2.00");
    assert.deepEqual(its.rig.reasons, ["connect", "expiring"]);
    await visitor.asks("refresh");
    its.rig.clock.advance(9_999);
    await settle();
    assert.equal(its.rig.reasons.length, 2);
    its.rig.clock.advance(1);
    assert.equal((await visitor.asks("refresh")).token, "token-3");
    its.rig.clock.advance(60_000);
    await settle();
    assert.equal(its.rig.reasons.length, 3);
  });

  it("is asked for one call at a time", async () => {
    const calls: ((token: string) => void)[] = [];
    its.rig.remake({
      getToken: ({ reason }) => (reason === "connect" ? "first" : new Promise((resolve) => calls.push(resolve))),
    });
    const visitor = await its.rig.live();
    visitor.say(EXPIRING);
    visitor.say(UPDATE);
    await its.rig.today("2.00");
    its.rig.clock.advance(20_000);
    visitor.say(EXPIRING);
    visitor.say({ ...UPDATE, version: 3, previous: 2, data: { revenue: { today: "3.00" } } });
    await its.rig.today("3.00");
    assert.equal(calls.length, 1);
    calls[0]?.("second");
    assert.equal((await visitor.asks("refresh")).token, "second");
  });

  it("is not sent where it is the same, and asked for again", { timeout: 30_000 }, async () => {
    const tokens = ["cached", "cached", "cached", "newer"];
    its.rig.remake({ getToken: () => tokens.shift() ?? assert.fail("asked too often") });
    const visitor = await its.rig.live();
    visitor.say(EXPIRING);
    visitor.say(UPDATE);
    await its.rig.today("2.00");
    for (let round = 0; round < 3; round += 1) {
      its.rig.clock.advance(10_000);
      await settle();
    }
    assert.equal((await visitor.asks("refresh")).token, "newer");
    assert.equal(visitor.unheard, 0);
  });

  it("is asked for again where the daemon refuses the refresh, and the application hears so", {
    timeout: 30_000,
  }, async () => {
    const errors: unknown[] = [];
    its.rig.remake({ onError: (error) => errors.push(error) });
    const visitor = await its.rig.live();
    visitor.say(EXPIRING);
    await visitor.asks("refresh");
    visitor.say({ type: "error", code: "refresh_refused", message: "another subject's" });
    visitor.say(UPDATE);
    await its.rig.today("2.00");
    assert.match(String(errors), /refresh_refused, another subject's/);
    its.rig.clock.advance(10_000);
    assert.equal((await visitor.asks("refresh")).token, "token-3");
    assert.deepEqual(its.rig.reasons, ["connect", "expiring", "refused"]);
  });
});
