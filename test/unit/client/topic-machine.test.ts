import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeCause } from "../../../client/make-cause.ts";
import { connectionOf } from "../../../client/owner.ts";
import { INITIAL_TOPIC, nextTopic, type TopicEvent, type TopicState } from "../../../client/topic-machine.ts";

const NOW = 1_000_000;
const FORBIDDEN = makeCause("nack", "not yours", "forbidden");
const EVENTS: { readonly [Type in TopicEvent["type"]]: TopicEvent } = {
  snapshot: { type: "snapshot", now: NOW },
  stale: { type: "stale", now: NOW, since: NOW - 5, reason: "database" },
  live: { type: "live", now: NOW },
  refused: { type: "refused", now: NOW, cause: FORBIDDEN },
  lost: { type: "lost", now: NOW },
};
const STATES: { readonly [S in TopicState["state"]]: TopicState } = {
  connecting: { state: "connecting", staleSince: 3 },
  live: { state: "live", since: 5 },
  stale: { state: "stale", since: 5, staleSince: 7, reason: "starting" },
  closed: { state: "closed", cause: FORBIDDEN, staleSince: 3 },
};
const stale = { state: "stale", staleSince: NOW - 5, reason: "database" } as const;

/** The whole machine: what follows on each event; what is not said stays as it is. */
const LAW: { readonly [S in TopicState["state"]]: { readonly [E in TopicEvent["type"]]?: TopicState } } = {
  connecting: {
    snapshot: { state: "live", since: NOW },
    stale: { ...stale, since: NOW },
    refused: { state: "closed", cause: FORBIDDEN, staleSince: 3 },
  },
  live: {
    stale: { ...stale, since: 5 },
    refused: { state: "closed", cause: FORBIDDEN, staleSince: NOW },
    lost: { state: "connecting", staleSince: NOW },
  },
  stale: {
    stale: { ...stale, since: 5 },
    live: { state: "live", since: 5 },
    refused: { state: "closed", cause: FORBIDDEN, staleSince: 7 },
    lost: { state: "connecting", staleSince: 7 },
  },
  closed: { lost: { state: "connecting", staleSince: 3 } },
};

describe("Every state of a topic answers every event", () => {
  for (const [name, state] of Object.entries(STATES)) {
    it(`from ${name}`, () => {
      for (const [type, event] of Object.entries(EVENTS)) {
        const wanted = LAW[name as TopicState["state"]][type as TopicEvent["type"]];
        if (wanted === undefined) assert.equal(nextTopic(state, event), state, type);
        else assert.deepEqual(nextTopic(state, event), wanted, type);
      }
    });
  }
});

it("Numbers that were stale for a while stay stale since then, however often the socket is lost", () => {
  const lost = [1, 2, 3].reduce((from, now) => nextTopic(from, { type: "lost", now }), STATES.live);
  assert.deepEqual(lost, { state: "connecting", staleSince: 1 });
  assert.deepEqual(nextTopic(INITIAL_TOPIC, EVENTS.lost), INITIAL_TOPIC);
});

it("What is shown is the socket's state, and on an open socket the topic's own", () => {
  const held = { attempt: 1, failures: 0, tokenReason: "connect" } as const;
  const cause = makeCause("silence");
  const open = { state: "open", ...held, since: 1 } as const;
  const waiting = STATES.connecting;
  assert.deepEqual(connectionOf({ state: "idle" }, INITIAL_TOPIC), { state: "idle" });
  assert.deepEqual(connectionOf({ state: "connecting", ...held }, waiting), { state: "connecting", staleSince: 3 });
  assert.deepEqual(connectionOf({ state: "retrying", ...held, retryAt: 9, cause }, waiting), {
    state: "retrying",
    retryAt: 9,
    cause,
    staleSince: 3,
  });
  assert.deepEqual(connectionOf({ state: "closed", cause }, waiting), { state: "closed", cause, staleSince: 3 });
  assert.deepEqual(connectionOf(open, waiting), { state: "connecting", staleSince: 3 });
  assert.deepEqual(connectionOf(open, STATES.live), { state: "live", since: 5 });
  assert.deepEqual(connectionOf(open, STATES.stale), {
    state: "stale",
    since: 5,
    staleSince: 7,
    reason: "starting",
  });
  assert.deepEqual(connectionOf(open, STATES.closed), {
    state: "closed",
    cause: FORBIDDEN,
    staleSince: 3,
  });
});
