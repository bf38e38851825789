import type { Mutant } from "./mutant.ts";

const ROWS = "daemon/plan/parent-rows.ts";
const LINKS = "daemon/plan/row-link.ts";
const BATCHES = "test/pg/owners/several-columns.test.ts";
const REFUSALS = "test/unit/plan/owner-refusals.test.ts";
const COLLATIONS = "test/pg/capture/validate-collations.test.ts";
const DOCTOR = "test/pg/dba/several-columns.test.ts";

/** Mistakes about rows that name another row by several columns. */
export const SEVERAL_COLUMNS_MUTANTS: readonly Mutant[] = [
  {
    name: "a row is named by the first column of its key",
    file: LINKS,
    find: '    .map((column, at) => `${column} = ${values[at]}`)\n    .join(" and ");',
    replace: "    .map((column, at) => `${column} = ${values[at]}`)\n    .slice(0, 1)\n    .join();",
    test: BATCHES,
    title: "are counted for the owner of the row that all of them name together",
  },
  {
    name: "who names a row is found by the first column",
    file: ROWS,
    find: '${named.join(" and ")}`;\n    const link',
    replace: "${named[0]}`;\n    const link",
    test: BATCHES,
    title: "leave everybody alone where a parent comes with them or goes with them",
  },
  {
    name: "keys are one text by their first column",
    file: LINKS,
    find: "return `jsonb_build_array(${values.map((value) => `${value}::text`).join",
    replace: "return `jsonb_build_array(${values.slice(0, 1).map((value) => `${value}::text`).join",
    test: BATCHES,
    title: "whose parent, or whose parent's parent, moves have their owners read again",
  },
  {
    name: "equal keys have texts of their digits",
    file: LINKS,
    find: 'key[at]?.type === "numeric" ? `trim_scale(${value})` : value',
    replace: 'key[at]?.type === "" ? `trim_scale(${value})` : value',
    test: BATCHES,
    title: "find the row whose columns are equal to theirs, with however many digits",
  },
  {
    name: "a bulk statement tells the first column of what its rows name",
    file: "daemon/capture/generated-sql.ts",
    find: "const texts = linkedColumns(table, link).map(",
    replace: "const texts = linkedColumns(table, link).slice(0, 1).map(",
    test: BATCHES,
    title: "have the owners read again of whom a bulk statement changes more of them than are told",
  },
  {
    name: "a reset names all columns by the first",
    file: LINKS,
    find: "`(${reset}.owner::jsonb ->> ${at})`",
    replace: "`(${reset}.owner::jsonb ->> ${at * 0})`",
    test: BATCHES,
    title: "have the owners read again of whom a bulk statement changes more of them than are told",
  },
  {
    name: "a parent moves by the first column of what it names",
    file: ROWS,
    find: "const counted = [...next, ...columns",
    replace: "const counted = [...next.slice(0, 1), ...columns",
    test: BATCHES,
    title: "whose parent, or whose parent's parent, moves have their owners read again",
  },
  {
    name: "a row that names nothing by one of its columns keeps a batch from being read",
    file: LINKS,
    find: 'return values.map((value) => `${value} is not null`).join(" and ");',
    replace: 'return values.map((value) => `${value} is null`).join(" and ");',
    test: BATCHES,
    title: "leave everybody alone where a parent comes with them or goes with them",
  },
  {
    name: "a column names a row twice",
    file: "daemon/plan/check-config.ts",
    find: " || hasTwice(link[ownerThrough].link))",
    replace: ")",
    test: REFUSALS,
    title: "an owner through rows that two columns name, by one of them twice",
  },
  {
    name: "the first of the columns that name a row are the table's own",
    file: "daemon/plan/check-config.ts",
    find: "link[ownerThrough].link.some(({ table }) =>",
    replace: "link[ownerThrough].link.slice(0, 1).some(({ table }) =>",
    test: REFUSALS,
    title: "an owner through rows that two columns name, by one of another table",
  },
  {
    name: "an index serves by the order of its columns",
    file: "daemon/dba/examine-tables.ts",
    find: "order by greatest(k, w.links - 1), 1)",
    replace: "order by k, 1)",
    test: DOCTOR,
    title: "wants an index that begins with these columns, in whatever order",
  },
  {
    name: "different texts name one row",
    file: "daemon/capture/validate-collations.ts",
    find: "if (isDeterministic && !isCitext) return [];",
    replace: "if (!isCitext) return [];",
    test: COLLATIONS,
    title: "by which different texts are one are refused",
  },
  {
    name: "a column of citext names one row by one text",
    file: "daemon/capture/validate-collations.ts",
    find: "if (isDeterministic && !isCitext) return [];",
    replace: "if (isDeterministic) return [];",
    test: COLLATIONS,
    title: "do not tell that citext takes different texts for one",
  },
  {
    name: "rows are named by a column of another collation",
    file: "daemon/capture/validate-collations.ts",
    find: "|| by.name === key.name) return [];",
    replace: "|| by.name !== '') return [];",
    test: COLLATIONS,
    title: "that differ between what names a row and its key are refused",
  },
  {
    name: "the database's own collation differs from every other",
    file: "daemon/capture/validate-collations.ts",
    find: " || by.isDefault || key.isDefault",
    replace: "",
    test: COLLATIONS,
    title: "that PostgreSQL compares are taken",
  },
  {
    name: "collations of what lies between a row and its owner are nobody's",
    file: "daemon/capture/validate-collations.ts",
    find: "return [...own, ...theirs];",
    replace: "return own.concat(theirs.slice(0, 0));",
    test: COLLATIONS,
    title: "by which different texts are one are refused",
  },
  {
    name: "the daemon looks at no collation",
    file: "daemon/capture/check-database.ts",
    find: "    await validateCollations(session, seen);\n    if",
    replace: "    if",
    test: COLLATIONS,
    title: "are looked at before anything is made for a configuration, and by the daemon",
  },
];
