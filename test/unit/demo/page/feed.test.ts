import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import type { AnyStreamTypes, Connection, EventOf } from "../../../../client/client.ts";
import { makeCause } from "../../../../client/make-cause.ts";
import { Feed, MOST_NOTICES, type Notice } from "../../../../demo/page/notifications/feed.ts";
import type { JsonObject } from "../../../../protocol/json.ts";

const NOON = Date.UTC(2026, 4, 8, 12);
const LIVE: Connection = { state: "live", since: NOON };
const RETRYING: Connection = {
  state: "retrying",
  retryAt: NOON,
  cause: makeCause("silence"),
  staleSince: NOON,
};

/** An owner as the client shows it, by hand. */
class ShownOwner {
  #connection: Connection = { state: "connecting", staleSince: undefined };
  #asOf: string | undefined;
  readonly #subscribed = new Set<() => unknown>();
  readonly #told = new Set<(event: EventOf<AnyStreamTypes>) => unknown>();

  readonly on = (_: "*", callback: (event: EventOf<AnyStreamTypes>) => unknown): (() => void) => {
    this.#told.add(callback);
    return () => this.#told.delete(callback);
  };

  readonly subscribe = (callback: () => unknown): (() => void) => {
    this.#subscribed.add(callback);
    return () => this.#subscribed.delete(callback);
  };

  readonly getSnapshot = () => ({ connection: this.#connection, asOf: this.#asOf });

  become(connection: Connection, at?: number): void {
    this.#connection = connection;
    if (at !== undefined) this.#asOf = new Date(at).toISOString();
    for (const callback of this.#subscribed) callback();
  }

  happen(id: string, type: string, timestamp: number, data: JsonObject = {}): void {
    for (const callback of this.#told) callback({ id, type, topic: "owner:1", timestamp, data });
  }
}

describe("notifications", () => {
  let owner: ShownOwner;
  let feed: Feed;
  let isHidden: boolean;
  let nowMs: number;
  let told: Notice[];
  let stop: () => void;

  beforeEach(() => {
    owner = new ShownOwner();
    isHidden = false;
    nowMs = 1_000;
    told = [];
    feed = new Feed({ owner, isHidden: () => isHidden, now: () => nowMs });
    stop = feed.start((notice) => told.push(notice));
    owner.become(LIVE, NOON);
  });

  const shown = () => feed.getSnapshot().map(({ id, kind, isLate }) => [id, kind, isLate]);

  it("are of bookings, payments and guests that arrive, the newest first, and of nothing else", () => {
    owner.happen("a", "booking_created", NOON + 1);
    owner.happen("b", "booking_updated", NOON + 2);
    owner.happen("c", "revenue_received", NOON + 3);
    owner.happen("d", "occupancy_changed", NOON + 4, { isNowOccupied: false });
    owner.happen("e", "occupancy_changed", NOON + 5, { isNowOccupied: true });
    assert.deepEqual(shown(), [
      ["e", "arrivals", false],
      ["c", "payments", false],
      ["a", "bookings", false],
    ]);
    assert.deepEqual(
      told.map(({ id }) => id),
      ["a", "c", "e"],
    );
  });

  it("are gone when they are cleared", () => {
    owner.happen("a", "booking_created", NOON + 1);
    feed.clear();
    assert.deepEqual(shown(), []);
  });

  it("that came while nobody saw the page are marked", () => {
    isHidden = true;
    owner.happen("a", "booking_created", NOON + 1);
    isHidden = false;
    owner.happen("b", "booking_created", NOON + 2);
    assert.deepEqual(shown(), [
      ["b", "bookings", false],
      ["a", "bookings", true],
    ]);
  });

  it("that are made up for after a break are marked, before the numbers are live and right behind them", () => {
    owner.become(RETRYING);
    owner.happen("a", "booking_created", NOON + 1_000);
    owner.become(LIVE, NOON + 5_000);
    nowMs += 4_000;
    owner.happen("b", "booking_created", NOON + 5_000);
    assert.deepEqual(shown(), [
      ["b", "bookings", true],
      ["a", "bookings", true],
    ]);
  });

  it("that come with numbers after those of the return, or later, are not marked", () => {
    owner.become(RETRYING);
    owner.become(LIVE, NOON + 5_000);
    owner.become(LIVE, NOON + 5_200);
    owner.happen("a", "booking_created", NOON + 5_200);
    owner.become(RETRYING);
    owner.become(LIVE, NOON + 9_000);
    nowMs += 6_000;
    owner.happen("b", "booking_created", NOON + 16_000);
    assert.deepEqual(shown(), [
      ["b", "bookings", false],
      ["a", "bookings", false],
    ]);
  });

  it("are not marked where the page has just been opened", () => {
    owner.happen("a", "booking_created", NOON - 1);
    assert.deepEqual(shown(), [["a", "bookings", false]]);
  });

  it("are a hundred at most, and none once nobody follows them", () => {
    for (let at = 0; at < MOST_NOTICES + 5; at += 1) owner.happen(String(at), "booking_created", NOON + at);
    assert.equal(shown().length, MOST_NOTICES);
    assert.equal(shown()[0]?.[0], "104");
    stop();
    owner.happen("late", "booking_created", NOON);
    assert.equal(told.length, MOST_NOTICES + 5);
  });
});
