/** Where stays are in a calendar of local days. */
import type { Stay } from "../hangars/rows.ts";
import { addDays, type Zone } from "./zone.ts";

export interface Bar {
  readonly stay: Stay;
  /** In days from the beginning of the first, within the calendar. */
  readonly from: number;
  readonly until: number;
  /** Stays of a hangar that overlap lie one below the other: which one this is, of how many. */
  readonly lane: number;
  readonly lanes: number;
}

/** The bars of one hangar's stays, by when they begin; those outside of the calendar are left out. */
export function barsOf(stays: readonly Stay[], first: string, days: number, zone: Zone): readonly Bar[] {
  const ends: number[] = [];
  const [begin, end] = [zone.startOf(first), zone.startOf(addDays(first, days))];
  const placed = stays
    .filter(({ row }) => Date.parse(row.checkIn) < end && Date.parse(row.checkOut) > begin)
    .map((stay) => ({
      stay,
      from: zone.daysFrom(first, Date.parse(stay.row.checkIn)),
      until: zone.daysFrom(first, Date.parse(stay.row.checkOut)),
    }))
    .filter(({ from, until }) => from < until)
    .toSorted((a, b) => a.from - b.from || (a.stay.key < b.stay.key ? -1 : 1))
    .map(({ stay, from, until }) => {
      const free = ends.findIndex((end) => end <= from);
      const lane = free === -1 ? ends.length : free;
      ends[lane] = until;
      return { stay, from: Math.max(0, from), until: Math.min(days, until), lane };
    });
  return placed.map((bar) => ({ ...bar, lanes: ends.length }));
}

/** Guests that the owner expects, or had: a request is neither. */
export function isAgreed({ row }: Stay): boolean {
  return row.status === "confirmed" || row.status === "completed";
}

/** By hangar, who is there: as the metric of occupied hangars counts them. */
export function occupants(stays: readonly Stay[], now: number): ReadonlyMap<string, Stay> {
  const there = stays.filter(
    ({ row }) => row.status === "confirmed" && Date.parse(row.checkIn) <= now && now < Date.parse(row.checkOut),
  );
  return new Map(there.map((stay) => [stay.row.listingId, stay]));
}

/** Who comes, and who goes, on a local day, in the order of the clock. */
export function movements(stays: readonly Stay[], date: string, zone: Zone) {
  const [begin, end] = [zone.startOf(date), zone.startOf(addDays(date, 1))];
  const on = (edge: "checkIn" | "checkOut") =>
    stays
      .filter((stay) => isAgreed(stay) && begin <= Date.parse(stay.row[edge]) && Date.parse(stay.row[edge]) < end)
      .toSorted((a, b) => Date.parse(a.row[edge]) - Date.parse(b.row[edge]));
  return { arrivals: on("checkIn"), departures: on("checkOut") };
}

/** The next instant after `now` at which somebody comes or goes, or the day ends. */
export function nextChange(stays: readonly Stay[], now: number, dayEnd: number): number {
  const edges = stays.flatMap(({ row }) => [Date.parse(row.checkIn), Date.parse(row.checkOut)]);
  return edges.reduce((next, at) => (at > now && at < next ? at : next), dayEnd);
}
