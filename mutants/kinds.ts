import type { Mutant } from "./mutant.ts";

const READING = "test/pg/capture/kinds.test.ts";
const ADDED = "test/pg/capture/added-kinds.test.ts";
const DAEMON = "test/pg/kinds-daemon.test.ts";
const RANDOM = "test/pg/oracle/random-kinds.test.ts";
const RANDOM_TITLE = "every document of every kind equals a full recompute at one database snapshot and one instant";

/** Mistakes where several kinds of topics are over the same sources. */
export const KINDS_MUTANTS: readonly Mutant[] = [
  {
    name: "what every object has is a source's link",
    file: "daemon/plan/kind-config.ts",
    find: "Object.hasOwn(declared, name) ? declared[name] : undefined",
    replace: "declared[name]",
    test: "test/unit/plan/kinds.test.ts",
    title: "takes a kind by a name that every object has, with a table and without",
  },
  {
    name: "what every object has is looked at as a source's link",
    file: "daemon/plan/check-config.ts",
    find: "Object.hasOwn(source, kind) && source[kind] !== undefined",
    replace: "source[kind] !== undefined",
    test: "test/unit/plan/kinds.test.ts",
    title: "takes a kind by a name that every object has, with a table and without",
  },
  {
    name: "what no trigger saw concerns no kind after a bulk statement with too many topics of one",
    file: "sql/reset_source.sql",
    find: "and known.link is null and known.owner is null",
    replace: "and known.owner is null",
    test: READING,
    title:
      "what no trigger saw concerns all kinds, also after a bulk statement with too many topics of one to name them",
  },
  {
    name: "rows of new partitions concern no kind after a bulk statement with too many topics of one",
    file: "daemon/capture/row-function.ts",
    find: "and known.link is null and known.owner is null",
    replace: "and known.owner is null",
    test: READING,
    title:
      "what no trigger saw concerns all kinds, also after a bulk statement with too many topics of one to name them",
  },
  {
    name: "a bulk statement names owners alone",
    file: "daemon/capture/generated-sql.ts",
    find: "  return links;\n",
    replace: "  return links.slice(0, 1);\n",
    test: READING,
    title: "a bulk statement names the topics of each kind, with their rows, and those of no other",
  },
  {
    name: "an audit is due while another kind's has the session",
    file: "daemon/verify/audit.ts",
    find: "!this.#isUnderWay && this.#options.sessions.hasFree",
    replace: "!this.#isUnderWay",
    test: "test/pg/verify/audit.test.ts",
    title:
      "of several kinds is of one at a time: none is due, and has the reader wait, while another kind's is under way",
  },
  {
    name: "a link is added while transactions are open that did not name topics by it",
    file: "daemon/capture/watch-plan.ts",
    find: "differences.length === 0 && !lacksLink(table, bodies)",
    replace: "differences.length === 0 && bodies !== undefined",
    test: ADDED,
    title:
      "a kind is added once transactions have ended that wrote to a partition by its name and did not name its topics",
  },
  {
    name: "any functions that are replaced keep writers off",
    file: "daemon/capture/watch-plan.ts",
    find: "differences.length === 0 && !lacksLink(table, bodies)",
    replace: "differences.length === 0 && bodies === undefined",
    test: ADDED,
    title: "other limits wait for no writer",
  },
  {
    name: "those who write to a partition by its name are not kept off",
    file: "daemon/capture/watch-plan.ts",
    find: 'key.length > 0 ? "" : "only "',
    replace: 'key.length > 0 ? "only " : "only "',
    test: ADDED,
    title:
      "a kind is added once transactions have ended that wrote to a partition by its name and did not name its topics",
  },
  {
    name: "a bulk statement over rows that name nobody resets nothing",
    file: "daemon/capture/generated-sql.ts",
    find: "  if (link === EVERY_ROW) return `${quoteLiteral(WHOLE_KEY)}::pg_catalog.text`;\n",
    replace: "  if (link === EVERY_ROW) return linkText(table, table.owner, row);\n",
    test: READING,
    title: "a bulk statement over rows that are nobody's is one of the topic of everything",
  },
  {
    name: "too many topics of one kind are a reset of all kinds",
    file: "daemon/capture/capture-function.ts",
    find: "insert into deltad.reset (source, link) values (${values});",
    replace: "insert into deltad.reset (source) values (${quoteLiteral(table.source)});",
    test: READING,
    title: "where a bulk statement changes too many topics of one kind to name them, the others' are named",
  },
  {
    name: "a kind is told of resets that mean another kind's topics",
    file: "daemon/capture/statement.ts",
    find: "else (c.source, c.link) in (${links}) end)",
    replace: "else c.source in (${sources}) and '${links.length}' <> '' end)",
    test: READING,
    title: "a bulk statement names the topics of each kind, with their rows, and those of no other",
  },
  {
    name: "a TRUNCATE has topics read again that have nothing to do with it",
    file: "daemon/capture/statement.ts",
    find: "(case when c.link is null then c.source in (${sources})",
    replace: "(case when c.link is null then '${sources.length}' <> ''",
    test: READING,
    title: "a TRUNCATE concerns the kinds that have to do with the table, and all of their topics",
  },
  {
    name: "all kinds' rows are taken for owners'",
    file: "daemon/plan/row-tag.ts",
    find: "  return [kind, tag - kind * KIND_TAGS];",
    replace: "  return [0, tag - kind * KIND_TAGS];",
    test: READING,
    title: "each kind is given the grains and events of its own topics, of those that it wants",
  },
  {
    name: "a kind is given what is wanted of the first",
    file: "daemon/capture/read-kind.ts",
    find: "  return `$${FIRST_WANTED + place}`;",
    replace: "  return `$${FIRST_WANTED + (place === 1 ? 0 : place)}`;",
    test: READING,
    title: "each kind is given the grains and events of its own topics, of those that it wants",
  },
  {
    name: "any change of a kind's own rows has their topics read again",
    file: "daemon/capture/statement.ts",
    find: "  const columns = dimensions.map((name) =>",
    replace: "  const columns = owners.columns.map(({ name }) => (dimensions.length > 0 ? name : name)).map((name) =>",
    test: READING,
    title: "a row of a kind's own concerns its topic only where a column changed that this kind shows",
  },
  {
    name: "an installation that names fewer topics is good enough",
    file: "daemon/capture/check.ts",
    find: "s.key_column <> w.key or not coalesce(",
    replace: "s.key_column <> w.key or s.key_column is null and not coalesce(",
    test: READING,
    title: "a daemon is told what an installation lacks that names other topics, and content with one that names more",
  },
  {
    name: "what another kind needs of a table is not captured",
    file: "daemon/plan/captured-tables.ts",
    find: "    const columns = this.#columns.get(table) ?? new Set();\n",
    replace: "    const columns = (this.kind.own ? this.#columns.get(table) : undefined) ?? new Set();\n",
    test: RANDOM,
    title: RANDOM_TITLE,
  },
  {
    name: "a fingerprint is content where one kind reads all again",
    file: "daemon/capture/fingerprint.ts",
    find: "          kinds.every(\n",
    replace: "          kinds.some(\n",
    test: "test/unit/capture/fingerprint.test.ts",
    title:
      "is of another kind of topics, too: where it is not read again by all that have to do with it, the epoch ends",
  },
  {
    name: "a kind without a table has a topic for each key",
    file: "daemon/topic-kind.ts",
    find: "(key === WHOLE_KEY ? key : undefined)",
    replace: "key",
    test: DAEMON,
    title:
      "refuses a topic that a token does not name, whether it exists or not, and a key that no such topic can have",
  },
  {
    name: "verify looks at owners alone",
    file: "daemon/cli/verify.ts",
    find: "wanted === undefined || plan.kind === wanted",
    replace: 'plan.kind === (wanted ?? "owner")',
    test: DAEMON,
    title: "verify compares the topics of all kinds, or of one",
  },
  {
    name: "bad rows of one kind are looked for while others are read",
    file: "daemon/capture/bad-rows.ts",
    find: "canRead(kinds.map((_, at) => (at === place ? owners : [])))",
    replace: "canRead(kinds.map(() => owners))",
    test: "test/unit/capture/bad-rows.test.ts",
    title: "of several kinds of topics, each one's bad rows are found by themselves",
  },
  {
    name: "a kind whose rows nobody named is passed over where they are bad",
    file: "daemon/capture/bad-rows.ts",
    find: " || (!isNamed && !(await alone(place, undefined)))",
    replace: "",
    test: "test/unit/capture/bad-rows.test.ts",
    title: "where nobody is named, and the rows of all are bad, the kind is told without a name",
  },
];
