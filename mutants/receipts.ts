import type { Mutant } from "./mutant.ts";

const READ = "test/pg/read-your-writes.test.ts";
const WAIT = "test/wire/gateway/wait.test.ts";

/** Mistakes about who waits for a transaction. */
export const RECEIPT_MUTANTS: readonly Mutant[] = [
  {
    name: "any receipt is taken for genuine",
    file: "daemon/stream/receipt.ts",
    find: 'return isGenuine ? { incarnation, xid } : "foreign";',
    replace: "return { incarnation, xid };",
    test: READ,
    title: "What is no receipt, or another database's, is told apart",
  },
  {
    name: "a receipt shows its transaction's id",
    file: "sql/here.sql",
    find: "int8send(xid # ('x' || encode(mask, 'hex'))::bit(64)::bigint)",
    replace: "int8send(xid)",
    test: READ,
    title: "A receipt shows no transaction's id",
  },
  {
    name: "who asks for a receipt makes the secret where there is none",
    file: "sql/here.sql",
    find: "deltad.present_incarnation()",
    replace: "deltad.incarnation()",
    test: READ,
    title: "Where no daemon has read yet there is a receipt all the same",
  },
  {
    name: "a wait is answered whatever the snapshot sees",
    file: "daemon/hub/waits.ts",
    find: 'return sees(parseSnapshot(snapshot), receipt.xid) ? "reached" : undefined;',
    replace: 'return parseSnapshot(snapshot) && "reached";',
    test: WAIT,
    title: "What subscribers have is answered without a reading",
  },
  {
    name: "a transaction of another life of the change rows is waited for",
    file: "daemon/hub/waits.ts",
    find: 'if (incarnation !== receipt.incarnation) return "foreign";',
    replace: "if (incarnation === undefined) return undefined;",
    test: WAIT,
    title: "A wait ends in its time, with its subscription, and with the life",
  },
  {
    name: "who begins to wait has nothing read at once",
    file: "daemon/hub/waits.ts",
    find: "    if (this.look(wait)) return;\n    wait.locate();",
    replace: "    if (this.look(wait)) return;",
    test: WAIT,
    title: "What subscribers have is answered without a reading",
  },
  {
    name: "the database is read on and on after the last wait",
    file: "daemon/hub/waits.ts",
    find: "    this.#leftMs.delete(wait);\n    wait.settle(outcome);",
    replace: "    wait.settle(outcome);",
    test: WAIT,
    title: "What subscribers have is answered without a reading",
  },
  {
    name: "a wait is answered before the frame that has it",
    file: "daemon/hub/hub.ts",
    find: 'reached: () => (subscription.topic === undefined ? "ended" : subscription.reached),',
    replace: 'reached: () => (subscription.topic === undefined ? "ended" : topic.progress),',
    test: "test/unit/hub/waits.test.ts",
    title: "Who is blocked has not got what others have",
  },
  {
    name: "a connection waits as often as it likes",
    file: "daemon/gateway/sessions/session-topics.ts",
    find: 'if (this.#waiting >= MOST_WAITS) return "too_many_messages";',
    replace: "",
    test: WAIT,
    title: "A connection waits for sixteen at a time",
  },
  {
    name: "a bearer waits as often as it likes by HTTP",
    file: "daemon/gateway/http/topic-wait.ts",
    find: "if (waiting >= MOST_WAITS && !identity.isAdmin) return REFUSALS.too_many_requests;",
    replace: "",
    test: WAIT,
    title: "A connection waits for sixteen at a time",
  },
  {
    name: "a wait is asked for by whoever has a good token",
    file: "daemon/gateway/http/topic-wait.ts",
    find: 'if ("refusal" in permission) return permission.refusal;\n    const { identity, topics } = permission;',
    replace:
      'if ("refusal" in permission && permission.refusal.status !== 403) return permission.refusal;\n    const { identity, topics } = permission as Extract<typeof permission, { identity: Identity }>;',
    test: READ,
    title: "A token opens no other topic's wait",
  },
];
