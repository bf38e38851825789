import type { Mutant } from "./mutant.ts";

const TOKENS = "test/unit/admin/admin-tokens.test.ts";
const METRICS = "test/pg/operator-metrics.test.ts";
const OPERATORS = "test/pg/bus/operators.test.ts";
const OPTIONS =
  "Options of the operator's listener are refused in one sentence that says what to do, and repeats no token";
const MOVES = "tells of each metric, and each moves by what it counts";
const ALONE = "is for those alone who show a token, and for nothing but its own paths";

/** Mistakes about the operator's listener and its metrics. */
export const OPERATOR_MUTANTS: readonly Mutant[] = [
  {
    name: "a request without a token is an operator's",
    file: "daemon/admin/admin-routes.ts",
    find: "if (holder === undefined) {",
    replace: 'if (holder?.name === "") {',
    test: METRICS,
    title: ALONE,
  },
  {
    name: "the operator's listener takes any method",
    file: "daemon/admin/admin-routes.ts",
    find: 'if (method !== "GET" && method !== "HEAD")',
    replace: "if (method === undefined)",
    test: METRICS,
    title: ALONE,
  },
  {
    name: "only the last of the operators' tokens is known",
    file: "daemon/admin/admin-tokens.ts",
    find: "if (timingSafeEqual(digest, shown)) found = holder;",
    replace: "found = timingSafeEqual(digest, shown) ? holder : undefined;",
    test: TOKENS,
    title: "A token is its holder's, in whatever spelling of the scheme; anything else is nobody's",
  },
  {
    name: "the operator's listener needs no token to be named",
    file: "daemon/config/config.ts",
    find: "if (adminPort !== undefined && names.length === 0) {",
    replace: "if (adminPort === 0 && names.length === 0) {",
    test: TOKENS,
    title: OPTIONS,
  },
  {
    name: "an operator's token may be short",
    file: "daemon/config/option-values.ts",
    find: "Buffer.byteLength(secret) >= SECRET_BYTES",
    replace: "secret.length > 0",
    test: TOKENS,
    title: OPTIONS,
  },
  {
    name: "two operators have one name",
    file: "daemon/config/option-values.ts",
    find: "(list) => new Set(list.map(({ name }) => name)).size === list.length",
    replace: "() => true",
    test: TOKENS,
    title: OPTIONS,
  },
  {
    name: "a batch that is read in a cut is not measured",
    file: "daemon/telemetry/measured.ts",
    find: "applyCut: (batches, cut) => measured(batches, () => sink.applyCut(batches, cut)),",
    replace: "applyCut: (batches, cut) => sink.applyCut(batches, cut),",
    test: METRICS,
    title: MOVES,
  },
  {
    name: "a reading is added to the one before",
    file: "daemon/telemetry/telemetry.ts",
    find: "          counter.reset();\n",
    replace: "",
    test: METRICS,
    title: "a reading is what it is, and not the sum of those before",
  },
  {
    name: "a client that left is not counted",
    file: "daemon/gateway/sessions/client-session.ts",
    find: 'if (this.#state !== "closed") this.#services.traffic.end("gone");\n    ',
    replace: "",
    test: METRICS,
    title: MOVES,
  },
  {
    name: "the port of another listener is named",
    file: "daemon/admin/admin-listener.ts",
    find: 'port: "DELTAD_ADMIN_PORT" }',
    replace: 'port: "DELTAD_PORT" }',
    test: METRICS,
    title: "is told of a port that can't be had by the name of its own option",
  },
  {
    name: "an operator who may only read may act",
    file: "daemon/admin/admin-routes.ts",
    find: "if (!holder.mayAct) return",
    replace: 'if (holder.name === "") return',
    test: OPERATORS,
    title: "who may act closes a subject's connections at all daemons",
  },
  {
    name: "a subject is closed at one daemon alone",
    file: "daemon/admin/operator-api.ts",
    find: "{ closed: this.#close(close.output) }",
    replace: "{ closed: 0 }",
    test: OPERATORS,
    title: "who may act closes a subject's connections at all daemons",
  },
  {
    name: "topics are counted for everybody who asks",
    file: "daemon/admin/operator-api.ts",
    find: "nowMs - this.#counted.atMs >= COUNT_MS)",
    replace: "nowMs >= this.#counted.atMs)",
    test: "test/unit/admin/statistics.test.ts",
    title: "Topics are counted once a second",
  },
  {
    name: "statistics are of one daemon alone",
    file: "daemon/admin/operator-api.ts",
    find: "total([own, ...others])",
    replace: "total([own])",
    test: OPERATORS,
    title: "one is asked for all",
  },
  {
    name: "who may only read is told of one daemon as if it were all",
    file: "daemon/daemon.ts",
    find: "|| config.adminPort !== undefined;",
    replace: "|| config.adminActTokens.length > 0;",
    test: OPERATORS,
    title: "only daemons that have something to tell each other have a session for it",
  },
  {
    name: "daemons that have nothing to tell others have a session for it",
    file: "daemon/daemon.ts",
    find: "const isNeeded = isShown ||",
    replace: "const isNeeded = isShown || config.port > 0 ||",
    test: OPERATORS,
    title: "only daemons that have something to tell each other have a session for it",
  },
];
