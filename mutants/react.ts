import type { Mutant } from "./mutant.ts";

const METRIC = "test/browser/metric.test.ts";

/** Mistakes in React's part, and in what is for its components. */
export const REACT_MUTANTS: readonly Mutant[] = [
  {
    name: "what a selector makes is compared by being the same object",
    file: "react/use-metric.ts",
    find: "if (!isSame(shown.current, now)) shown.current = now;",
    replace: "if (!Object.is(shown.current, now)) shown.current = now;",
    test: METRIC,
    title: "renders when what it selects changes, and for nothing else",
  },
  {
    name: "a selector is asked again for the same numbers",
    file: "react/use-metric.ts",
    find: "if (view === seen) return state;",
    replace: "",
    test: METRIC,
    title: "renders when what it selects changes, and for nothing else",
  },
  {
    name: "what is not vouched for is called ready",
    file: "react/use-metric.ts",
    find: 'status: status === "ready" ? status : "stale"',
    replace: 'status: "ready"',
    test: METRIC,
    title: "says that a value is not vouched for, and keeps it",
  },
  {
    name: "an owner without a row is loading for ever",
    file: "react/use-metric.ts",
    find: "if (asOf === undefined) return LOADING;",
    replace: "if (!value) return LOADING;",
    test: METRIC,
    title: "tells an owner without a row from one that is not there yet",
  },
  {
    name: "what every object inherits is taken for a value",
    file: "client/flatten.ts",
    find: "if (Object.hasOwn(values, path)) return values[path];",
    replace: "if (path in values) return values[path];",
    test: "test/unit/client/flatten.test.ts",
    title: "is undefined where the document has nothing, and what every object has is nothing",
  },
];
