import type { Mutant } from "./mutant.ts";

/** Mistakes in the client. */
export const CLIENT_MUTANTS: readonly Mutant[] = [
  {
    name: "clients come back all at once",
    file: "client/backoff.ts",
    find: "Math.floor(draw * Math.min",
    replace: "Math.floor(Math.min",
    test: "test/unit/client/backoff.test.ts",
    title: "is spread over the whole range from 0 up: full jitter",
  },
  {
    name: "waits grow for ever",
    file: "client/backoff.ts",
    find: "Math.min(CEILING_MS, FIRST_MS * 2 ** Math.max(0, failures - 1))",
    replace: "(FIRST_MS * 2 ** Math.max(0, failures - 1))",
    test: "test/unit/client/backoff.test.ts",
    title: "waits up to 1, 2, 4",
  },
  {
    name: "any connection starts the backoff over",
    file: "client/transition.ts",
    find: 'from.state !== "connecting" && now - from.since >= STABLE_MS',
    replace: 'from.state !== "connecting" && now >= from.since',
    test: "test/unit/client/transition.test.ts",
    title: "starts the backoff over after 10 s of good connection, not before",
  },
  {
    name: "a token is asked for again and again",
    file: "client/transition.ts",
    find: '  if (again && event.type === "refused") return stop(from, event);\n',
    replace: "",
    test: "test/unit/client/transition.test.ts",
    title: "is asked for once more, at once, and then no more",
  },
  {
    name: "a patch of another epoch is applied",
    file: "client/materialised.ts",
    find: "document?.epoch !== patch.epoch || document.version !== patch.previous",
    replace: "document?.version !== patch.previous",
    test: "test/unit/client/materialised.test.ts",
    title: "sees a gap where the epoch is another, whatever the versions say",
  },
  {
    name: "a key may reach the prototype",
    file: "client/merge-patch.ts",
    find: "Object.assign(Object.create(null) as JsonObject, target)",
    replace: "Object.assign({} as JsonObject, target)",
    test: "test/unit/client/merge-patch.test.ts",
    title: "takes any text as an ordinary key, __proto__ too, and gives objects without a prototype",
  },
  {
    name: "a heartbeat that is late passes for silence",
    file: "client/session.ts",
    find: "const MISSED_HEARTBEATS = 2.5;",
    replace: "const MISSED_HEARTBEATS = 1;",
    test: "test/wire/client.test.ts",
    title: "reconnects after two and a half heartbeats of silence, not before",
  },
  {
    name: "a snapshot is asked for again and again",
    file: "client/session.ts",
    find: "    if (this.#awaitsSnapshot) return;\n",
    replace: "",
    test: "test/wire/client.test.ts",
    title: "asks for a snapshot once when it misses a version, and shows no patch until it came",
  },
];
