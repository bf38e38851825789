import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Connection, ConnectionEvent, State } from "../../../client/connection.ts";
import { INITIAL, transition } from "../../../client/transition.ts";

const NOW = 1_000_000;
const cause = { kind: "code", code: 1006 } as const;
const delay = { by: "backoff", least: 0, draw: 0.5 } as const;
const ending = { now: NOW, heardAt: NOW - 100, cause, delay };

const EVENTS: { readonly [Type in ConnectionEvent["type"]]: ConnectionEvent } = {
  connect: { type: "connect", now: NOW },
  close: { type: "close", now: NOW },
  due: { type: "due" },
  wake: { type: "wake" },
  snapshot: { type: "snapshot", now: NOW },
  stale: { type: "stale", now: NOW, since: NOW - 5, reason: "database" },
  live: { type: "live", now: NOW },
  lost: { type: "lost", ...ending },
  refused: { type: "refused", ...ending },
  expired: { type: "expired", ...ending },
  stopped: { type: "stopped", ...ending },
};

const held = { attempt: 3, failures: 2, tokenReason: "connect" } as const;
const STATES: { readonly [S in State]: Connection } = {
  idle: INITIAL,
  connecting: { state: "connecting", ...held, staleSince: 5 },
  live: { state: "live", ...held, since: NOW - 1_000 },
  stale: { state: "stale", ...held, since: NOW - 1_000, staleSince: 7, reason: "database" },
  retrying: { state: "retrying", ...held, retryAt: NOW + 10, cause, staleSince: 5 },
  closed: { state: "closed", cause, staleSince: 5 },
};

/** The whole machine: what follows on each event, in the order of `EVENTS`. */
const LAW: { readonly [S in State]: readonly State[] } = {
  //           connect       close     due           wake          snapshot  stale     live      lost        refused       expired       stopped
  idle: ["connecting", "closed", "idle", "idle", "idle", "idle", "idle", "idle", "idle", "idle", "idle"],
  connecting: [
    "connecting",
    "closed",
    "connecting",
    "connecting",
    "live",
    "stale",
    "connecting",
    "retrying",
    "connecting",
    "connecting",
    "closed",
  ],
  live: ["live", "closed", "live", "live", "live", "stale", "live", "retrying", "connecting", "connecting", "closed"],
  stale: [
    "stale",
    "closed",
    "stale",
    "stale",
    "stale",
    "stale",
    "live",
    "retrying",
    "connecting",
    "connecting",
    "closed",
  ],
  retrying: [
    "connecting",
    "closed",
    "connecting",
    "connecting",
    "retrying",
    "retrying",
    "retrying",
    "retrying",
    "retrying",
    "retrying",
    "retrying",
  ],
  closed: [
    "connecting",
    "closed",
    "closed",
    "closed",
    "closed",
    "closed",
    "closed",
    "closed",
    "closed",
    "closed",
    "closed",
  ],
};

describe("Every state answers every event", () => {
  for (const [state, law] of Object.entries(LAW)) {
    it(`from ${state}`, () => {
      const after = Object.values(EVENTS).map((event) => transition(STATES[state as State], event).state);
      assert.deepEqual(after, law);
    });
  }
});

const follow = (from: Connection, ...events: ConnectionEvent[]): Connection => events.reduce(transition, from);

describe("Losing the connection", () => {
  it("waits twice as long each time in a row", () => {
    let connection = follow(INITIAL, EVENTS.connect);
    const waits = Array.from({ length: 8 }, () => {
      connection = follow(connection, EVENTS.lost);
      assert.equal(connection.state, "retrying");
      const waitMs = connection.retryAt - NOW;
      connection = follow(connection, EVENTS.due);
      return waitMs;
    });
    assert.deepEqual(waits, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  const failuresAfter = (livedMs: number) => {
    const lost = transition({ state: "live", ...held, since: NOW - livedMs }, EVENTS.lost);
    return (lost as Extract<Connection, { state: "retrying" }>).failures;
  };
  it("starts the backoff over after 10 s of good connection, not before", () => {
    assert.equal(failuresAfter(9_999), held.failures + 1);
    assert.equal(failuresAfter(10_000), 1);
  });

  it("waits within the window that the daemon named", () => {
    const at = (draw: number) =>
      transition(STATES.live, { type: "lost", ...ending, delay: { by: "window", from: 200, until: 1_200, draw } });
    assert.deepEqual(
      [at(0), at(0.5)].map((after) => (after as { retryAt: number }).retryAt - NOW),
      [200, 700],
    );
  });

  it("says since when the numbers are stale: since the last sign of life of the first loss", () => {
    const lost = transition(STATES.live, EVENTS.lost);
    const later = follow(lost, EVENTS.due, { type: "lost", ...ending, heardAt: NOW + 5_000 });
    assert.equal((lost as { staleSince?: number }).staleSince, NOW - 100);
    assert.equal((later as { staleSince?: number }).staleSince, NOW - 100);
    assert.equal(follow(later, EVENTS.due, EVENTS.snapshot).state, "live");
  });

  it("keeps the daemon's own instant where the numbers were stale already", () => {
    assert.equal((transition(STATES.stale, EVENTS.lost) as { staleSince?: number }).staleSince, 7);
  });
});

describe("A refused token", () => {
  const asked = follow(INITIAL, EVENTS.connect, EVENTS.refused);

  it("is asked for once more, at once, and then no more", () => {
    assert.deepEqual(asked, {
      state: "connecting",
      attempt: 2,
      failures: 0,
      tokenReason: "refused",
      staleSince: undefined,
    });
    assert.deepEqual(transition(asked, EVENTS.refused), { state: "closed", cause, staleSince: undefined });
  });

  it("may be refused again after a connection that was good", () => {
    const good: Connection = { state: "live", ...held, tokenReason: "refused", since: NOW - 10_000 };
    assert.equal(transition(good, EVENTS.refused).state, "connecting");
  });

  it("that keeps expiring at once makes the client wait, not hammer", () => {
    const expired = follow(INITIAL, EVENTS.connect, EVENTS.expired);
    assert.equal((expired as { tokenReason?: string }).tokenReason, "expired");
    const again = transition(expired, EVENTS.expired);
    assert.equal(again.state, "retrying");
    assert.equal((transition(again, EVENTS.due) as { tokenReason?: string }).tokenReason, "expired");
  });
});

it("whatever happens: a new socket has a new number, waits stay under a minute, and only connect() leaves closed", () => {
  const event = fc.constantFrom(...Object.values(EVENTS));
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), (events) => {
      let before: Connection = INITIAL;
      for (const event of events) {
        const after = transition(before, event);
        if (after.state === "connecting" && before.state !== "connecting" && "attempt" in before) {
          assert.equal(after.attempt, before.attempt + 1);
        }
        if (after.state === "retrying") assert.ok(after.retryAt <= NOW + 60_000);
        if (before.state === "closed" && after !== before) assert.equal(event.type, "connect");
        if (before.state === "live" && after.state !== "live")
          assert.notEqual((after as { staleSince?: number }).staleSince, undefined);
        before = after;
      }
    }),
  );
});
