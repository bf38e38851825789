import type { Mutant } from "./mutant.ts";

const STABLE_TEXT = "test/pg/capture/stable-text.test.ts";

const CONDITIONS = "test/pg/capture/conditions.test.ts";
const LONG_TEXTS = "test/pg/long-texts.test.ts";
const UNREADABLE = "test/pg/unreadable-rows.test.ts";

/** Mistakes in what is made of columns' types and of single rows' data. */
export const DATA_MUTANTS: readonly Mutant[] = [
  {
    name: "dates are captured as the text that their writer's session prints",
    file: "daemon/capture/stable-text.ts",
    find: "`bit bool bpchar",
    replace: "`date bit bool bpchar",
    test: STABLE_TEXT,
    title: "of any type of the server is refused, or prints the same text in two sessions that have nothing in common",
  },
  {
    name: "a type is stable whatever it is made of",
    file: "daemon/capture/stable-text.ts",
    find: "     select r.rngsubtype from pg_range r where t.oid in (r.rngtypid, r.rngmultitypid)\n     union all\n",
    replace: "",
    test: STABLE_TEXT,
    title: "is refused with what to write instead",
  },
  {
    name: "an interval is printed as the database is set to",
    file: "daemon/database/session.ts",
    find: '      IntervalStyle: "postgres",\n',
    replace: "",
    test: "test/pg/database/session.test.ts",
    title: "prints and reads values alike whatever its database is set to",
  },
  {
    name: "an owner at whose rows a reading fails is not looked for in the right half",
    file: "daemon/capture/bad-rows.ts",
    find: "  return [...found, ...(await ownersWithBadRows(right, canRead))];",
    replace: "  return found;",
    test: "test/unit/capture/bad-rows.test.ts",
    title: "the owners that make a reading fail are found, all of them and no other",
  },
  {
    name: "a row that a condition fails at ends the epoch",
    file: "daemon/capture/contention.ts",
    find: " || isDataError(error)) return { error };",
    replace: ") return { error };",
    test: UNREADABLE,
    title: "written while its owner is watched: that owner is stale, the others go on; mended, it is live and right",
  },
  {
    name: "an owner that is loaded after a row of its own failed gets no second life, and misses events in silence",
    file: "daemon/owners/publisher.ts",
    find: "    this.#breaks += 1;\n",
    replace: "",
    test: UNREADABLE,
    title: "in an event alone: its owner's others are told, and that owner that something may be missing",
  },
  {
    name: "rows of owners that nobody watches are read again and again",
    file: "daemon/owners/owners.ts",
    find: "    if (owners.length === 0) this.#unreadable.addUnknown();\n",
    replace: "",
    test: UNREADABLE,
    title: "of an owner that nobody watches, where too many are watched to be named: nobody notices",
  },
  {
    name: "all owners of a load hear of one's bad row",
    file: "daemon/owners/owner-machine.ts",
    find: "effects: isInnocent === true ? [] : [",
    replace: "effects: isInnocent === undefined ? [] : [",
    test: "test/unit/owners/owner-machine.test.ts",
    title: "an owner whose load another one's rows made fail waits for the next without a word",
  },
  {
    name: "a condition that may fail is not fenced off",
    file: "daemon/plan/fallible.ts",
    find: "`(${select}\\n  offset 0)`",
    replace: "`(${select})`",
    test: UNREADABLE,
    title: "is not met when another owner's rows are computed a second way",
  },
  {
    name: "whoever comes back with an owner of a bad row is not told what was missed",
    file: "daemon/resume/history.ts",
    find: '    if (reading === "bad_row" && waitingOf.size > 1) return this.#answerInHalves(waitingOf);\n',
    replace: "",
    test: "test/unit/resume/history.test.ts",
    title: "an owner at whose rows PostgreSQL fails keeps no other's client from what it missed",
  },
  {
    name: "one owner's bad row ends a verification",
    file: "daemon/verify/verify-owners.ts",
    find: "    if (!isDataError(error)) throw error;\n",
    replace: "    throw error;\n",
    test: UNREADABLE,
    title: "keeps no other owner from being verified, and is told",
  },
  {
    name: "a date is made of a text that says today",
    file: "daemon/capture/validate-conditions.ts",
    find: '["interval_in", "cash_in"]',
    replace: '["interval_in", "cash_in", "date_in", "timestamptz_in"]',
    test: CONDITIONS,
    title: "that makes a date or an instant of a text that is not written in it is refused, with what to do",
  },
  {
    name: "the clock is read from an array of instants",
    file: "daemon/capture/validate-conditions.ts",
    find: 'without: CLOCK_WORD.test(sql.replaceAll("\\\\", ""))',
    replace: 'without: sql === ""',
    test: CONDITIONS,
    title: "in which a word for the clock is read as a date or an instant is refused; where it is a text, it is taken",
  },
  {
    name: "long texts leave the database whole",
    file: "daemon/plan/field-sql.ts",
    find: "form.most === undefined ?",
    replace: 'form.as === "text" ?',
    test: LONG_TEXTS,
    title: "is cut in events and told by a digest as a group's key, with all that are shorter as they are",
  },
  {
    name: "long keys that begin alike become one",
    file: "daemon/plan/text-limits.ts",
    find: " || '…' || ${hash(0)} || ${hash(1)}`",
    replace: " || '…'`.replace(hash(0), hash(1))",
    test: LONG_TEXTS,
    title: "is cut in events and told by a digest as a group's key, with all that are shorter as they are",
  },
  {
    name: "a document grows with its groups",
    file: "daemon/metrics/document.ts",
    find: "keys > MOST_GROUP_KEYS",
    replace: "keys > Infinity",
    test: "test/unit/owners/staleness.test.ts",
    title:
      "an owner with more groups than a document shows is stale, alone, until it has fewer; its numbers are kept meanwhile",
  },
  {
    name: "a late reply is taken for a clock that went back",
    file: "daemon/metrics/clock.ts",
    find: "behind <= tookMs * 1000;",
    replace: "behind <= 0 * tookMs;",
    test: "test/unit/metrics/clock.test.ts",
    title: "a reply that took long to come is no step back: the clock in it is old",
  },
];
