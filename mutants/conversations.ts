import type { Mutant } from "./mutant.ts";

const WRITES = "test/pg/demo-conversations.test.ts";
const PAGE = "test/browser/conversations.test.ts";

/** Mistakes of the demo's conversations: its own server, its page, and how an earlier demo's database gets them. */
export const CONVERSATION_MUTANTS: readonly Mutant[] = [
  {
    name: "anybody writes in a conversation",
    file: "demo/conversations/messages.ts",
    find: "where conversation_id = $2 and person_id = $1\n       returning",
    replace: "where conversation_id = $2 and person_id <> -$1::bigint limit 1\n       returning",
    test: WRITES,
    title: "lets nobody else write",
  },
  {
    name: "a member changes what another said",
    file: "demo/conversations/messages.ts",
    find: "and author_id = $1 and deleted_at",
    replace: "and deleted_at",
    test: WRITES,
    title: "lets nobody else write",
  },
  {
    name: "what was taken back is changed",
    file: "demo/conversations/messages.ts",
    find: "and deleted_at is null and exists",
    replace: "and exists",
    test: WRITES,
    title: "lets nobody else write",
  },
  {
    name: "who was removed changes what they said",
    file: "demo/conversations/messages.ts",
    find: " and exists (select from member)\n",
    replace: "\n",
    test: WRITES,
    title: "who is no member any more",
  },
  {
    name: "a request of any size is read",
    file: "demo/conversations/application.ts",
    find: "if (bytes > MOST_BYTES) throw new TooLarge();",
    replace: "",
    test: WRITES,
    title: "lets nobody else write",
  },
  {
    name: "a text that PostgreSQL can't keep is given to it",
    file: "demo/conversations/requests.ts",
    find: "v.check((text) => !/[\\0\\p{Surrogate}]/u.test(text)),",
    replace: "",
    test: WRITES,
    title: "lets nobody else write",
  },
  {
    name: "the page may talk to anybody",
    file: "demo/conversations/application.ts",
    find: "return `connect-src 'self' http://${deltad} ws://${deltad}`;",
    replace: "return `connect-src * http://${deltad} ws://${deltad}`;",
    test: PAGE,
    title: "talks to its own server and to deltad",
  },
  {
    name: "an earlier demo's owners stay without conversations",
    file: "demo/marketplace.ts",
    find: "if (isThere && !silent.has(name)) continue;",
    replace: "if (isThere) continue;",
    test: "test/pg/demo-database.test.ts",
    title: "the database of a demo that had no conversations",
  },
  {
    name: "who asks for a hangar where none is to let becomes a person",
    file: "demo/conversations/moves.ts",
    find: "select $2 from hangar\n",
    replace: "select $2\n",
    test: "test/pg/demo-moves.test.ts",
    title: "with no hangar to let",
  },
  {
    name: "each use of a lost session opens another",
    file: "demo/cli/reopened-session.ts",
    find: "this.#opening ??= this.#open()",
    replace: "this.#opening = this.#open()",
    test: "test/unit/demo/reopened-session.test.ts",
    title: "uses at the same time",
  },
  {
    name: "a closed session is opened again",
    file: "demo/cli/reopened-session.ts",
    find: "if (this.#isClosed)",
    replace: "if (!this)",
    test: "test/unit/demo/reopened-session.test.ts",
    title: "one that is being opened",
  },
];
