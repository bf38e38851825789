import type { Mutant } from "./mutant.ts";

/** Mistakes in local hours, bounds that are days, and the top of a group. */
export const WINDOW_MUTANTS: readonly Mutant[] = [
  {
    name: "who falls out of the top is shown on",
    file: "daemon/metrics/document.ts",
    find: "for (const key of [...sent.keys(), ...first]) keys.add(key);",
    replace: "for (const key of first) keys.add(key);",
    test: "test/unit/metrics/top.test.ts",
    title: "is that of all its rows, after every change, whoever comes, goes or overtakes",
  },
  {
    name: "who sinks within the top is followed by nobody",
    file: "daemon/metrics/document.ts",
    find: "sent.get(key) === undefined &&",
    replace: "sent.size >= 0 &&",
    test: "test/unit/metrics/top.test.ts",
    title: "is that of all its rows, after every change, whoever comes, goes or overtakes",
  },
  {
    name: "averages rank as they are rounded, by their sums",
    file: "daemon/metrics/top.ts",
    find: "averageScale === undefined ? a.sum - b.sum",
    replace: "averageScale !== -1 ? a.sum - b.sum",
    test: "test/unit/metrics/top.test.ts",
    title: "is that of all its rows, after every change, whoever comes, goes or overtakes",
  },
  {
    name: "a bound that is a day is taken for an instant",
    file: "daemon/metrics/contribution.ts",
    find: "from: days?.from ? from : undefined, until: days?.until ? until : undefined",
    replace: "from: days?.from ? from : undefined, until: days?.until ? undefined : undefined",
    test: "test/unit/metrics/owner-state.test.ts",
    title: "advance(fold(S, D), T') = fold(advance(S, T'), D) = snapshot(R + D, T')",
  },
  {
    name: "an hour's end is looked up among the days",
    file: "daemon/metrics/contribution.ts",
    find: 'unit: window.unit === "hour" ? "hour" : "day"',
    replace: 'unit: window.unit === "hour" ? "day" : "day"',
    test: "test/unit/metrics/owner-state.test.ts",
    title: "advance(fold(S, D), T') = fold(advance(S, T'), D) = snapshot(R + D, T')",
  },
  {
    name: "hours and days share their numbers",
    file: "daemon/metrics/zone-days.ts",
    find: "this.#blocks[unit].get(",
    replace: "this.#blocks.day.get(",
    test: "test/unit/metrics/zone-days.test.ts",
    title: "hours and days with the same number are not each other",
  },
  {
    name: "an hour is past when its number of days would be",
    file: "daemon/metrics/zone-days.ts",
    find: "const day = at / PER_DAY[unit];",
    replace: "const day = at;",
    test: "test/unit/metrics/zone-days.test.ts",
    title: "an hour is one of its day: past where that has begun everywhere, and never come from 2200 on",
  },
  {
    name: "an hour that comes twice begins with the second",
    file: "daemon/owners/day-starts.ts",
    find: "generate_series(0, 6) k) near",
    replace: "generate_series(0, 0) k) near",
    test: "test/pg/owners/hour-starts.test.ts",
    title: "begins with the earliest instant at which the clock shows it or a later one, in every zone",
  },
];
