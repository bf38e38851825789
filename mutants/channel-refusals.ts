import type { Mutant } from "./mutant.ts";

const LOADS = "test/unit/channels/channel-loads.test.ts";
const ADMISSION = "test/unit/topics/channel/admission.test.ts";
const REFUSALS = "test/unit/gateway/http/topic-refusals.test.ts";
const AT_ITS_CUT = "what a load has found is published as it was at its cut";
const TOO_LARGE = "a channel that held too much is read again when somebody subscribes";
const INDEXES = "test/pg/capture/validate-channels.test.ts";
const NO_INDEX = "none is a partial one, one over expressions";
const VERIFY = "test/pg/verify/channels.test.ts";
const VERIFIED = "rows that are what SQL says are equal, also where more are held";
const WOKEN = "the end of a load wakes the reader";
const STALE = "who subscribes while a channel is stale, and may not see it then";

/** Mistakes about channels that can't be shown: while they are loaded, to whom they are refused, and until when. */
export const CHANNEL_REFUSAL_MUTANTS: readonly Mutant[] = [
  {
    name: "a channel that is slow to load keeps its group out",
    file: "daemon/channels/channel-loads.ts",
    find: "this.#queue.retry({ owners, backoff: group.backoff }, error);",
    replace: "this.#queue.retry({ owners, backoff: group.backoff }, new Error(String(error)));",
    test: LOADS,
    title: "a channel that takes too long to load keeps none of those out",
  },
  {
    name: "a load is published where the stream is when it ends",
    file: "daemon/channels/watched-channel.ts",
    find: 'this.#publish({ kind: "whole", sets, ...phase.cut,',
    replace: 'this.#publish({ kind: "whole", sets, ...(phase.since.at(-1)?.position ?? phase.cut),',
    test: LOADS,
    title: AT_ITS_CUT,
  },
  {
    name: "what came while a channel was loaded is published where it was loaded",
    file: "daemon/channels/watched-channel.ts",
    find: "of phase.since) this.#changed(changes.rows, position);",
    replace: "of phase.since) this.#changed(changes.rows, position && phase.cut);",
    test: LOADS,
    title: AT_ITS_CUT,
  },
  {
    name: "a reset leaves it known who may see a channel",
    file: "daemon/channels/watched-channel.ts",
    find: "if (this.#audience === undefined) return;\n    this.#audience = undefined;",
    replace: "if (this.#audience === undefined || this.#version > 0) return;\n    this.#audience = undefined;",
    test: LOADS,
    title: "after a reset nobody knows who may see a channel",
  },
  {
    name: "a channel that is watched anew stays stale",
    file: "daemon/channels/watched-channel.ts",
    find: "#isStale = true;\n\n  constructor",
    replace: "#isStale = false;\n\n  constructor",
    test: LOADS,
    title: "a channel that is watched anew is called live again",
  },
  {
    name: "a page waits for the next heartbeat",
    file: "daemon/channels/channels.ts",
    find: "if (this.wantsCut() || this.#located.size > 0) options.nudge();",
    replace: "if (this.#located.size > 0) options.nudge();",
    test: LOADS,
    title: WOKEN,
  },
  {
    name: "who asks where a channel stands waits for the next heartbeat",
    file: "daemon/channels/channels.ts",
    find: "if (this.wantsCut() || this.#located.size > 0) options.nudge();",
    replace: "if (this.wantsCut()) options.nudge();",
    test: LOADS,
    title: WOKEN,
  },
  {
    name: "a look-up is refused after its user was let in",
    file: "daemon/channels/channel-access.ts",
    find: "question.isLate = true;",
    replace: "question.isLate = false;",
    test: "test/unit/channels/channel-access.test.ts",
    title: "an answer from before somebody was let in is asked for again",
  },
  {
    name: "any number of members is known by name",
    file: "daemon/channels/audience.ts",
    find: "if (this.#counts.size > MOST_MEMBERS + 1) this.#giveUp();",
    replace: "if (this.#counts.size > 2 * MOST_MEMBERS) this.#giveUp();",
    test: "test/unit/channels/audience.test.ts",
    title: "of too many members nobody is known by name",
  },
  {
    name: "a channel that was too large is so until nobody has asked for a minute",
    file: "daemon/hub/hub.ts",
    find: "if (open.topic.isOutdated) {",
    replace: 'if (open.topic.isOutdated && key === "") {',
    test: ADMISSION,
    title: TOO_LARGE,
  },
  {
    name: "what is held of a channel that was too large is taken for all of it",
    file: "daemon/topics/channel/channel-topic.ts",
    find: "if (!isStillTooLarge) this.#measure();",
    replace: "if (isStillTooLarge || !isStillTooLarge) this.#measure();",
    test: ADMISSION,
    title: TOO_LARGE,
  },
  {
    name: "who waits while a channel is stale never hears that it is refused",
    file: "daemon/hub/subscription.ts",
    find: "if (id === undefined || this.#wasShown)",
    replace: "if (this.#wasShown)",
    test: ADMISSION,
    title: STALE,
  },
  {
    name: "who may not see a channel hears whether there is one",
    file: "daemon/hub/subscription.ts",
    find: 'this.#wasShown || isMember ? refusal : "removed"',
    replace: 'isMember ? "removed" : refusal',
    test: ADMISSION,
    title: STALE,
  },
  {
    name: "a page that can't be had now is none",
    file: "daemon/gateway/http/topic-rows.ts",
    find: "finish(refusalOf(frame.refusal, permission.identity));",
    replace: "finish(REFUSALS.unknown_rows);",
    test: REFUSALS,
    title: "a refusal of a topic is answered by its own status over HTTP",
  },
  {
    name: "a request looks at all subscriptions of its connection",
    file: "daemon/gateway/sessions/session-topics.ts",
    find: "const subscription = this.#subscribed.get(topic)?.subscription;\n    if",
    replace: "this.#forgetEnded();\n    const subscription = this.#subscribed.get(topic)?.subscription;\n    if",
    test: "test/unit/gateway/sessions/session-topics.test.ts",
    title: "a request looks at the subscription to its own topic alone",
  },
  {
    name: "everybody hears of a channel that is an owner's",
    file: "daemon/gateway/gateway.ts",
    find: "connections.ofTopic(ownerTopic(to.owner))",
    replace: "sessions",
    test: "test/pg/channels/members.test.ts",
    title: "who may see an owner by their token hears of a channel",
  },
  {
    name: "an index over some rows is one over all",
    file: "daemon/capture/validate-channels.ts",
    find: " and x.indpred is null",
    replace: "",
    test: INDEXES,
    title: NO_INDEX,
  },
  {
    name: "an expression before a column does not count",
    file: "daemon/capture/validate-channels.ts",
    find: "                   left join pg_attribute a on a.attrelid = x.indrelid",
    replace: "                   join pg_attribute a on a.attrelid = x.indrelid",
    test: INDEXES,
    title: NO_INDEX,
  },
  {
    name: "an index that failed finds rows",
    file: "daemon/capture/validate-channels.ts",
    find: " and x.indisvalid",
    replace: "",
    test: INDEXES,
    title: NO_INDEX,
  },
  {
    name: "members are read as a whole",
    file: "daemon/capture/validate-channels.ts",
    find: "return [own, who, ...rows];",
    replace: "return [own, ...rows].concat(who.cost === '' ? who : []);",
    test: INDEXES,
    title: "rows and members without one are named",
  },
  {
    name: "two channels have one name",
    file: "daemon/capture/validate-channels.ts",
    find: "if (nondeterministic === null) return [];",
    replace: "if (nondeterministic !== '') return [];",
    test: INDEXES,
    title: "a collation by which different texts are one",
  },
  {
    name: "a user may have any number of connections",
    file: "daemon/gateway/sessions/connection-limits.ts",
    find: "if (isMore && this.#byUser.count(user) >= maxConnectionsPerUser)",
    replace: "if (isMore && this.#byUser.count(user) >= 2 * maxConnectionsPerUser)",
    test: "test/wire/gateway/connection-limits.test.ts",
    title: "More of one user are closed with 4429",
  },
  {
    name: "rows that change while they are verified are taken as they are then",
    file: "daemon/verify/verify-channels.ts",
    find: "isSame(found, before.get(owner)) && ",
    replace: "isSame(found, before.get(owner) && found) && ",
    test: VERIFY,
    title: VERIFIED,
  },
  {
    name: "rows before those that are shown are missed",
    file: "daemon/verify/verify-channels.ts",
    find: "from === null || position >= from",
    replace: "from === null || position >= ''",
    test: VERIFY,
    title: VERIFIED,
  },
];
