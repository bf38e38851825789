import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AnyStreamTypes, EventOf, Owner } from "../../../client/client.ts";
import { createClient } from "../../../client/client.ts";
import { collect, NONE } from "../../../react/use-events.ts";

const client = createClient({ url: "https://live.example.com", getToken: () => "" });
const owner: Owner<AnyStreamTypes> = client.owner("7");
const from = { owner, names: "stay_booked", keep: 3 };

function event(id: number): EventOf<AnyStreamTypes> {
  return { id: String(id), topic: "owner:7", timestamp: 0, type: "stay_booked", data: {} };
}

function after(...ids: number[]): ReturnType<typeof collect> {
  return ids.reduce((before, id) => collect(before, { ...from, what: event(id) }), NONE);
}

describe("The events of an owner", () => {
  it("are the newest first, at most as many as are kept, and all are counted", () => {
    const { events, unread, missed } = after(1, 2, 3, 4);
    assert.deepEqual([events.map(({ id }) => id), unread, missed], [["4", "3", "2"], 4, false]);
  });

  it("are cleared together with their count and the gap in them", () => {
    const gap = collect(after(1), { ...from, what: "gap" });
    assert.deepEqual([gap.events.length, gap.unread, gap.missed], [1, 1, true]);
    const { events, unread, missed } = collect(gap, { ...from, what: "clear" });
    assert.deepEqual([events, unread, missed], [[], 0, false]);
  });

  it("are never mixed with those of another owner, or of other names", () => {
    for (const other of [{ owner: client.owner("8") }, { names: "stay_moved" }]) {
      const { events, unread } = collect(after(1, 2), { ...from, ...other, what: event(9) });
      assert.deepEqual([events.map(({ id }) => id), unread], [["9"], 1]);
    }
  });
});
