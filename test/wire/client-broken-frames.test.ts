import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { eachWithRig, SNAPSHOT, UPDATE } from "../support/client-rig.ts";

const HEAD = `"timestamp":1,"topic":"owner:1","epoch":"e1","version":2,"previous":1,"asOf":"x","cursor":"c"`;
const DEEP = `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`;

const BROKEN: Readonly<Record<string, string>> = {
  "that is no JSON": "not json",
  "that is null": "null",
  "without a type": '{"topic":"owner:1"}',
  "whose type is a number": '{"type":7}',
  "that lacks what it must have": '{"type":"snapshot","topic":"owner:1"}',
  "that is 20,000 deep": `{"type":"metrics_updated",${HEAD},"data":${DEEP}}`,
  "bye without a window": '{"type":"bye","timestamp":1}',
  "bye with null for a window": '{"type":"bye","timestamp":1,"retryMs":null}',
  "bye with half a window": '{"type":"bye","timestamp":1,"retryMs":[1]}',
  "bye with a window in the past": '{"type":"bye","timestamp":1,"retryMs":[-5,-1]}',
  "bye with a window that ends before it begins": '{"type":"bye","timestamp":1,"retryMs":[5,1]}',
  "bye with a window of words": '{"type":"bye","timestamp":1,"retryMs":["soon","later"]}',
};

describe("A frame that breaks the protocol", () => {
  const its = eachWithRig();

  for (const [what, text] of Object.entries(BROKEN)) {
    it(`${what}, is an error for onError and a close with backoff, and the numbers stay`, {
      timeout: 30_000,
    }, async () => {
      const errors: unknown[] = [];
      its.rig.remake({ onError: (error) => errors.push(error) });
      const visitor = await its.rig.live();
      visitor.sayRaw(text);
      const { connection, metrics } = await its.rig.state("retrying");
      assert.equal(connection.cause.kind, "protocol");
      assert.equal(connection.retryAt - its.rig.clock.now(), 500);
      assert.equal(metrics?.revenue.today, "1.00");
      assert.equal(errors.length, 1);
      await visitor.left;
    });
  }

  it("again and again is waited for longer and longer", async () => {
    its.rig.remake({ onError: () => undefined });
    its.rig.client.connect();
    const waits: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      const visitor = await its.rig.daemon.subscriber();
      visitor.sayRaw("{");
      const { connection } = await its.rig.state("retrying");
      waits.push(connection.retryAt - its.rig.clock.now());
      its.rig.clock.advance(connection.retryAt - its.rig.clock.now());
    }
    assert.deepEqual(waits, [500, 1_000, 2_000, 4_000]);
  });

  it("is none where a daemon says more than this client knows", async () => {
    const visitor = await its.rig.live();
    for (const type of ["unheard_of", "toString", "__proto__"]) visitor.sayRaw(JSON.stringify({ type, timestamp: 1 }));
    visitor.say(UPDATE);
    await its.rig.today("2.00");
  });
});

describe("A window of bye", () => {
  const its = eachWithRig();

  it("of nothing at all does not make a storm", async () => {
    its.rig.client.connect();
    const waits: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      const visitor = await its.rig.daemon.subscriber();
      visitor.say(SNAPSHOT);
      visitor.say({ type: "bye", retryMs: [0, 0] });
      visitor.close(1012);
      const { connection } = await its.rig.state("retrying");
      waits.push(connection.retryAt - its.rig.clock.now());
      its.rig.clock.advance(connection.retryAt - its.rig.clock.now());
    }
    assert.deepEqual(waits, [0, 1_000, 2_000, 4_000]);
  });

  it("of years is one of five minutes", async () => {
    const visitor = await its.rig.live();
    visitor.say({ type: "bye", retryMs: [1e12, 1e12] });
    visitor.close(1012);
    const { connection } = await its.rig.state("retrying");
    assert.equal(connection.retryAt - its.rig.clock.now(), 300_000);
  });
});
