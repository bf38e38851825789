import type { Mutant } from "./mutant.ts";

const METRIC = "test/browser/metric.test.ts";
const DISPLAY = "test/browser/display.test.ts";
const ANNOUNCER = "test/unit/react/display/announcer.test.ts";

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
  {
    name: "the display says as many sentences as there are changes",
    file: "react/display/announcer.ts",
    find: "Math.max(SETTLE_MS, this.#saidAt + QUIET_MS - this.#options.now())",
    replace: "SETTLE_MS",
    test: ANNOUNCER,
    title: "is what came together in one sentence, and at most one sentence in ten seconds",
  },
  {
    name: "the display counts read events again after they were cleared",
    file: "react/display/announcer.ts",
    find: "if (this.#newest && sayable.unread < this.#newest.unread) this.#said = { ...this.#said, unread: 0 };",
    replace: "",
    test: ANNOUNCER,
    title: "counts events since they were cleared",
  },
  {
    name: "a zero of the display looks like any number",
    file: "react/display/card.tsx",
    find: 'isZero(value) ? "zero" : "some"',
    replace: '"some"',
    test: DISPLAY,
    title: "tells nothing known, nothing there, and zero apart",
  },
  {
    name: "the display gives up where its first token for the schema is not taken",
    file: "client/fetch-owner.ts",
    find: 'return response.status === 401 ? ask("refused") : response;',
    replace: "return response;",
    test: DISPLAY,
    title: "asks for the schema with a token of getToken, and once more where it is not taken",
  },
  {
    name: "the display takes the page with it",
    file: "react/display/boundary.tsx",
    find: "if (!failure) return children;",
    replace: "if (failure?.error instanceof Error) throw failure.error;\n    if (!failure) return children;",
    test: DISPLAY,
    title: "says what is wrong in its own place, leaves the page alone, and tries again",
  },
];
