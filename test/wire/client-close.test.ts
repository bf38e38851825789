import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { State } from "../../client/owner.ts";
import { eachWithRig, STALE } from "../support/client-rig.ts";
import type { Visitor } from "../support/scripted-daemon.ts";

describe("close() leaves no socket, timer or listener", () => {
  const its = eachWithRig();

  const REACH: { readonly [S in State]: () => Promise<unknown> } = {
    idle: () => Promise.resolve(),
    connecting: () => {
      its.rig.client.connect();
      return its.rig.daemon.visitor();
    },
    live: () => its.rig.live(),
    stale: async () => {
      const visitor = await its.rig.live();
      visitor.say(STALE);
      return its.rig.state("stale");
    },
    retrying: async () => {
      const visitor = await its.rig.live();
      visitor.cut();
      return its.rig.state("retrying");
    },
    closed: async () => {
      const visitor = await its.rig.live();
      visitor.close(4403);
      return its.rig.state("closed");
    },
  };
  for (const [name, reach] of Object.entries(REACH)) {
    it(`in ${name}, however often`, async () => {
      const visitor = await reach();
      its.rig.client.close();
      its.rig.client.close();
      assert.equal(its.rig.view.connection.state, "closed");
      assert.deepEqual([its.rig.clock.pending, its.rig.wakers.size], [0, 0]);
      if (name === "connecting" || name === "live") await (visitor as Visitor).left;
      its.rig.clock.advance(600_000);
      assert.equal(its.rig.view.connection.state, "closed");
    });
  }

  it("also before the socket opened, and while the token is awaited", async () => {
    its.rig.client.connect();
    its.rig.client.close();
    its.rig.client.connect();
    await Promise.resolve();
    its.rig.client.close();
    assert.deepEqual([its.rig.clock.pending, its.rig.wakers.size], [0, 0]);
    const visitor = await its.rig.live();
    assert.equal(visitor.unheard, 0);
  });

  it("a hundred times over", async () => {
    for (let round = 0; round < 100; round += 1) {
      const visitor = await its.rig.live();
      its.rig.client.close();
      await visitor.left;
    }
    assert.deepEqual([its.rig.clock.pending, its.rig.wakers.size, its.rig.daemon.open], [0, 0, 0]);
  });
});
