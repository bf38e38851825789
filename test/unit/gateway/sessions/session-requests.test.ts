import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Identity } from "../../../../daemon/gateway/auth/identity.ts";
import { type Requester, SessionRequests } from "../../../../daemon/gateway/sessions/session-requests.ts";
import { Subscription } from "../../../../daemon/hub/subscription.ts";
import { textFrame } from "../../../support/text-frame.ts";

describe("a session's requests", () => {
  it("a connection that breaks while it is given its first document leaves no subscription behind", () => {
    let left = 0;
    const topic = {
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
    };
    const requester: Requester = {
      send: () => undefined,
      refresh: async () => "refresh_refused",
      onForbidden: () => undefined,
      onError: (error) => assert.fail(String(error)),
    };
    const services = { hub, identification: { access: (_: unknown, name: string) => ({ topic: name }) }, now: () => 0 };
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
    const hub = { subscribe: () => assert.fail("nobody subscribes") };
    const services = { hub, identification: { access: (_: unknown, name: string) => ({ topic: name }) }, now: () => 0 };
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
});
