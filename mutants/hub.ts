import type { Mutant } from "./mutant.ts";

/** Mistakes between documents and subscribers. */
export const HUB_MUTANTS: readonly Mutant[] = [
  {
    name: "changes are not merged",
    file: "daemon/hub/topic.ts",
    find: "if (!this.#send() || this.#options.minIntervalMs === 0) return;",
    replace: "this.#send();\n    if (this.#options.minIntervalMs >= 0) return;",
    test: "test/wire/gateway/stream.test.ts",
    title: "The first change goes out at once, those of the next 50 ms as one",
  },
  {
    name: "all sends go out in one turn",
    file: "daemon/hub/delivery.ts",
    find: "        if (this.#budget <= 0) return this.#openTurn();\n",
    replace: "",
    test: "test/unit/hub/delivery.test.ts",
    title: "What fits a turn goes out at once, the rest in order in later turns, at most so many in each",
  },
  {
    name: "an owner is never let go",
    file: "daemon/hub/hub.ts",
    find: "      open.topic.stop();\n      kind.unwatch(key);",
    replace: "      open.topic.stop();",
    test: "test/wire/gateway/stream.test.ts",
    title: "An owner is watched once for all its subscribers, and let go a minute after the last",
  },
  {
    name: "newcomers hear nothing of numbers that are stale",
    file: "daemon/hub/subscription.ts",
    find: "    if (staleFrame === this.#sentStale) return;",
    replace: "    if (staleFrame === this.#sentStale || this.#sentStale === undefined) return;",
    test: "test/wire/gateway/stream.test.ts",
    title: "stale and live are told at once, and to newcomers too",
  },
  {
    name: "a blocked subscriber is sent to",
    file: "daemon/hub/subscription.ts",
    find: "if (!this.#open || this.#subscriber.blocked) return;\n    const { progress }",
    replace: "if (!this.#open) return;\n    const { progress }",
    test: "test/unit/hub/subscription.test.ts",
    title: "While it is blocked it gets nothing; then one snapshot and the status, both as they are by then",
  },
  {
    name: "what it has is told again",
    file: "daemon/hub/subscription.ts",
    find: "        if (phase.progress === progress && this.#request === undefined) return;\n",
    replace: "",
    test: "test/unit/hub/subscription.test.ts",
    title: "What it was already sent is not sent again",
  },
  {
    name: "a flush of many frames counts as one",
    file: "daemon/hub/delivery.ts",
    find: "this.#budget -= job.cost;",
    replace: "this.#budget -= 1;",
    test: "test/unit/topics/owner/event-frames.test.ts",
    title: "A flush of many events is spread over turns like as many flushes",
  },
];
