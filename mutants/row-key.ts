import type { Mutant } from "./mutant.ts";

const REFUSALS = "test/unit/plan/owner-refusals.test.ts";
const VALIDATE = "test/pg/capture/validate.test.ts";

/** Mistakes about keys of several columns. */
export const ROW_KEY_MUTANTS: readonly Mutant[] = [
  {
    name: "rows are told apart by the first column of their key",
    file: "daemon/plan/event-select.ts",
    find: '  key.join(", "),\n',
    replace: '  key[0] ?? "",\n',
    test: "test/pg/owners/wholesaler.test.ts",
    title: "shows each employee what was sold",
  },
  {
    name: "events of rows whose keys begin alike are one",
    file: "daemon/plan/event-select.ts",
    find: "r.change_xid, '.', ${keyText(key)}) as m",
    replace: "r.change_xid, '.', ${key[0]}) as m",
    test: "test/pg/owners/wholesaler.test.ts",
    title: "shows each employee what was sold",
  },
  {
    name: "a key is one text by its first column",
    file: "daemon/plan/row-value.ts",
    find: "return others.length === 0 ?",
    replace: "return others.length >= 0 ?",
    test: "test/unit/plan/row-key.test.ts",
    title: "is captured whole, and one text",
  },
  {
    name: "of a key's columns the first is captured",
    file: "daemon/plan/captured-tables.ts",
    find: "for (const column of [...key, ...link])",
    replace: "for (const column of [key[0], ...link])",
    test: "test/unit/plan/row-key.test.ts",
    title: "is captured where nothing looks at it",
  },
  {
    name: "a unique index on more than the key will do",
    file: "daemon/capture/validate.ts",
    find: " && columns.every((column) => allowed.has(column));",
    replace: ";",
    test: VALIDATE,
    title: "takes a key of several columns",
  },
  {
    name: "a unique index on a part of the key and something else will do",
    file: "daemon/capture/validate.ts",
    find: "key.every((column) => columns.includes(column)) &&",
    replace: "key.some((column) => columns.includes(column)) ||",
    test: VALIDATE,
    title: "takes a key of several columns",
  },
  {
    name: "rows are found by the first column of their key",
    file: "daemon/plan/captured-tables.ts",
    find: "if (others.length === 0) return column;",
    replace: "if (others.length >= 0) return column;",
    test: REFUSALS,
    title: "a lookup of rows that two columns name",
  },
  {
    name: "a row may be named by fewer columns than its key has",
    file: "daemon/plan/owner-path.ts",
    find: "if (link.length !== key.length)",
    replace: "if (link.length > key.length)",
    test: REFUSALS,
    title: "an owner through rows that two columns name, by one",
  },
  {
    name: "a key may have another table's column",
    file: "daemon/plan/check-config.ts",
    find: "!is(column, Column) || column.table !== table)",
    replace: "!is(column, Column))",
    test: REFUSALS,
    title: "a key with another table's column",
  },
  {
    name: "a key may name a column twice",
    file: "daemon/plan/check-config.ts",
    find: "if (hasTwice(columns))",
    replace: "if (hasTwice(columns.slice(1)))",
    test: REFUSALS,
    title: "a key with a column twice",
  },
  {
    name: "a trial deletes all rows whose keys begin alike",
    file: "daemon/dba/trial.ts",
    find: '.map((column) => `${column} = one.${column}`).join(" and ")',
    replace: '.map((column) => `${column} = one.${column}`).join(", ")',
    test: "test/pg/dba/cost.test.ts",
    title: "is told of a table whose rows two columns name",
  },
];
