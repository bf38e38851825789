import assert from "node:assert/strict";
import { it } from "node:test";
import { Audience } from "../../../daemon/channels/audience.ts";
import { MOST_MEMBERS } from "../../../daemon/plan/channel-plan.ts";
import { USER } from "../../support/channel-hub.ts";
import { CHANNEL } from "../../support/posts-channel.ts";

const PLAN = { ...CHANNEL, members: { kind: "table", source: "m", channel: "c", user: "u" } } as const;

it("of too many members nobody is known by name, and fewer are news; that the channel ends is known all the same", () => {
  const audience = new Audience("room:1", PLAN);
  audience.take({ who: undefined, times: 1 });
  audience.take({ who: "ana", times: 1 });
  for (let n = 1; n < MOST_MEMBERS; n += 1) audience.take({ who: String(n), times: 1 });
  assert.deepEqual([audience.isTooLarge, audience.admits(USER)], [false, true]);
  audience.take({ who: "one more", times: 1 });
  assert.deepEqual([audience.isTooLarge, audience.isOutdated, audience.admits(USER)], [true, false, false]);
  audience.take({ who: "and another", times: 1 });
  assert.equal(audience.isOutdated, false);
  audience.take({ who: "somebody", times: -1 });
  assert.deepEqual([audience.isTooLarge, audience.isOutdated], [true, true]);
  audience.take({ who: undefined, times: -1 });
  assert.equal(audience.exists, false);
});

it("of more rows than are read of members nobody is known by name, however few they name: others may not have been read", () => {
  const audience = new Audience("room:1", PLAN);
  audience.take({ who: undefined, times: 1 });
  audience.take({ who: "ana", times: MOST_MEMBERS });
  assert.deepEqual([audience.isTooLarge, audience.admits(USER)], [false, true]);
  audience.take({ who: "bob", times: 1 });
  assert.deepEqual([audience.isTooLarge, audience.admits(USER)], [true, false]);
});
