/**
 * What people ask for and deltad can't keep up to date row by row, by the names that they call it, in SQL or as a function of a
 * configuration: each with what to do instead. docs/your-own-tables.md has the same as a table.
 */
const RANK = "it depends on all rows at once: count them by ranges instead, count(table).by(sql`case when … end`)";
const SPREAD =
  "sum the squares, sum(sql`${column} * ${column}`, { scale: 4 }), and make the variance of that, sum() and count(); take the root of it where it is shown";
const EXTREME = "it is a metric by itself: min(column), max(column), latest(column, newest) or oldest(column, oldest)";
const AGGREGATE =
  "a metric adds up by itself: use sum(), average(), count() and keys(), and arithmetic of them, such as ratio(a, b)";
const ORDER = "it compares rows with each other: keep its result in a column, or use top() of a group";
const JOIN =
  "a metric is about the rows of one table, and those through which they find their owner (through()): keep what it needs of another table in a column, or make that table a source with metrics of its own";

const INSTEAD: Readonly<Record<string, string>> = {
  median: RANK,
  percentile: RANK,
  percentile_cont: RANK,
  percentile_disc: RANK,
  quantile: RANK,
  mode: RANK,
  ntile: RANK,
  stddev: SPREAD,
  stddev_pop: SPREAD,
  stddev_samp: SPREAD,
  variance: SPREAD,
  var_pop: SPREAD,
  var_samp: SPREAD,
  min: EXTREME,
  max: EXTREME,
  latest: EXTREME,
  oldest: EXTREME,
  sum: AGGREGATE,
  avg: AGGREGATE,
  count: AGGREGATE,
  array_agg: AGGREGATE,
  string_agg: AGGREGATE,
  rank: ORDER,
  dense_rank: ORDER,
  row_number: ORDER,
  lag: ORDER,
  lead: ORDER,
  first_value: ORDER,
  last_value: ORDER,
  join: JOIN,
  innerjoin: JOIN,
  leftjoin: JOIN,
  rightjoin: JOIN,
  fulljoin: JOIN,
  distinct: "use keys(column), which is how many different values there are",
  countdistinct: "use keys(column), which is how many different values there are",
};

/** What to do instead, where it is known. */
export function insteadOf(name: string): string | undefined {
  const called = name.toLowerCase();
  return Object.hasOwn(INSTEAD, called) ? INSTEAD[called] : undefined;
}
