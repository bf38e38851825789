import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CREATED, eachWithRig, SNAPSHOT, UPDATE } from "../support/client-rig.ts";
import type { Visitor } from "../support/scripted-daemon.ts";

const COMPLETED = {
  type: "booking_completed",
  topic: "owner:1",
  id: "event-2",
  cursor: "c-4",
  data: { bookingId: "7" },
} as const;

describe("Events", () => {
  const its = eachWithRig();

  /** The socket is cut; the client comes back and asks. */
  async function cutAndReturn(visitor: Visitor) {
    visitor.cut();
    await its.rig.state("retrying");
    its.rig.client.connect();
    const again = await its.rig.daemon.guest();
    return { again, ...(await again.asks("subscribe")) };
  }
  /** Everything said so far has arrived. */
  let settlements = 0;
  const settled = async (visitor: Visitor) => {
    const today = `${(settlements += 1)}.00 at last`;
    visitor.say({ ...SNAPSHOT, data: { revenue: { today } } });
    await its.rig.today(today);
  };

  it("reach every listener of their name, in order, until it is undone", async () => {
    const visitor = await its.rig.live();
    const heard: string[] = [];
    const undo = its.rig.owner.on("booking_created", ({ data }) => heard.push(`one ${data.guestName}`));
    its.rig.owner.on("booking_created", ({ id }) => heard.push(`two ${id}`));
    its.rig.owner.on("booking_completed", ({ data }) => heard.push(data.bookingId));
    its.rig.owner.on("*", ({ type }) => heard.push(type));
    visitor.say(CREATED);
    visitor.say(COMPLETED);
    await settled(visitor);
    assert.deepEqual(heard, ["one Ana", "two event-1", "booking_created", "7", "booking_completed"]);
    heard.length = 0;
    undo();
    undo();
    visitor.say({ ...CREATED, id: "event-3" });
    await settled(visitor);
    assert.deepEqual(heard, ["two event-3", "booking_created"]);
  });

  it("of one id reach listeners once, over sockets too", async () => {
    const visitor = await its.rig.live();
    const heard: string[] = [];
    its.rig.owner.on("*", ({ id }) => heard.push(id));
    visitor.say(CREATED);
    visitor.say(CREATED);
    await settled(visitor);
    const { again } = await cutAndReturn(visitor);
    again.say({ ...SNAPSHOT, recovered: true });
    again.say(CREATED);
    again.say(COMPLETED);
    await settled(again);
    assert.deepEqual(heard, ["event-1", "event-2"]);
  });

  it("that were missed are asked for by the last cursor that came, whatever frame it was on", async () => {
    let visitor = await its.rig.live();
    for (const [frame, cursor] of [
      [SNAPSHOT, "c-1"],
      [UPDATE, "c-2"],
      [CREATED, "c-3"],
    ] as const) {
      visitor.say(frame);
      const missed = await cutAndReturn(visitor);
      assert.equal(missed.resume, cursor);
      visitor = missed.again;
      visitor.say(SNAPSHOT);
      await its.rig.state("live");
    }
  });

  it("that were promised are asked for again where the socket is cut before they came", async () => {
    const visitor = await its.rig.live();
    visitor.say(CREATED);
    const first = await cutAndReturn(visitor);
    first.again.say({ ...SNAPSHOT, cursor: "c-9", recovered: true });
    await its.rig.state("live");
    const second = await cutAndReturn(first.again);
    assert.deepEqual([first.resume, second.resume], ["c-3", "c-3"]);
  });

  it("are not asked for at first, nor after everybody stopped listening for a while", async () => {
    const client = its.rig.client;
    client.connect();
    const visitor = await its.rig.daemon.guest();
    assert.equal((await visitor.asks("subscribe")).resume, undefined);
    const undo = client.owner("2").onGap(() => assert.fail("nothing was missed"));
    assert.equal((await visitor.asks("subscribe")).topic, "owner:2");
    const shown = new Promise<void>((resolve) => {
      const forget = client.owner("2").subscribe(() => {
        forget();
        resolve();
      });
    });
    visitor.say({ ...SNAPSHOT, topic: "owner:2", recovered: false });
    await shown;
    undo();
    await visitor.asks("unsubscribe");
    client.owner("2").onGap(() => assert.fail("nothing was missed"));
    assert.equal((await visitor.asks("subscribe")).resume, undefined);
  });

  it("that can't be had any more are told of, once, and the numbers are right all the same", async () => {
    const visitor = await its.rig.live();
    let gaps = 0;
    its.rig.owner.onGap(() => (gaps += 1));
    const { again, id } = await cutAndReturn(visitor);
    again.say({ ...SNAPSHOT, id, recovered: false, data: { revenue: { today: "8.00" } } });
    await its.rig.today("8.00");
    again.say(CREATED);
    await settled(again);
    assert.equal(gaps, 1);
  });

  it("whose names nobody knows, and fields that nobody knows, are skipped", async () => {
    const visitor = await its.rig.live();
    const heard: unknown[] = [];
    its.rig.owner.on("booking_created", ({ data }) => heard.push({ ...data }));
    visitor.say({ ...CREATED, type: "satellite_fell", id: "event-9" });
    visitor.sayRaw(JSON.stringify({ ...CREATED, timestamp: 1, colour: "red", data: { guestName: "Ana", new: 1 } }));
    await settled(visitor);
    assert.deepEqual(heard, [{ guestName: "Ana", new: 1 }]);
  });

  it("whose listener throws go on to the others, and the error is told", async () => {
    const errors: unknown[] = [];
    its.rig.remake({ onError: (error) => errors.push(error) });
    const visitor = await its.rig.live();
    const broken = new Error("broken listener");
    const heard: string[] = [];
    its.rig.owner.on("booking_created", () => {
      throw broken;
    });
    its.rig.owner.on("booking_created", ({ id }) => heard.push(id));
    visitor.say(CREATED);
    await settled(visitor);
    assert.deepEqual([heard, errors], [["event-1"], [broken]]);
    assert.equal(its.rig.view.connection.state, "live");
  });
});
