import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { makeCause } from "../../../client/make-cause.ts";
import {
  backoffMs,
  type ConnectionEvent,
  type ConnectionState,
  INITIAL_CONNECTION,
  nextConnection,
} from "../../../client/connection-machine.ts";

type Name = ConnectionState["state"];

const NOW = 1_000_000;
const ALMOST_ONE = 1 - Number.EPSILON;
const cause = makeCause("code", "", 1006);
const delay = { window: undefined, least: 0, draw: 0.5 };
const ending = { now: NOW, heardAt: NOW - 100, cause, delay };

const EVENTS: { readonly [Type in ConnectionEvent["type"]]: ConnectionEvent } = {
  connect: { type: "connect" },
  close: { type: "close" },
  due: { type: "due" },
  wake: { type: "wake" },
  opened: { type: "opened", now: NOW },
  lost: { type: "lost", ...ending },
  refused: { type: "refused", ...ending },
  expired: { type: "expired", ...ending },
  stopped: { type: "stopped", ...ending },
};

const held = { attempt: 3, failures: 2, tokenReason: "connect" } as const;
const STATES: { readonly [S in Name]: ConnectionState } = {
  idle: INITIAL_CONNECTION,
  connecting: { state: "connecting", ...held },
  open: { state: "open", ...held, since: NOW - 1_000 },
  retrying: { state: "retrying", ...held, retryAt: NOW + 10, cause },
  closed: { state: "closed", cause },
};

/** The whole machine: what follows on each event; what is not said stays as it is. */
const LAW: { readonly [S in Name]: { readonly [E in ConnectionEvent["type"]]?: Name } } = {
  idle: { connect: "connecting", close: "closed" },
  connecting: {
    close: "closed",
    opened: "open",
    lost: "retrying",
    refused: "connecting",
    expired: "connecting",
    stopped: "closed",
  },
  open: { close: "closed", lost: "retrying", refused: "connecting", expired: "connecting", stopped: "closed" },
  retrying: { connect: "connecting", close: "closed", due: "connecting", wake: "connecting" },
  closed: { connect: "connecting" },
};

describe("Every state answers every event", () => {
  for (const [name, state] of Object.entries(STATES)) {
    it(`from ${name}`, () => {
      for (const [type, event] of Object.entries(EVENTS)) {
        const after = nextConnection(state, event);
        const wanted = LAW[name as Name][type as ConnectionEvent["type"]];
        if (wanted === undefined) assert.equal(after, state, type);
        else assert.equal(after.state, wanted, type);
        if (wanted === "connecting")
          assert.notEqual("attempt" in state && state.attempt, (after as { attempt: number }).attempt);
      }
    });
  }
});

const follow = (from: ConnectionState, ...events: ConnectionEvent[]): ConnectionState =>
  events.reduce(nextConnection, from);

describe("Losing the connection", () => {
  it("waits twice as long each time in a row", () => {
    let state = follow(INITIAL_CONNECTION, EVENTS.connect);
    const waits = Array.from({ length: 8 }, () => {
      state = follow(state, EVENTS.lost);
      assert.equal(state.state, "retrying");
      const waitMs = state.retryAt - NOW;
      state = follow(state, EVENTS.due);
      return waitMs;
    });
    assert.deepEqual(waits, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  const failuresAfter = (livedMs: number) => {
    const lost = nextConnection({ state: "open", ...held, since: NOW - livedMs }, EVENTS.lost);
    return (lost as Extract<ConnectionState, { state: "retrying" }>).failures;
  };
  it("starts the backoff over after 10 s of good connection, not before", () => {
    assert.equal(failuresAfter(9_999), held.failures + 1);
    assert.equal(failuresAfter(10_000), 1);
  });

  const waitIn = (window: readonly [number, number], draw: number, failures: number) => {
    const delay = { window, least: 0, draw };
    const after = nextConnection({ state: "open", ...held, failures, since: NOW }, { type: "lost", ...ending, delay });
    return (after as Extract<ConnectionState, { state: "retrying" }>).retryAt - NOW;
  };
  it("waits within the window that the daemon named, and from the second time on no shorter than the backoff", () => {
    const window = [200, 1_200] as const;
    assert.deepEqual([waitIn(window, 0, 0), waitIn(window, 0.5, 0)], [200, 700]);
    assert.deepEqual([waitIn(window, 0.5, 1), waitIn(window, 0.5, 3)], [1_000, 4_000]);
  });

  it("waits five minutes at most, whatever the window", () => assert.equal(waitIn([1e12, 1e13], 0, 0), 300_000));
});

describe("A refused token", () => {
  const asked = follow(INITIAL_CONNECTION, EVENTS.connect, EVENTS.refused);

  it("is asked for once more, at once, and then no more", () => {
    assert.deepEqual(asked, { state: "connecting", attempt: 2, failures: 0, tokenReason: "refused" });
    assert.deepEqual(nextConnection(asked, EVENTS.refused), { state: "closed", cause });
  });

  it("may be refused again after a connection that was good", () => {
    const good: ConnectionState = { state: "open", ...held, tokenReason: "refused", since: NOW - 10_000 };
    assert.equal(nextConnection(good, EVENTS.refused).state, "connecting");
  });

  it("that keeps expiring at once makes the client wait, not hammer", () => {
    const expired = follow(INITIAL_CONNECTION, EVENTS.connect, EVENTS.expired);
    assert.equal((expired as { tokenReason?: string }).tokenReason, "expired");
    const again = nextConnection(expired, EVENTS.expired);
    assert.equal(again.state, "retrying");
    assert.equal((nextConnection(again, EVENTS.due) as { tokenReason?: string }).tokenReason, "expired");
  });
});

it("whatever happens: a new socket has a new number, waits stay under a minute, and only connect() leaves closed", () => {
  const event = fc.constantFrom(...Object.values(EVENTS));
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), (events) => {
      let before: ConnectionState = INITIAL_CONNECTION;
      for (const event of events) {
        const after = nextConnection(before, event);
        if (after.state === "connecting" && after !== before && "attempt" in before) {
          assert.equal(after.attempt, before.attempt + 1);
        }
        if (after.state === "retrying") assert.ok(after.retryAt <= NOW + 60_000);
        if (before.state === "closed" && after !== before) assert.equal(event.type, "connect");
        before = after;
      }
    }),
  );
});

describe("The backoff", () => {
  it("waits up to 1, 2, 4 … 60 s, and never longer", () => {
    const ceilings = [1, 2, 3, 4, 5, 6, 7, 8, 1_000].map((failures) =>
      Math.ceil(backoffMs(failures, ALMOST_ONE) / 1_000),
    );
    assert.deepEqual(ceilings, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it("is spread over the whole range from 0 up: full jitter", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2_000 }),
        fc.double({ min: 0, max: ALMOST_ONE, noNaN: true }),
        (failures, draw) => {
          const ceiling = Math.min(60_000, 1_000 * 2 ** (failures - 1));
          assert.equal(backoffMs(failures, draw), Math.floor(draw * ceiling));
        },
      ),
    );
    assert.equal(backoffMs(9, 0), 0);
  });
});
