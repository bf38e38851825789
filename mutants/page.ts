import type { Mutant } from "./mutant.ts";

/** Mistakes in what the page shows. */
export const PAGE_MUTANTS: readonly Mutant[] = [
  {
    name: "every card with money shows the currency",
    file: "dashboard/any/arrange.ts",
    find: "  if (currency !== undefined) shown.add(currency);\n",
    replace: "",
    test: "test/unit/dashboard/arrange.test.ts",
    title: "show the currency once",
  },
  {
    name: "a period ends at UTC's midnight",
    file: "dashboard/cards/series-keys.ts",
    find: "Math.max(ordinal(asOf), ...known)",
    replace: "ordinal(asOf)",
    test: "test/unit/dashboard/series-keys.test.ts",
    title: "shows days across the ends of months",
  },
  {
    name: "a newer daemon's metric is drawn as it comes",
    file: "dashboard/any/arrange.ts",
    find: ".filter(isAnything)",
    replace: "",
    test: "test/unit/dashboard/arrange.test.ts",
    title: "leave out what this page does not know",
  },
];
