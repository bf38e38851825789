import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OWNERS } from "../../../demo/owners.ts";
import { seasonOf } from "../../../demo/season.ts";

const NOW = Date.UTC(2026, 6, 15, 12);
/** In days. */
const ago = (now: number, instant: string): number => (now - Date.parse(instant)) / 86_400_000;

describe("the sample season", () => {
  const seasons = OWNERS.map((_, index) => seasonOf(index, NOW));
  const bookings = seasons.flatMap((season) => season.bookings);

  it("is the same whenever it is made for the same owner and instant", () => {
    assert.deepEqual(seasonOf(0, NOW), seasons[0]);
    assert.notDeepEqual(seasonOf(1, NOW), seasons[0]);
  });

  it("has tens of thousands of bookings of several owners in several zones", () => {
    assert.ok(bookings.length > 20_000 && bookings.length < 60_000, String(bookings.length));
    assert.ok(new Set(OWNERS.map(({ timeZone }) => timeZone)).size > 5);
  });

  it("has every status of bookings, payments, listings and payouts", () => {
    const words = (list: readonly (readonly string[])[]) => [...new Set(list.flat())].toSorted();
    assert.deepEqual(words(bookings.map(({ status }) => [status])), ["cancelled", "completed", "confirmed", "pending"]);
    assert.deepEqual(words(bookings.map((row) => [row.payment_status])), ["paid", "refunded", "unpaid"]);
    const listings = seasons.flatMap((season) => season.listings);
    assert.deepEqual(words(listings.map(({ status }) => [status])), ["active", "draft", "inactive"]);
    const payouts = seasons.flatMap((season) => season.payouts);
    assert.deepEqual(words(payouts.map(({ status }) => [status])), ["failed", "paid", "pending"]);
  });

  it("holds nothing that happened later than now, and no stay that ends before it begins", () => {
    for (const { created_at, paid_at, check_in, check_out } of bookings) {
      assert.ok(Date.parse(created_at) <= NOW && (paid_at === null || Date.parse(paid_at) <= NOW));
      assert.ok(check_in < check_out && created_at <= check_in);
    }
  });

  it("looks like a season at whatever hour it is made: its last week is like the one before", () => {
    const hours = Array.from({ length: 73 }, (_, at) => NOW + at * (5 * 24 + 1) * 3_600_000);
    const growths = hours.map((now) => {
      const paid = seasonOf(0, now).bookings.filter((row) => row.payment_status === "paid");
      const within = (from: number, until: number): number =>
        paid
          .filter(({ paid_at }) => paid_at !== null && ago(now, paid_at) >= from && ago(now, paid_at) < until)
          .reduce((sum, { payment_amount }) => sum + Number(payment_amount), 0);
      return within(0, 7) / within(7, 14) - 1;
    });
    const sorted = growths.toSorted((a, b) => a - b);
    assert.ok((sorted[0] ?? -1) > -0.7 && (sorted.at(-1) ?? 9) < 1, `${sorted[0]} to ${sorted.at(-1)}`);
    assert.ok(Math.abs(sorted[36] ?? 1) < 0.1, `${sorted[36]}`);
  });

  it("lets one guest at a time into a hangar", () => {
    for (const { bookings: rows } of seasons) {
      for (const hangar of new Set(rows.map((row) => row.hangar_number))) {
        const stays = rows.filter((row) => row.hangar_number === hangar);
        for (const [index, stay] of stays.entries()) {
          const next = stays[index + 1];
          assert.ok(next === undefined || stay.check_out <= next.check_in, `${hangar} ${stay.check_out}`);
        }
      }
    }
  });
});
