import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SessionRequests } from "../../../daemon/gateway/session-requests.ts";
import { type Stand, Subscription } from "../../../daemon/hub/subscription.ts";

describe("a session's requests", () => {
  it("a connection that breaks while it is given its first document leaves no subscription behind", () => {
    let left = 0;
    const channel = {
      stand: undefined,
      staleFrame: undefined,
      snapshotFrame: () => new Uint8Array(),
      liveFrame: () => new Uint8Array(),
      now: () => 0,
      owner: "1",
      placeOf: () => undefined,
      placeAt: ({ incarnation, snapshot, asOf }: Stand) => ({ owner: "1", incarnation, snapshot, asOf, seen: [] }),
      missed: async () => undefined,
      eventFrames: () => [],
      leave: () => {
        left += 1;
      },
    };
    const subscriber = { blocked: false, send: () => undefined };
    const requests: SessionRequests = new SessionRequests({
      hub: {
        subscribe: () => {
          requests.stop();
          return new Subscription(channel, subscriber);
        },
      },
      subscriber,
      access: (_, id) => ({ owner: id }),
      refresh: async () => "refresh_refused",
      maxSubscriptions: 10,
      answer: () => undefined,
      now: () => 0,
      onForbidden: () => undefined,
      onError: (error) => assert.fail(String(error)),
    });
    requests.start({
      token: { subject: undefined, id: undefined, issuedAtSeconds: undefined },
      owners: new Set(["1"]),
      isAdmin: false,
      expiresAtMs: 1,
    });
    requests.push({ type: "subscribe", id: "a", ownerId: "1" });
    assert.equal(left, 1);
  });
});
