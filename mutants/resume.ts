import type { Mutant } from "./mutant.ts";

/** Mistakes about clients that come back. */
export const RESUME_MUTANTS: readonly Mutant[] = [
  {
    name: "a snapshot sees a transaction too many",
    file: "daemon/capture/snapshot.ts",
    find: "(xid < xmax && !running.includes(xid))",
    replace: "(xid <= xmax && !running.includes(xid))",
    test: "test/pg/capture/snapshot.test.ts",
    title: "a transaction is visible here exactly where it is to pg_visible_in_snapshot",
  },
  {
    name: "what was seen is sent again",
    file: "daemon/events/history.ts",
    find: "return events?.filter(({ id }) => !seen.has(id));",
    replace: 'return events?.filter(({ id }) => id !== "" || seen.has(id));',
    test: "test/pg/events/resume.test.ts",
    title: "the rest of a commit whose first events alone arrived",
  },
  {
    name: "a bulk statement is forgotten in a resume",
    file: "daemon/events/known-past.ts",
    find: " || past.doubts.some(isMissed)",
    replace: "",
    test: "test/pg/events/resume.test.ts",
    title: "after a bulk statement nobody can say what was missed",
  },
  {
    name: "who came and went is not told",
    file: "daemon/events/known-past.ts",
    find: "...past.occupants(stretch)]",
    replace: "]",
    test: "test/pg/events/resume.test.ts",
    title: "who came and went, by a write or by the clock",
  },
  {
    name: "the floor is ignored",
    file: "daemon/events/known-past.ts",
    find: "  if (floor !== undefined && !includes(since, floor)) return undefined;\n",
    replace: "",
    test: "test/pg/events/resume.test.ts",
    title: "after the changes were removed nobody can say what was missed",
  },
  {
    name: "a cursor opens any owner",
    file: "daemon/events/cursor.ts",
    find: "    .update(owner)\n",
    replace: "",
    test: "test/unit/events/cursor.test.ts",
    title: "A cursor of another owner, another life, or with one bit changed, says nothing",
  },
  {
    name: "retention ignored",
    file: "sql/horizon.sql",
    find: "made_at <= clock_timestamp() - retention",
    replace: "made_at <= clock_timestamp()",
    test: "test/pg/capture/retention.test.ts",
    title: "keeps no more changes than are allowed, however young",
  },
];
