import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { matching } from "../../../../demo/page/bookings/matching.ts";
import type { Booking } from "../../../../demo/page/hangars/rows.ts";

const INSTANT = "2026-05-01T00:00:00Z";
function booking(key: string, guestName: string, status: string, listingId: string): Booking {
  const row = { guestName, status, listingId, checkIn: INSTANT, checkOut: INSTANT, createdAt: INSTANT };
  return { key, row: { ...row, paymentStatus: "paid", amount: "1.00", paidAt: null } };
}

const BOOKINGS = [
  booking("1", "João Conceição", "confirmed", "1"),
  booking("2", "Renée Nguyễn", "cancelled", "2"),
  booking("3", "Joana Silva", "cancelled", "1"),
];
const HANGARS = new Map([
  ["1", "H-01"],
  ["2", "H-02"],
]);
const found = (status: string, text: string) => matching(BOOKINGS, { status, text }, HANGARS).map(({ key }) => key);

describe("Bookings that are looked for", () => {
  it("are all, the newest first, where nothing is wanted", () => {
    assert.deepEqual(found("", "  "), ["3", "2", "1"]);
  });

  it("are found by status, and by parts of guest or hangar, whatever the case and accents", () => {
    assert.deepEqual(found("cancelled", ""), ["3", "2"]);
    assert.deepEqual(found("", "JOA"), ["3", "1"]);
    assert.deepEqual(found("", "conceicao"), ["1"]);
    assert.deepEqual(found("", "nguyen"), ["2"]);
    assert.deepEqual(found("", "h-02"), ["2"]);
    assert.deepEqual(found("confirmed", "nguyen"), []);
  });
});
