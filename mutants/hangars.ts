import type { Mutant } from "./mutant.ts";

/** Mistakes in what the demo's page shows of an owner's hangars. */
export const HANGAR_MUTANTS: readonly Mutant[] = [
  {
    name: "the calendar's days begin at UTC's midnight",
    file: "demo/page/calendar/zone.ts",
    find: "firstAt(shown, Date.parse(date))",
    replace: "Date.parse(date)",
    test: "test/unit/demo/page/zone.test.ts",
    title: "begin at the owner's midnight, whatever its offset",
  },
  {
    name: "every day of the calendar has 24 hours",
    file: "demo/page/calendar/zone.ts",
    find: "(startOf(addDays(date, 1)) - start)",
    replace: "DAY_MS",
    test: "test/unit/demo/page/zone.test.ts",
    title: "are measured by their own length",
  },
  {
    name: "stays that overlap lie over each other",
    file: "demo/page/calendar/bars.ts",
    find: "(end) => end <= from",
    replace: "() => true",
    test: "test/unit/demo/page/bars.test.ts",
    title: "lie one below the other where stays overlap, and follow each other on the day of both",
  },
  {
    name: "who only asks is expected",
    file: "demo/page/calendar/bars.ts",
    find: 'return row.status === "confirmed" || row.status === "completed";',
    replace: 'return row.status !== "cancelled";',
    test: "test/unit/demo/page/bars.test.ts",
    title: "tell who comes and goes on the owner's day, in the order of the clock, requests left out",
  },
  {
    name: "keys lead out of the grid",
    file: "demo/page/calendar/grid-keys.ts",
    find: "Math.min(Math.max(value, 0), Math.max(0, length - 1))",
    replace: "Math.max(value, 0)",
    test: "test/unit/demo/page/grid-keys.test.ts",
    title: "never lead out of it",
  },
  {
    name: "a search needs the accents",
    file: "demo/page/bookings/matching.ts",
    find: '.replaceAll(/\\p{M}/gu, "")',
    replace: "",
    test: "test/unit/demo/page/matching.test.ts",
    title: "are found by status, and by parts of guest or hangar, whatever the case and accents",
  },
  {
    name: "the calendar has stays that were cancelled",
    file: "demo/deltad.config.ts",
    find: '          deleted: eq(bookings.status, "cancelled"),\n',
    replace: "",
    test: "test/pg/demo-hangars.test.ts",
    title: "have the stays that end last, without those that were cancelled, and the others page by page",
  },
];
