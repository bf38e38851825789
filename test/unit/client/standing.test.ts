import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { connectionOf, type Standing } from "../../../client/connection.ts";
import { type StandingEvent, stand, UNHEARD } from "../../../client/standing.ts";

const NOW = 1_000_000;
const EVENTS: { readonly [Type in StandingEvent["type"]]: StandingEvent } = {
  snapshot: { type: "snapshot", now: NOW },
  stale: { type: "stale", now: NOW, since: NOW - 5, reason: "database" },
  live: { type: "live", now: NOW },
  refused: { type: "refused", now: NOW, code: "forbidden" },
  lost: { type: "lost", now: NOW },
};
const STANDINGS: { readonly [S in Standing["state"]]: Standing } = {
  connecting: { state: "connecting", staleSince: 3 },
  live: { state: "live", since: 5 },
  stale: { state: "stale", since: 5, staleSince: 7, reason: "starting" },
  closed: { state: "closed", cause: { kind: "nack", code: "forbidden" }, staleSince: 3 },
};
const stale = { state: "stale", staleSince: NOW - 5, reason: "database" } as const;

/** The whole machine: what follows on each event; what is not said stays as it is. */
const LAW: { readonly [S in Standing["state"]]: { readonly [E in StandingEvent["type"]]?: Standing } } = {
  connecting: {
    snapshot: { state: "live", since: NOW },
    stale: { ...stale, since: NOW },
    refused: { state: "closed", cause: { kind: "nack", code: "forbidden" }, staleSince: 3 },
  },
  live: {
    stale: { ...stale, since: 5 },
    refused: { state: "closed", cause: { kind: "nack", code: "forbidden" }, staleSince: NOW },
    lost: { state: "connecting", staleSince: NOW },
  },
  stale: {
    stale: { ...stale, since: 5 },
    live: { state: "live", since: 5 },
    refused: { state: "closed", cause: { kind: "nack", code: "forbidden" }, staleSince: 7 },
    lost: { state: "connecting", staleSince: 7 },
  },
  closed: { lost: { state: "connecting", staleSince: 3 } },
};

describe("An owner's standing answers every event", () => {
  for (const [state, standing] of Object.entries(STANDINGS)) {
    it(`from ${state}`, () => {
      for (const [type, event] of Object.entries(EVENTS)) {
        const wanted = LAW[state as Standing["state"]][type as StandingEvent["type"]];
        if (wanted === undefined) assert.equal(stand(standing, event), standing, type);
        else assert.deepEqual(stand(standing, event), wanted, type);
      }
    });
  }
});

it("Numbers that were stale for a while stay stale since then, however often the socket is lost", () => {
  const lost = [1, 2, 3].reduce((from, now) => stand(from, { type: "lost", now }), STANDINGS.live);
  assert.deepEqual(lost, { state: "connecting", staleSince: 1 });
  assert.deepEqual(stand(UNHEARD, EVENTS.lost), UNHEARD);
});

it("What is shown is the socket's state, and on an open socket the owner's own", () => {
  const held = { attempt: 1, failures: 0, tokenReason: "connect" } as const;
  const cause = { kind: "silence" } as const;
  const open = { state: "open", ...held, since: 1 } as const;
  const waiting = STANDINGS.connecting;
  assert.deepEqual(connectionOf({ state: "idle" }, UNHEARD), { state: "idle" });
  assert.deepEqual(connectionOf({ state: "connecting", ...held }, waiting), { state: "connecting", staleSince: 3 });
  assert.deepEqual(connectionOf({ state: "retrying", ...held, retryAt: 9, cause }, waiting), {
    state: "retrying",
    retryAt: 9,
    cause,
    staleSince: 3,
  });
  assert.deepEqual(connectionOf({ state: "closed", cause }, waiting), { state: "closed", cause, staleSince: 3 });
  assert.deepEqual(connectionOf(open, waiting), { state: "connecting", staleSince: 3 });
  assert.deepEqual(connectionOf(open, STANDINGS.live), { state: "live", since: 5 });
  assert.deepEqual(connectionOf(open, STANDINGS.stale), {
    state: "stale",
    since: 5,
    staleSince: 7,
    reason: "starting",
  });
  assert.deepEqual(connectionOf(open, STANDINGS.closed), {
    state: "closed",
    cause: { kind: "nack", code: "forbidden" },
    staleSince: 3,
  });
});
