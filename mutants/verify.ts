import type { Mutant } from "./mutant.ts";

const BESIDE = "test/pg/verify/running-daemon.test.ts";
const AUDIT = "test/pg/verify/audit.test.ts";
const TURNS = "test/unit/owners/audits.test.ts";
const HTTP = "test/wire/gateway/http.test.ts";
const LOCATED = "An administrator is told at which snapshot of the database a document is";

const RECOMPUTE = "test/pg/metrics/recompute.test.ts";

/** Mistakes that would have a wrong daemon called right, or a right one wrong. */
export const VERIFY_MUTANTS: readonly Mutant[] = [
  {
    name: "what the daemon shows is not looked at",
    file: "daemon/verify/verification.ts",
    find: 'differences(owner, "daemon", document, expected)',
    replace: 'differences(owner, "daemon", expected, expected)',
    test: BESIDE,
    title: "says which values a running daemon shows that SQL does not",
  },
  {
    name: "the daemon is compared with an earlier snapshot than its own",
    file: "daemon/verify/verification.ts",
    find: "        if (at !== this.#cursor) await this.#foldUpTo(at);\n",
    replace: "",
    test: BESIDE,
    title: "what commits between the first snapshot and the daemon's is counted",
  },
  {
    name: "the daemon is compared with a later snapshot than its own",
    file: "daemon/capture/statement.ts",
    find: "and pg_visible_in_snapshot(c.change_xid, $5::pg_snapshot)",
    replace: "and $5::pg_snapshot is not null",
    test: BESIDE,
    title: "what commits between the first snapshot and the daemon's is counted",
  },
  {
    name: "an owner that had to be read again is judged by what was read before",
    file: "daemon/verify/verification.ts",
    find: "this.#again.has(owner) || this.#outdated.has(owner)",
    replace: "this.#again.has(owner)",
    test: BESIDE,
    title: "an owner of whom a bulk statement",
  },
  {
    name: "a daemon of another database is compared",
    file: "daemon/verify/verification.ts",
    find: "if (documents.length === 0 || documents.some(isOwn)) return;",
    replace: "if (documents.length === 0 || documents.some(isOwn) || documents.length > 0) return;",
    test: BESIDE,
    title: "a daemon of another database",
  },
  {
    name: "verify takes two sessions of a pooler for two",
    file: "daemon/verify/verify-owners.ts",
    find: "    await refusePoolers(url, pool);\n",
    replace: "",
    test: "test/cli/bad-database.test.ts",
    title: "through a pooler in transaction mode (the last one first)",
  },
  {
    name: "an owner says where it stands without moving to the present",
    file: "daemon/owners/located-owners.ts",
    find: "        driver.advance(owner);\n",
    replace: "",
    test: "test/unit/owners/time.test.ts",
    title: "an owner that is asked where it stands",
  },
  {
    name: "a topic says where it stands and keeps back what happened until there",
    file: "daemon/hub/topic.ts",
    find: "        // Not when its time has come: it would no longer be where the topic stands.\n        this.#send();\n",
    replace: "",
    test: HTTP,
    title: LOCATED,
  },
  {
    name: "everybody is told at which snapshot a document is",
    file: "daemon/gateway/http/topic-snapshot.ts",
    find: "  if (!permission.identity.isAdmin) return REFUSALS.forbidden;\n",
    replace: "",
    test: HTTP,
    title: LOCATED,
  },
  {
    name: "the audit finds everything right",
    file: "daemon/verify/audit.ts",
    find: "    if (found.length === 0) {",
    replace: "    if (found.length >= 0) {",
    test: AUDIT,
    title: "finds an accumulator that is wrong",
  },
  {
    name: "an owner whom reading again does not help is read again for ever",
    file: "daemon/verify/audit.ts",
    find: "    if (this.#readAgain.has(owner)) {",
    replace: "    if (this.#readAgain.has(owner) && found.length === 0) {",
    test: AUDIT,
    title: "an owner that differs right after it was read again",
  },
  {
    name: "audits run beside each other",
    file: "daemon/verify/audit.ts",
    find: "return !this.#isUnderWay && ",
    replace: "return ",
    test: AUDIT,
    title: "an owner that differs right after it was read again",
  },
  {
    name: "the audit looks at a document of an earlier instant",
    file: "daemon/owners/audit-turns.ts",
    find: '    if (phase.kind === "live") this.#with.driver.advance(audited.owner);\n',
    replace: "",
    test: TURNS,
    title: "compare what is shown once the cut's batch is taken in",
  },
  {
    name: "the audit looks at a document before the cut's batch is taken in",
    file: "daemon/owners/owners.ts",
    find: "    await Promise.all([deltas, started.imported, this.#audits?.begin(cut)]);",
    replace: "    await Promise.all([deltas, started.imported, this.#audits?.begin(cut), this.#audits?.batchEnded()]);",
    test: TURNS,
    title: "the batch goes on while the audit has not imported",
  },
  {
    name: "SQL leaves the end of a longer month out of the comparison",
    file: "daemon/verify/recompute.ts",
    find: ` or \${part("day", "d.today + 1")} = 1`,
    replace: "",
    test: RECOMPUTE,
    title:
      "and the oracle compare a month up to the same day, and the last day of a shorter month with all of a longer one",
  },
  {
    name: "an owner that has drifted is called live while it is read again",
    file: "daemon/owners/owner-machine.ts",
    find: 'effects: [{ do: "publishStale", reason: "drift" }, ...effects]',
    replace: "effects",
    test: TURNS,
    title: "L10 an owner that has drifted",
  },
];
