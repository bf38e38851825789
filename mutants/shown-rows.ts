import type { Mutant } from "./mutant.ts";

/** Mistakes in what the newest row shows, or the oldest. */
export const SHOWN_ROW_MUTANTS: readonly Mutant[] = [
  {
    name: "NaN is shown as a text where numbers are",
    file: "daemon/plan/compile-extreme.ts",
    find: '["double precision", "numeric"].includes(wideType(column)) ? finite(reference, shown) : shown',
    replace: "shown",
    test: "test/pg/metrics/first-rows.test.ts",
    title: "a load brings the first of each group and time",
  },
  {
    name: "the oldest row is the newest",
    file: "daemon/plan/compile-extreme.ts",
    find: 'value.op === "max" || value.op === "latest"',
    replace: 'value.op !== "min"',
    test: "test/pg/metrics/first-rows.test.ts",
    title: "the oldest row comes first by its date and its key",
  },
  {
    name: "what an expression shows is not looked at by PostgreSQL",
    file: "daemon/plan/placed-conditions.ts",
    find: "add(place, projection?.source, shown?.sql,",
    replace: 'if (shown?.sql === "") add(place, projection?.source, shown.sql,',
    test: "test/pg/capture/conditions.test.ts",
    title: "refuses what a row can't be shown by",
  },
  {
    name: "NaN of the newest row is shown",
    file: "daemon/plan/compile-extreme.ts",
    find: "shown: finite(number, formed(number, form))",
    replace: "shown: formed(number, form)",
    test: "test/pg/metrics/first-rows.test.ts",
    title: "the oldest row comes first by its date and its key",
  },
  {
    name: "a text of an expression is shown however long",
    file: "daemon/plan/compile-extreme.ts",
    find: 'const form = { as: "text", most: MOST_SHOWN_TEXT } as const;',
    replace: 'const form = { as: "text", most: 100 * MOST_SHOWN_TEXT } as const;',
    test: "test/pg/metrics/first-rows.test.ts",
    title: "the oldest row comes first by its date and its key",
  },
];
