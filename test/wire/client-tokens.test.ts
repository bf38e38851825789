import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeCause } from "../../client/make-cause.ts";
import { eachWithRig, SNAPSHOT, UPDATE } from "../support/client-rig.ts";

describe("The client's token", () => {
  const its = eachWithRig();

  it("asks for a token once after a refusal, and stops after the second", async () => {
    its.rig.client.connect();
    for (const token of ["token-1", "token-2"]) {
      const visitor = await its.rig.daemon.visitor();
      assert.equal((await visitor.asks("authenticate")).token, token);
      visitor.close(4401);
    }
    const { connection } = await its.rig.state("closed");
    assert.deepEqual(connection.cause, makeCause("code", "", 4401));
    assert.deepEqual(its.rig.reasons, ["connect", "refused"]);
  });

  it("takes a new token when the old one expired", async () => {
    const visitor = await its.rig.live();
    visitor.close(4010);
    const again = await its.rig.daemon.visitor();
    assert.equal((await again.asks("authenticate")).token, "token-2");
    assert.deepEqual(its.rig.reasons, ["connect", "expired"]);
  });

  it("that can't be had is tried for again, and the application hears why", async () => {
    const errors: unknown[] = [];
    const offline = new Error("offline");
    its.rig.remake({ getToken: () => Promise.reject(offline), onError: (error) => errors.push(error) });
    its.rig.client.connect();
    const { connection } = await its.rig.state("retrying");
    assert.deepEqual(connection.cause, makeCause("token", "Error: offline"));
    assert.deepEqual(errors, [offline]);
  });

  for (const [what, none] of Object.entries({
    nothing: undefined,
    "an empty text": "",
    "an object": { token: "t" },
    "a page": "<!doctype html>".padEnd(16_001),
  })) {
    it(`that is none, but ${what}, is tried for again, and the application hears so`, async () => {
      const errors: unknown[] = [];
      its.rig.remake({ getToken: () => none as string, onError: (error) => errors.push(error) });
      its.rig.client.connect();
      const { connection } = await its.rig.state("retrying");
      assert.equal(connection.cause.kind, "token");
      assert.match(String(errors), /^TypeError: getToken gave \w+: check what getToken returns/i);
    });
  }

  it("that never comes ends the attempt, and getToken is told so", async () => {
    let signal: AbortSignal | undefined;
    its.rig.remake({ getToken: (request) => new Promise(() => ({ signal } = request)) });
    its.rig.client.connect();
    its.rig.clock.advance(14_999);
    assert.equal(signal?.aborted, false);
    its.rig.clock.advance(1);
    await its.rig.state("retrying");
    assert.equal(signal?.aborted, true);
  });

  it("is kept over a lost connection", async () => {
    const visitor = await its.rig.live();
    visitor.cut();
    await its.rig.state("retrying");
    its.rig.client.connect();
    const again = await its.rig.daemon.visitor();
    assert.equal((await again.asks("authenticate")).token, "token-1");
  });

  it("is refreshed on the open socket when it is about to expire, and the new one is used from then on", async () => {
    const visitor = await its.rig.live();
    visitor.say({ type: "token_expiring", expiresAt: Date.now() + 60_000 });
    assert.equal((await visitor.asks("refresh")).token, "token-2");
    assert.equal(its.rig.view.connection.state, "live");
    visitor.cut();
    await its.rig.state("retrying");
    its.rig.client.connect();
    const again = await its.rig.daemon.visitor();
    assert.equal((await again.asks("authenticate")).token, "token-2");
    assert.deepEqual(its.rig.reasons, ["connect", "expiring"]);
  });

  it("that can't be refreshed lives on until it expires, and the application hears why", async () => {
    const errors: unknown[] = [];
    const away = new Error("the token endpoint is away");
    its.rig.remake({
      getToken: ({ reason }) =>
        reason === "expiring" ? Promise.reject(away) : `token-${its.rig.reasons.push(reason)}`,
      onError: (error) => errors.push(error),
    });
    const visitor = await its.rig.live();
    visitor.say({ type: "token_expiring", expiresAt: Date.now() + 60_000 });
    visitor.say(UPDATE);
    await its.rig.today("2.00");
    assert.equal(visitor.unheard, 0);
    visitor.close(4010);
    await its.rig.daemon.subscriber();
    assert.deepEqual(errors, [away]);
    assert.deepEqual(its.rig.reasons, ["connect", "expired"]);
  });

  it("is asked for anew where it expired while the connection was away", async () => {
    its.rig.client.connect();
    const visitor = await its.rig.daemon.guest({ lifetimeMs: 60_000 });
    await visitor.asks("subscribe");
    visitor.say(SNAPSHOT);
    await its.rig.state("live");
    visitor.cut();
    await its.rig.state("retrying");
    its.rig.clock.sleep(60_000);
    its.rig.client.connect();
    const again = await its.rig.daemon.visitor();
    assert.equal((await again.asks("authenticate")).token, "token-2");
    assert.deepEqual(its.rig.reasons, ["connect", "expired"]);
  });

  it("is asked for once by connections that were stopped and started again before it came", async () => {
    its.rig.client.connect();
    its.rig.client.close();
    its.rig.client.connect();
    const visitor = await its.rig.daemon.subscriber();
    assert.equal(visitor.unheard, 0);
    assert.deepEqual(its.rig.reasons, ["connect", "connect"]);
    assert.equal(its.rig.daemon.open, 1);
  });
});
