/** What a season at one owner's hangars looks like. Pure: the same seed and instant give the same rows. */
import { OWNERS } from "./owners.ts";

const DAY_MS = 86_400_000;
/** The month chart shows 12 months; a little more, so that its first month is whole. */
const PAST_DAYS = 400;
const AHEAD_DAYS = 45;

/** From January on. */
const MONTHS = [1.5, 1.4, 1.2, 1, 0.9, 1.1, 1.3, 1.1, 0.9, 1, 1.2, 1.4];

const FIRST_NAMES = [
  "João",
  "Ana",
  "Inês",
  "Caio",
  "Beatriz",
  "Luís",
  "Márcia",
  "Tomé",
  "Zoë",
  "Søren",
  "Renée",
  "Sita",
  "Łukasz",
  "Mia",
];
const LAST_NAMES = [
  "Conceição",
  "Silva",
  "Araújo",
  "Müller",
  "Nguyễn",
  "Okafor",
  "Ferreira",
  "Brandão",
  "Lindqvist",
  "Shrestha",
  "Costa",
];

export interface ListingRow {
  readonly hangar_number: string;
  readonly status: string;
  readonly published_at: string | null;
}

export interface BookingRow {
  readonly hangar_number: string;
  readonly guest_name: string;
  readonly status: string;
  readonly payment_status: string;
  readonly payment_amount: string;
  readonly check_in: string;
  readonly check_out: string;
  readonly created_at: string;
  readonly paid_at: string | null;
}

export interface PayoutRow {
  readonly amount: string;
  readonly status: string;
  readonly due_on: string;
}

export interface Season {
  readonly listings: readonly ListingRow[];
  readonly bookings: readonly BookingRow[];
  readonly payouts: readonly PayoutRow[];
}

/** A number from 0 to below 1. */
export type Random = () => number;

/** The rows of one owner, given by the place in {@link OWNERS}. `now` in milliseconds. */
export function seasonOf(ownerIndex: number, now: number): Season {
  const random = seeded(ownerIndex + 1);
  const price = OWNERS[ownerIndex]?.nightlyPrice ?? 100;
  const listings = Array.from({ length: 16 + Math.floor(random() * 14) }, (_, index) => listing(index, now, random));
  const bookings = listings
    .filter(({ status }) => status !== "draft")
    .flatMap(({ hangar_number }) => stays(hangar_number, price * (0.6 + random()), now, random));
  return { listings, bookings, payouts: payouts(price, now, random) };
}

export function guestName(random: Random): string {
  return `${pick(FIRST_NAMES, random)} ${pick(LAST_NAMES, random)}`;
}

/** Of an owner's n-th hangar, from 1. */
export function hangarNumber(n: number): string {
  return `H-${String(n).padStart(2, "0")}`;
}

function listing(index: number, now: number, random: Random): ListingRow {
  const status = random() < 0.08 ? "draft" : random() < 0.1 ? "inactive" : "active";
  const published = status === "draft" ? null : iso(now - (PAST_DAYS - random() * 30) * DAY_MS);
  return { hangar_number: hangarNumber(index + 1), status, published_at: published };
}

/** One hangar's stays, one after the other, with gaps that are shorter in the high season. */
function stays(hangar: string, price: number, now: number, random: Random): BookingRow[] {
  const rows: BookingRow[] = [];
  let at = now - PAST_DAYS * DAY_MS;
  while (at < now + AHEAD_DAYS * DAY_MS) {
    const busy = demand(at);
    at += (random() * 3 * DAY_MS) / busy;
    const days = 1 + Math.floor(random() * random() * 7);
    const row = booking({ hangar, from: at, days, amount: days * price * Math.sqrt(busy), now, random });
    if (row !== undefined) rows.push(row);
    at += days * DAY_MS;
  }
  return rows;
}

interface Stay {
  readonly hangar: string;
  readonly from: number;
  readonly days: number;
  readonly amount: number;
  readonly now: number;
  readonly random: Random;
}

/**
 * Guests book and pay ahead by the same habits whenever it is now: what they will only book later is not there yet, and what they will pay
 * later is unpaid. So a season that is made at any instant shows as much a day until then as it did a year before.
 */
function booking({ hangar, from, days, amount, now, random }: Stay): BookingRow | undefined {
  const until = from + days * DAY_MS;
  const created = from - random() * random() * 40 * DAY_MS;
  const paidAt = created + random() * (from - created);
  const [isCancelled, pays, isSure, isRefunded] = [random() < 0.09, random() < 0.92, random() < 0.7, random() < 0.3];
  if (created > now) return undefined;
  const hasPaid = pays && paidAt <= now;
  const paid = hasPaid && !isCancelled;
  const refunded = hasPaid && isCancelled && isRefunded;
  const kept = until <= now ? "completed" : from <= now || paid || isSure ? "confirmed" : "pending";
  const status = isCancelled ? "cancelled" : kept;
  return {
    hangar_number: hangar,
    guest_name: guestName(random),
    status,
    payment_status: paid ? "paid" : refunded ? "refunded" : "unpaid",
    payment_amount: amount.toFixed(2),
    check_in: iso(from),
    check_out: iso(until),
    created_at: iso(created),
    paid_at: paid || refunded ? iso(paidAt) : null,
  };
}

/** Weekly: twelve behind, four ahead. */
function payouts(price: number, now: number, random: Random): PayoutRow[] {
  return Array.from({ length: 16 }, (_, week) => {
    const due = now + (week - 11.5) * 7 * DAY_MS;
    const status = due > now ? "pending" : random() < 0.06 ? "failed" : "paid";
    return { amount: (price * (20 + random() * 30)).toFixed(2), status, due_on: iso(due).slice(0, 10) };
  });
}

/** How much is flown: most around the turn of the year, a second peak in July; from one month's middle to the next in a straight line. */
function demand(at: number): number {
  const date = new Date(at);
  const months = date.getUTCMonth() + (date.getUTCDate() - 15) / 31 + 12;
  const [before, after] = [MONTHS[Math.floor(months) % 12] ?? 1, MONTHS[Math.ceil(months) % 12] ?? 1];
  return before + (after - before) * (months % 1);
}

/** Any of them, each as likely. */
export function pick(texts: readonly string[], random: Random): string {
  return texts[Math.floor(random() * texts.length)] ?? "";
}

export function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}

/** Mulberry32 (Tommy Ettinger, public domain): small, and good enough for sample data. */
export function seeded(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
