import assert from "node:assert/strict";
import { it } from "node:test";
import { SessionTopics } from "../../../../daemon/gateway/sessions/session-topics.ts";
import { Subscription } from "../../../../daemon/hub/subscription.ts";
import { channelHub } from "../../../support/channel-hub.ts";
import { CHANNEL } from "../../../support/posts-channel.ts";

const subscriber = { blocked: false, reader: undefined, send: () => undefined };

/** A session that may have three topics, which ends them when the test says so; and how often it was looked at whether they have ended. */
function session() {
  const { hub } = channelHub(CHANNEL);
  const rig = { looks: 0, subscriptions: new Map<string, Subscription>() };
  const topics = new SessionTopics(
    {
      subscribe: (topic, ...more) => {
        const subscription = hub.subscribe(topic, ...more);
        const open = (): Subscription["topic"] => Reflect.get(Subscription.prototype, "topic", subscription);
        Object.defineProperty(subscription, "topic", { get: () => ((rig.looks += 1), open()) });
        rig.subscriptions.set(topic, subscription);
        return subscription;
      },
      wait: (...of) => hub.wait(...of),
    },
    subscriber,
    3,
  );
  return { topics, rig };
}

it("a request looks at the subscription to its own topic alone", () => {
  const { topics, rig } = session();
  for (const topic of ["room:1", "room:2", "room:3"]) topics.subscribe(topic, "s", undefined);
  rig.looks = 0;
  topics.snapshot("room:2", "t");
  assert.equal(rig.looks, 1);
});

it("a subscription that its topic has ended is none, and leaves its place to another", () => {
  const { topics, rig } = session();
  for (const topic of ["room:1", "room:2", "room:3"]) topics.subscribe(topic, "s", undefined);
  assert.equal(topics.subscribe("room:4", "t", undefined), "too_many_subscriptions");
  rig.subscriptions.get("room:2")?.close();
  assert.equal(topics.snapshot("room:2", "u"), "not_subscribed");
  rig.subscriptions.get("room:3")?.close();
  for (const topic of ["room:4", "room:5"]) assert.equal(topics.subscribe(topic, "v", undefined), undefined);
  assert.equal(topics.subscribe("room:6", "w", undefined), "too_many_subscriptions");
});
