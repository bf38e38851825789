import type { Mutant } from "./mutant.ts";

const FILE = "daemon/plan/owner-lookup.ts";
const BATCHES = "test/pg/owners/owner-lookup.test.ts";
const REFUSALS = "test/unit/plan/owner-refusals.test.ts";

/** Mistakes about what owners have of rows that they name. */
export const OWNER_LOOKUP_MUTANTS: readonly Mutant[] = [
  {
    name: "what owners look up may change, and they stay as they are",
    file: FILE,
    find: ' or count(distinct jsonb_build_array(${texts.join(", ")})) > 1',
    replace: "",
    test: BATCHES,
    title: "are read again where what they have of it changes",
  },
  {
    name: "what owners look up may come and go, and they stay as they are",
    file: FILE,
    find: "having sum(c.change_weight) <> 0 or count",
    replace: "having count",
    test: BATCHES,
    title: "are read again where it comes after them, goes, or they come to name another",
  },
  {
    name: "a bulk statement over what owners look up is taken to name owners",
    file: "daemon/plan/parent-rows.ts",
    find: "[...children, ...lookedUp].map(({ source }) =>",
    replace: "children.map(({ source }) =>",
    test: BATCHES,
    title: "are read again after a bulk statement over such rows",
  },
  {
    name: "a bulk statement over what owners look up concerns none of them",
    file: FILE,
    find: "   where r.source = ${name}`,",
    replace: "   where r.source is null`,",
    test: BATCHES,
    title: "are read again after a bulk statement over such rows",
  },
  {
    name: "an owner that names no row is not there at all",
    file: FILE,
    find: "join: `left join",
    replace: "join: `join",
    test: BATCHES,
    title: "are there without one, and have no zone",
  },
  {
    name: "metrics are about nobody's rows",
    file: "daemon/plan/captured-tables.ts",
    find: "    if (namedBy !== undefined)\n      throw new ConfigError(`rows of",
    replace: "    if (source === undefined)\n      throw new ConfigError(`rows of",
    test: REFUSALS,
    title: "metrics of nobody's rows",
  },
  {
    name: "a zone is looked up by any column",
    file: "daemon/plan/check-config.ts",
    find: 'if (given[field].by.table === holder["table"]) return;',
    replace: "if (given[field].by !== undefined) return;",
    test: REFUSALS,
    title: "a zone looked up by another table's column",
  },
  {
    name: "a number is looked up as a zone",
    file: "daemon/plan/captured-tables.ts",
    find: 'if (wideType(column) !== "text")',
    replace: 'if (wideType(column) === "unknown")',
    test: REFUSALS,
    title: "a zone that is looked up and no text",
  },
  {
    name: "an owner is found through nobody's rows",
    file: "daemon/plan/owner-path.ts",
    find: "if (next === undefined)",
    replace: "if (called === undefined)",
    test: REFUSALS,
    title: "an owner through nobody's rows",
  },
  {
    name: "any source may do without an owner",
    file: "daemon/plan/check-config.ts",
    find: 'hasWhole || lookedUp.some((table) => table === source["table"])',
    replace: "hasWhole || lookedUp.length >= 0",
    test: REFUSALS,
    title: "a source without an owner of which owners have nothing",
  },
  {
    name: "a zone that owners look up is sought in their own table",
    file: "daemon/dba/examine-zones.ts",
    find: 'const { schema, table, ...held } = "lookup" in timeZone ? timeZone.lookup',
    replace: 'const { schema, table, ...held } = "lookup" in timeZone ? { ...timeZone.lookup, ...plan.owner }',
    test: "test/pg/dba/doctor-server.test.ts",
    title: "finds a zone that the server does not know where owners look theirs up",
  },
];
