import type { Mutant } from "./mutant.ts";

/** Mistakes in what definitions become in SQL. */
export const DEFINITION_MUTANTS: readonly Mutant[] = [
  {
    name: "images of days that are not known cancel each other",
    file: "daemon/plan/select.ts",
    find: '...("column" in time ? ["g.day is null"] : [])',
    replace: "",
    test: "test/pg/oracle/races.test.ts",
    title: "a date is moved while its owner loads, and the owner's zone is not known to be good yet",
  },
  {
    name: "instants beyond 2200 are not clamped",
    file: "daemon/plan/row-value.ts",
    find: "return `least(greatest(${reference}, timestamptz '${EARLIEST} 00:00:00+00'), timestamptz '${LATEST} 00:00:00+00')`;",
    replace: "return reference;",
    test: "test/pg/metrics/grains.test.ts",
    title: "of a load are the grains of the load before and of the changes since",
  },
  {
    name: "text compares as the column's collation says",
    file: "daemon/plan/row-source.ts",
    find: 'return type.startsWith("text") ? ` collate "C"` : "";',
    replace: 'return "";',
    test: "test/pg/metrics/grains.test.ts",
    title: "compare text byte by byte: case, padding and collations of the column make no two equal",
  },
  {
    name: "NaN is summed",
    file: "daemon/plan/row-value.ts",
    find: "return type === \"numeric\" ? `${reference} > '-Infinity' and ${reference} < 'Infinity'` : `${reference} is not null`;",
    replace: "return `${reference} is not null`;",
    test: "test/pg/metrics/grains.test.ts",
    title: "leave out a row whose owner, key, bound or value is NULL, and count NaN and the infinities as NULL",
  },
  {
    name: "a float column is summed",
    file: "daemon/capture/validate-column.ts",
    find: "if (FLOATS.includes(column.base) && (scale",
    replace: "if (FLOATS.includes(column.name) && (scale",
    test: "test/pg/capture/validate.test.ts",
    title: "refuses to sum a float column",
  },
  {
    name: "a load leaves out what is not over",
    file: "daemon/plan/select.ts",
    find: "const MARGIN_DAYS = 3;",
    replace: "const MARGIN_DAYS = -3;",
    test: "test/pg/metrics/grains.test.ts",
    title: "are loaded without what has expired, and with all that has not",
  },
  {
    name: "a group by a unique column is taken",
    file: "daemon/plan/compile-metric.ts",
    find: "metric.by?.primary || metric.by?.isUnique",
    replace: "metric.by?.name === undefined && metric.by?.primary",
    test: "test/unit/plan/refusals.test.ts",
    title: "a group per row",
  },
];
