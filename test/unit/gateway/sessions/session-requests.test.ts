import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Identity } from "../../../../daemon/gateway/auth/identity.ts";
import type { Done } from "../../../../daemon/gateway/operations.ts";
import { type Requester, SessionRequests } from "../../../../daemon/gateway/sessions/session-requests.ts";
import { Subscription } from "../../../../daemon/hub/subscription.ts";
import { textFrame } from "../../../support/text-frame.ts";

const QUIET_TOPIC = {
  progress: undefined,
  staleFrame: undefined,
  liveFrame: () => textFrame(""),
  ackFrame: () => textFrame(""),
  isGuarded: false,
  hasSide: false,
  refusal: () => undefined,
  closedFrame: () => textFrame(""),
  history: () => undefined,
  nackFrame: () => textFrame(""),
  snapshotFrame: () => textFrame(""),
  replay: () => undefined,
  deliver: () => undefined,
  leave: () => undefined,
};
const SERVICES = {
  identification: { access: (_: unknown, name: string) => ({ topic: name }) },
  operations: { do: async () => assert.fail("nobody writes") },
  readReceipt: () => undefined,
  now: () => 0,
};

describe("a session's requests", () => {
  it("a connection that breaks while it is given its first document leaves no subscription behind", () => {
    let left = 0;
    const topic = {
      ...QUIET_TOPIC,
      leave: () => {
        left += 1;
      },
    };
    const subscriber = { blocked: false, send: () => undefined };
    const hub = {
      subscribe: () => {
        requests.stop();
        return new Subscription(topic, subscriber);
      },
      wait: () => assert.fail("nobody waits"),
    };
    const requester: Requester = {
      send: () => undefined,
      refresh: async () => "refresh_refused",
      onForbidden: () => undefined,
      onError: (error) => assert.fail(String(error)),
    };
    const services = { ...SERVICES, hub };
    const requests: SessionRequests = new SessionRequests(requester, subscriber, services, 10);
    const token = { subject: undefined, id: undefined, issuedAtSeconds: undefined };
    requests.start(new Identity({ token, bearer: "x", isAdmin: false, expiresAtMs: 1 }, new Set(["owner:1"])));
    requests.push({ type: "subscribe", id: "a", topic: "owner:1" });
    assert.equal(left, 1);
  });

  it("what is refused is said: by a nack, and where the request has no id by an error", () => {
    const said: unknown[] = [];
    const requester: Requester = {
      send: (message) => said.push("code" in message && [message.type, message.code, message.message]),
      refresh: async () => "refresh_refused",
      onForbidden: () => undefined,
      onError: (error) => assert.fail(String(error)),
    };
    const hub = { subscribe: () => assert.fail("nobody subscribes"), wait: () => assert.fail("nobody waits") };
    const services = { ...SERVICES, hub };
    const subscriber = { blocked: false, send: () => undefined };
    const requests = new SessionRequests(requester, subscriber, services, 10);
    const token = { subject: "ana", id: undefined, issuedAtSeconds: undefined };
    requests.start(new Identity({ token, bearer: "x", isAdmin: false, expiresAtMs: 1 }, new Set(["owner:1"])));
    requests.push({ type: "present", id: "a", topic: "owner:1" });
    requests.push({ type: "typing", topic: "owner:1", on: true });
    requests.tooMany({ type: "typing", topic: "owner:1", on: true });
    assert.deepEqual(said, [
      ["nack", "not_subscribed", "subscribe first"],
      ["error", "invalid_message", "subscribe first"],
      ["error", "too_many_messages", "slow down"],
    ]);
  });

  it("an operation is answered at once but for what a frame will tell, and what is asked behind it does not wait", async () => {
    const said: object[] = [];
    const requester: Requester = {
      send: (message) => void said.push(message),
      refresh: async () => "refresh_refused",
      onForbidden: () => undefined,
      onError: (error) => assert.fail(String(error)),
    };
    const client = "00000000-0000-4000-8000-000000000001";
    const answers = ["room:1", "room:2", undefined].map((topic, at) => ({
      topic,
      answer: { client, seq: at + 1, outcome: "applied" as const },
    }));
    let answer = (): void => assert.fail("it was not asked");
    const operations = {
      do: (who: Identity) =>
        new Promise<Done>((resolve) => {
          assert.equal(who.user, "ana");
          answer = () => resolve({ answers });
        }),
    };
    const subscriber = { blocked: false, send: () => undefined };
    const hub = { subscribe: () => new Subscription(QUIET_TOPIC, subscriber), wait: () => assert.fail("nobody waits") };
    const requests = new SessionRequests(requester, subscriber, { ...SERVICES, hub, operations }, 10);
    const token = { subject: "ana", id: undefined, issuedAtSeconds: undefined };
    requests.start(new Identity({ token, bearer: "ana", isAdmin: false, expiresAtMs: 1 }, new Set()));
    requests.push({ type: "subscribe", id: "a", topic: "room:1" });
    const write = { op: "delete", seq: 1, topic: "room:1", rows: "posts", key: "7" } as const;
    requests.push({ type: "operate", id: "b", client, operations: [write] });
    requests.push({ type: "ping", id: "c" });
    answer();
    await new Promise((resolve) => void setImmediate(resolve));
    assert.deepEqual(said, [
      { type: "ack", timestamp: 0, id: "c" },
      { type: "operated", timestamp: 0, id: "b", answers: answers.slice(1).map(({ answer: told }) => told) },
    ]);
    requests.push({ type: "operate", id: "d", client, operations: [write] });
    requests.stop();
    answer();
    await new Promise((resolve) => void setImmediate(resolve));
    assert.equal(said.length, 2, "one that has ended is told nothing");
  });
});
