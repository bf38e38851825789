import type { Mutant } from "./mutant.ts";

const RANDOM = "test/unit/presence/random-presence.test.ts";
const DAEMONS = "test/unit/presence/daemons.test.ts";
const SEVERAL = "test/pg/presence/several.test.ts";
const EQUALS = "C3 Presence equals the sockets";
const ENDS = "C4 Typing ends";

/** Mistakes about what daemons tell each other of who is there and who types. */
export const PEERS_PRESENCE_MUTANTS: readonly Mutant[] = [
  {
    name: "all who type are told in one message",
    file: "daemon/presence/exchange.ts",
    find: "    if (characters >= MOST_CHARACTERS) break;\n",
    replace: "",
    test: DAEMONS,
    title: "what daemons say to each other comes in messages of some 100 KB at most",
  },
  {
    name: "what was lost is never asked for",
    file: "daemon/presence/exchange.ts",
    find: "    this.#asks.add(from);\n    if (!this.#others",
    replace: "    if (!this.#others",
    test: RANDOM,
    title: EQUALS,
  },
  {
    name: "a digest that differs is no reason to ask",
    file: "daemon/presence/exchange.ts",
    find: "if (members.digest !== digest) {\n      this.#asks.add(from);",
    replace: "if (members.digest !== digest) {",
    test: RANDOM,
    title: EQUALS,
  },
  {
    name: "who is not named in a part stays",
    file: "daemon/presence/exchange.ts",
    find: "if (!present.has(keyOf(topic, user))) this.#drop(",
    replace: "if (present.has(keyOf(topic, user))) this.#drop(",
    test: RANDOM,
    title: EQUALS,
  },
  {
    name: "the users of a daemon that is gone stay",
    file: "daemon/presence/exchange.ts",
    find: "    for (const { topic, user } of this.#others.get(from) ?? []) {",
    replace: "    for (const { topic, user } of []) {",
    test: RANDOM,
    title: EQUALS,
  },
  {
    name: "an older word counts as the last",
    file: "daemon/presence/roster.ts",
    find: "return a.saidAt > b.saidAt || ",
    replace: "return a.saidAt < b.saidAt || ",
    test: DAEMONS,
    title: "what was said of a user at one daemon is said on by the other",
  },
  {
    name: "what was said on another daemon goes with it",
    file: "daemon/presence/own-members.ts",
    find: "if (own !== undefined) this.put(topic, user, own.isAway);",
    replace: "if (own === undefined) this.put(topic, user, true);",
    test: DAEMONS,
    title: "what was said of a user at one daemon is said on by the other",
  },
  {
    name: "a sign that comes late counts from when it comes",
    file: "daemon/presence/exchange.ts",
    find: "this.#hearTyping(from, topic, user, forMs - lateMs)",
    replace: "this.#hearTyping(from, topic, user, forMs)",
    test: RANDOM,
    title: ENDS,
  },
  {
    name: "a daemon that is told to stop takes its users with it",
    file: "daemon/presence/exchange.ts",
    find: 'why === "moving" ? MOVING_MS : undefined',
    replace: 'why === "moving" ? 0 : undefined',
    test: SEVERAL,
    title: "a deploy is no leave",
  },
  {
    name: "other daemons are never told",
    file: "daemon/daemon.ts",
    find: "isNeeded = isShown || ",
    replace: "isNeeded = (isShown && false) || ",
    test: SEVERAL,
    title: "users of both are shown by both",
  },
  {
    name: "nobody hears that others can't be heard",
    file: "daemon/presence/presence.ts",
    find: "    peers.onPartial(completed);\n",
    replace: "",
    test: SEVERAL,
    title: "while the bus is lost presence is partial",
  },
];
