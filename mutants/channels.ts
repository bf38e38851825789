import type { Mutant } from "./mutant.ts";

const ROWS = "test/pg/channels/rows.test.ts";
const MEMBERS = "test/pg/channels/members.test.ts";
const HISTORY = "test/pg/channels/history.test.ts";
const CLIENT = "test/pg/channels/client.test.ts";
const REMOVED = "C2 Membership is a row: who is removed gets no row of the transaction that removes them";
const WINDOW =
  "a window that has more bytes than are sent at once is no longer than was asked for; a row that was too large is forgotten with it";
const FRAMES =
  "changes that are more bytes than are sent at once are told by a snapshot, and rows that came and went by a version";

/** Mistakes about channels: which rows are shown, and to whom. */
export const CHANNEL_MUTANTS: readonly Mutant[] = [
  {
    name: "a soft delete is an edit",
    file: "daemon/plan/compile-channel.ts",
    find: "const isThere = deleted && ",
    replace: "const isThere = deleted && this.#name === '' && ",
    test: ROWS,
    title: "an insert, an edit, a soft delete and a removal",
  },
  {
    name: "a bulk statement's channels are not read again",
    file: "daemon/channels/channels.ts",
    find: "for (const channel of this.#outdated(batch)) this.#load(channel, true);",
    replace: "",
    test: ROWS,
    title: "a bulk statement and a TRUNCATE are a snapshot",
  },
  {
    name: "rows come before who may see them",
    file: "daemon/channels/watched-channel.ts",
    find: "    this.admit(changes.who);\n    if (this.#phase",
    replace: "    queueMicrotask(() => this.admit(changes.who));\n    if (this.#phase",
    test: MEMBERS,
    title: REMOVED,
  },
  {
    name: "who is removed stays subscribed",
    file: "daemon/hub/topic.ts",
    find: "for (const subscription of this.#subscriptions.members()) subscription.checkAdmission();",
    replace: "",
    test: MEMBERS,
    title: REMOVED,
  },
  {
    name: "one row fewer of two ends a membership",
    file: "daemon/channels/audience.ts",
    find: "if (count === 0) this.#counts.delete(who);",
    replace: "if (count === 0 || times < 0) this.#counts.delete(who);",
    test: MEMBERS,
    title: "of two rows that name a user, the last one must go",
  },
  {
    name: "a token's topics open channels",
    file: "daemon/gateway/auth/identification.ts",
    find: " && !isGuarded(name));",
    replace: ");",
    test: MEMBERS,
    title: "a table of members, the row's user, an owner, a claim and everyone",
  },
  {
    name: "a channel outlives its row",
    file: "daemon/channels/audience.ts",
    find: "    if (!this.exists) return false;\n",
    replace: "",
    test: MEMBERS,
    title: "a table of members, the row's user, an owner, a claim and everyone",
  },
  {
    name: "nobody hears that they are let in",
    file: "daemon/gateway/gateway.ts",
    find: "connections.ofUser(to.user)",
    replace: "connections.ofUser(`${to.user}?`)",
    test: MEMBERS,
    title: REMOVED,
  },
  {
    name: "a page lacks what was written while it was read",
    file: "daemon/channels/channel-pages.ts",
    find: "if (asked.channel === channel) asked.since.push(...changes);",
    replace: "if (asked.channel === channel) asked.since.push(...changes.slice(changes.length));",
    test: "test/unit/channels/channel-pages.test.ts",
    title: "a page that is read while rows change is as they are when it is told",
  },
  {
    name: "a page ends before its last row",
    file: "daemon/channels/channel-pages.ts",
    find: "found.slice(0, limit)",
    replace: "found.slice(1, limit)",
    test: HISTORY,
    title: "pages follow each other to the first row",
  },
  {
    name: "an edit of a row that is not held is shown",
    file: "client/channels/row-set.ts",
    find: "(this.from === null || position >= this.from)",
    replace: "(this.from === null || position >= '')",
    test: CLIENT,
    title: "shows rows in order, older ones on demand",
  },
  {
    name: "a refused channel is never asked for again",
    file: "client/channels/channel-store.ts",
    find: "        if (this.#isClosed) this.#askAgain();\n",
    replace: "",
    test: CLIENT,
    title: "who is let in later sees it then",
  },
  {
    name: "a user who is NULL keeps a channel",
    file: "daemon/plan/channel-select.ts",
    find: '= w.channel${who === NOBODY ? "" : ` and ${who} is not null`}',
    replace: "= w.channel",
    test: MEMBERS,
    title: "and is not kept by a user who is NULL",
  },
  {
    name: "a page that was cut is the first",
    file: "daemon/channels/channel-pages.ts",
    find: "found.length <= limit && !isCut",
    replace: "found.length <= limit && (isCut || true)",
    test: "test/unit/channels/channel-pages.test.ts",
    title: "a page that ends before its last row, since that would be too many bytes, is not the first",
  },
  {
    name: "a window has too many bytes before it has twice its rows",
    file: "daemon/topics/channel/held-rows.ts",
    find: "this.#rows.size <= 2 * count && this.#bytes <= MOST_SET_BYTES",
    replace: "this.#rows.size <= 2 * count",
    test: "test/unit/topics/channel/rows.test.ts",
    title: WINDOW,
  },
  {
    name: "a channel is too large for ever",
    file: "daemon/topics/channel/held-rows.ts",
    find: "    this.#largeRows.delete(key);\n",
    replace: "",
    test: "test/unit/topics/channel/rows.test.ts",
    title: WINDOW,
  },
  {
    name: "a large row that only some hold is told as an empty one",
    file: "daemon/topics/channel/held-rows.ts",
    find: "this.#hasLargeBefore ||= this.#largeRows.has(key);",
    replace: "this.#hasLargeBefore ||= false;",
    test: "test/unit/topics/channel/rows.test.ts",
    title: WINDOW,
  },
  {
    name: "a frame of changes has any number of bytes",
    file: "daemon/topics/channel/channel-topic.ts",
    find: "changes.size <= MOST_CHANGES && bytes <= MOST_SET_BYTES",
    replace: "changes.size <= MOST_CHANGES && bytes >= 0",
    test: "test/unit/topics/channel/rows.test.ts",
    title: FRAMES,
  },
  {
    name: "a version without changes is told to nobody",
    file: "daemon/topics/channel/channel-topic.ts",
    find: "const isMoved = version !== before?.version;",
    replace: "const isMoved = changes?.length !== 0;",
    test: "test/unit/topics/channel/rows.test.ts",
    title: FRAMES,
  },
  {
    name: "json is captured as what can't hold it",
    file: "daemon/plan/compile-channel.ts",
    find: "/^json(\\[|$)/.test(",
    replace: "/^xjson$/.test(",
    test: "test/unit/plan/channels.test.ts",
    title: "json, which may hold what its images can't",
  },
];
