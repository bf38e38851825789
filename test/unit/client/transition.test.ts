import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Link, LinkEvent, LinkState } from "../../../client/link.ts";
import { INITIAL, transition } from "../../../client/transition.ts";

const NOW = 1_000_000;
const cause = { kind: "code", code: 1006 } as const;
const delay = { by: "backoff", least: 0, draw: 0.5 } as const;
const ending = { now: NOW, heardAt: NOW - 100, cause, delay };

const EVENTS: { readonly [Type in LinkEvent["type"]]: LinkEvent } = {
  connect: { type: "connect", now: NOW },
  close: { type: "close", now: NOW },
  due: { type: "due" },
  wake: { type: "wake" },
  opened: { type: "opened", now: NOW },
  lost: { type: "lost", ...ending },
  refused: { type: "refused", ...ending },
  expired: { type: "expired", ...ending },
  stopped: { type: "stopped", ...ending },
};

const held = { attempt: 3, failures: 2, tokenReason: "connect" } as const;
const LINKS: { readonly [S in LinkState]: Link } = {
  idle: INITIAL,
  connecting: { state: "connecting", ...held },
  open: { state: "open", ...held, since: NOW - 1_000 },
  retrying: { state: "retrying", ...held, retryAt: NOW + 10, cause },
  closed: { state: "closed", cause },
};

/** The whole machine: what follows on each event; what is not said stays as it is. */
const LAW: { readonly [S in LinkState]: { readonly [E in LinkEvent["type"]]?: LinkState } } = {
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
  for (const [state, link] of Object.entries(LINKS)) {
    it(`from ${state}`, () => {
      for (const [type, event] of Object.entries(EVENTS)) {
        const after = transition(link, event);
        const wanted = LAW[state as LinkState][type as LinkEvent["type"]];
        if (wanted === undefined) assert.equal(after, link, type);
        else assert.equal(after.state, wanted, type);
        if (wanted === "connecting")
          assert.notEqual("attempt" in link && link.attempt, (after as { attempt: number }).attempt);
      }
    });
  }
});

const follow = (from: Link, ...events: LinkEvent[]): Link => events.reduce(transition, from);

describe("Losing the connection", () => {
  it("waits twice as long each time in a row", () => {
    let link = follow(INITIAL, EVENTS.connect);
    const waits = Array.from({ length: 8 }, () => {
      link = follow(link, EVENTS.lost);
      assert.equal(link.state, "retrying");
      const waitMs = link.retryAt - NOW;
      link = follow(link, EVENTS.due);
      return waitMs;
    });
    assert.deepEqual(waits, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  const failuresAfter = (livedMs: number) => {
    const lost = transition({ state: "open", ...held, since: NOW - livedMs }, EVENTS.lost);
    return (lost as Extract<Link, { state: "retrying" }>).failures;
  };
  it("starts the backoff over after 10 s of good connection, not before", () => {
    assert.equal(failuresAfter(9_999), held.failures + 1);
    assert.equal(failuresAfter(10_000), 1);
  });

  it("waits within the window that the daemon named", () => {
    const at = (draw: number) =>
      transition(LINKS.open, { type: "lost", ...ending, delay: { by: "window", from: 200, until: 1_200, draw } });
    assert.deepEqual(
      [at(0), at(0.5)].map((after) => (after as { retryAt: number }).retryAt - NOW),
      [200, 700],
    );
  });
});

describe("A refused token", () => {
  const asked = follow(INITIAL, EVENTS.connect, EVENTS.refused);

  it("is asked for once more, at once, and then no more", () => {
    assert.deepEqual(asked, { state: "connecting", attempt: 2, failures: 0, tokenReason: "refused" });
    assert.deepEqual(transition(asked, EVENTS.refused), { state: "closed", cause });
  });

  it("may be refused again after a connection that was good", () => {
    const good: Link = { state: "open", ...held, tokenReason: "refused", since: NOW - 10_000 };
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
      let before: Link = INITIAL;
      for (const event of events) {
        const after = transition(before, event);
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
