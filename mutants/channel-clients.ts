import type { Mutant } from "./mutant.ts";

const FAKE = "test/unit/testing/fake-channel.test.ts";

/** Mistakes of what applications have of channels: the client's rows, their hooks, the fake daemon. */
export const CHANNEL_CLIENT_MUTANTS: readonly Mutant[] = [
  {
    name: "rows that are told again are another list",
    file: "client/channels/row-set.ts",
    find: "if (changes.length > 0 || size !== this.#held.size) this.#items = undefined;",
    replace: "this.#items = size < 0 ? this.#items : undefined;",
    test: FAKE,
    title: "is the same array of the same items",
  },
  {
    name: "a page is asked for again while it is read",
    file: "client/channels/channel-store.ts",
    find: "this.#asked.get(set) ?? this.#ask(set, before, limit, [])",
    replace: "this.#ask(set, before, limit, [])",
    test: FAKE,
    title: "has older rows read page by page",
  },
  {
    name: "a page that a snapshot overtook is given up",
    file: "client/channels/channel-store.ts",
    find: "&& set.from !== null)",
    replace: "&& set.from === '')",
    test: FAKE,
    title: "a page that a snapshot overtakes is asked for again",
  },
  {
    name: "older rows are asked for that nobody can give",
    file: "client/channels/channel-store.ts",
    find: 'if (state !== "live" && state !== "stale") throw new Error("not connected");',
    replace: 'if (state === "idle") throw new Error("not connected");',
    test: FAKE,
    title: "older rows are not had without a connection",
  },
  {
    name: "a view forgets that older rows are read",
    file: "client/channels/channel-store.ts",
    find: "      known.isLoadingOlder === isLoadingOlder\n",
    replace: "      known !== undefined\n",
    test: FAKE,
    title: "has older rows read page by page",
  },
  {
    name: "a channel is another object each time",
    file: "client/channels/channel.ts",
    find: "  opened.set(store, known);\n",
    replace: "",
    test: FAKE,
    title: "A channel is the same object",
  },
  {
    name: "whoever is removed from a fake channel goes on hearing of it",
    file: "testing/fake-connection.ts",
    find: "    this.publish(topic, message);\n    this.#subscribed.delete(topic);\n",
    replace: "    this.publish(topic, message);\n",
    test: FAKE,
    title: "is closed to whoever is removed",
  },
];
