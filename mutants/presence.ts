import type { Mutant } from "./mutant.ts";

const CHANNEL = "test/unit/presence/channel-presence.test.ts";
const RANDOM = "test/unit/presence/random-presence.test.ts";
const DAEMONS = "test/unit/presence/daemons.test.ts";
const SOCKETS = "test/pg/presence/presence.test.ts";
const SEVERAL = "test/pg/presence/several.test.ts";
const EQUALS = "C3 Presence equals the sockets";
const ENDS = "C4 Typing ends";
const TABS =
  "of two tabs one closes: nobody is told; with the last the user leaves, ten seconds later, and not if one is back";
const LATE = "a client that was blocked is told all when it has drained, and nothing of what was before";
const TYPES =
  "who types does so for six seconds after the last sign, or until they say otherwise, leave or are removed";
const SHOWN_NOT = "administrators and tokens without a sub are told, and shown to nobody, and what they say is refused";
const SAYS =
  "what a client says of its user is told as an update, stays for who comes back in time, and goes with who leaves";
const RATES = "too many words are refused: five updates in thirty seconds, a sign in three, but never that typing ends";

/** Mistakes about who is there and who types. */
export const PRESENCE_MUTANTS: readonly Mutant[] = [
  {
    name: "who is back in time has left all the same",
    file: "daemon/presence/roster.ts",
    find: "    this.#leaving.delete(person);\n    person.members",
    replace: "    person.members",
    test: CHANNEL,
    title: TABS,
  },
  {
    name: "the first of two tabs takes the user with it",
    file: "daemon/presence/attendants.ts",
    find: "    return own.count === 0;",
    replace: "    return true;",
    test: CHANNEL,
    title: TABS,
  },
  {
    name: "a removal is a leave like any other",
    file: "daemon/presence/own-members.ts",
    find: "roster.drop(member, isRemoved ? 0 : undefined);",
    replace: "roster.drop(member);",
    test: CHANNEL,
    title: "who is removed is gone at once",
  },
  {
    name: "administrators are shown",
    file: "daemon/presence/channel-presence.ts",
    find: "reader === undefined || reader.isAdmin ? undefined",
    replace: "reader === undefined ? undefined",
    test: CHANNEL,
    title: SHOWN_NOT,
  },
  {
    name: "what was said is lost with a reload",
    file: "daemon/presence/own-members.ts",
    find: "? { state: roster.find(topic, user)?.state, saidAt: shownAt }",
    replace: "? { state: undefined, saidAt: shownAt + 1 }",
    test: CHANNEL,
    title: SAYS,
  },
  {
    name: "a tab that goes leaves its absence behind",
    file: "daemon/presence/attendants.ts",
    find: "    if (this.#said.get(attendant)?.isAway) own.away -= 1;\n",
    replace: "",
    test: CHANNEL,
    title: "a user is away when all their connections say so, and back with the first",
  },
  {
    name: "thousands are told by name",
    file: "daemon/presence/told-presence.ts",
    find: "const isMany = count > MOST_USERS;",
    replace: "const isMany = count > 100 * MOST_USERS;",
    test: CHANNEL,
    title: "of more than 200 only the number is told, once a second; of fewer again all",
  },
  {
    name: "another number is told at each change",
    file: "daemon/presence/channel-presence.ts",
    find: "    if (this.#presence?.isCounted) return this.#countSoon();\n",
    replace: "    if (this.#presence?.isCounted) return this.#flush(true);\n",
    test: CHANNEL,
    title: "of more than 200 only the number is told, once a second; of fewer again all",
  },
  {
    name: "a blocked client is sent what goes on",
    file: "daemon/hub/attendance.ts",
    find: "    if (this.#subscriber.blocked) this.#told = undefined;\n    else if",
    replace: "    if",
    test: CHANNEL,
    title: LATE,
  },
  {
    name: "who was blocked goes on where they were",
    file: "daemon/hub/attendance.ts",
    find: "if (this.#subscriber.blocked) this.#told = undefined;",
    replace: "if (this.#subscriber.blocked) return;",
    test: CHANNEL,
    title: LATE,
  },
  {
    name: "who comes is told before others know of them",
    file: "daemon/hub/attendance.ts",
    find: "if (this.#told === undefined && this.#side.isSettled)",
    replace: "if (this.#told === undefined)",
    test: CHANNEL,
    title: "thousands who come at once are told all",
  },
  {
    name: "typing has no end",
    file: "daemon/presence/typists.ts",
    find: "this.#monotonicMs() + TYPING_MS - sinceMs",
    replace: "this.#monotonicMs() + 2 * TYPING_MS - sinceMs",
    test: CHANNEL,
    title: TYPES,
  },
  {
    name: "who leaves types on",
    file: "daemon/presence/channel-presence.ts",
    find: "    this.#stopTyping(attendant, user);\n    const wasLast",
    replace: "    const wasLast",
    test: CHANNEL,
    title: TYPES,
  },
  {
    name: "presence may be updated without end",
    file: "daemon/presence/channel-presence.ts",
    find: '    if (!this.#attendants.mayUpdate(attendant)) return "too_many_messages";\n',
    replace: "",
    test: CHANNEL,
    title: RATES,
  },
  {
    name: "the end of typing counts as a sign",
    file: "daemon/presence/channel-presence.ts",
    find: "    if (!isTyping) {\n",
    replace: '    if (!isTyping) {\n      if (!this.#attendants.mayType(attendant)) return "too_many_messages";\n',
    test: CHANNEL,
    title: RATES,
  },
  {
    name: "signs of typing may come without end",
    file: "daemon/presence/channel-presence.ts",
    find: '    if (!this.#attendants.mayType(attendant)) return "too_many_messages";\n',
    replace: "    this.#attendants.mayType(attendant);\n",
    test: CHANNEL,
    title: RATES,
  },
  {
    name: "limits begin anew with each subscription",
    file: "daemon/hub/attendance.ts",
    find: "return this.#subscriber;",
    replace: "return this;",
    test: CHANNEL,
    title: "who unsubscribes and comes back",
  },
  {
    name: "what comes before the first snapshot is refused for good",
    file: "daemon/gateway/sessions/session-topics.ts",
    find: 'known.topic?.hasSide ? "unavailable"',
    replace: 'known.topic === undefined ? "unavailable"',
    test: CHANNEL,
    title: "what is said before the first snapshot",
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
    find: "if (!present.has(`${topic}\\0${user}`)) this.#drop(",
    replace: "if (present.has(`${topic}\\0${user}`)) this.#drop(",
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
    test: RANDOM,
    title: EQUALS,
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
  {
    name: "who asks once by HTTP is there",
    file: "daemon/hub/topic.ts",
    find: "this.#side && subscriber.stays ?",
    replace: "this.#side ?",
    test: SOCKETS,
    title: "who follows by server-sent events is there as well",
  },
  {
    name: "who is removed is told on who is there",
    file: "daemon/hub/subscription.ts",
    find: "    this.#attendance?.end(isRemoved);\n",
    replace: "",
    test: SOCKETS,
    title: "who is removed is gone at once, with the batch",
  },
];
