import { definition, type ExtremeDefinition, type Metric, type RowsDefinition } from "./definition.ts";
import { valueOf } from "./drizzle-value.ts";
import { isPeriod, type PeriodOf } from "./period.ts";
import { after, between, during, narrowed } from "./selection.ts";
import type { ColumnOf, Condition, Expression } from "./typed-table.ts";
import type { BoundOf, DateOf } from "./when.ts";

/** The key of a group by two: `JSON.parse` makes an array of two texts of it. */
export type Pair = `["${string}", "${string}"]`;

/** A number over the rows of one table, or another value that they come to. */
export class Measure<
  Table extends string,
  Value,
  Document = Value,
  Timed extends boolean = false,
  Made extends RowsDefinition | ExtremeDefinition = RowsDefinition,
> implements Metric<Document>
{
  readonly [definition]: Made;
  declare readonly "~document"?: () => Document;
  declare readonly timed?: Timed;

  constructor(made: Made) {
    this[definition] = made;
  }

  /** Only rows for which this is true. It may use this table's columns, those of tables through which its rows find their owner, and no clock. */
  where(condition: Condition | undefined): Measure<Table, Value, Document, Timed, Made> {
    return new Measure({ ...this[definition], rows: narrowed(this[definition].rows, condition) });
  }

  /**
   * One entry per value of a column or of an expression over the row's columns, or per hour (`YYYY-MM-DDTHH`), day or week (`YYYY-MM-DD`, a
   * week's first), month (`YYYY-MM`), quarter (`YYYY-Q1`) or year of a period; or one per {@link Pair} of two values, or of a value and
   * a period. Entries without a row are left out.
   * @throws TypeError where the metric has groups already
   */
  by(group: ColumnOf<Table> | Expression): Measure<Table, Value, Record<string, Value>, Timed, Made>;
  by(group: PeriodOf<Table>): Measure<Table, Value, Record<string, Value>, true, Made>;
  by(
    group: ColumnOf<Table> | Expression,
    second: ColumnOf<Table> | Expression,
  ): Measure<Table, Value, Record<Pair, Value>, Timed, Made>;
  by(
    group: ColumnOf<Table> | Expression,
    second: PeriodOf<Table>,
  ): Measure<Table, Value, Record<Pair, Value>, true, Made>;
  by(...groups: readonly unknown[]): Measure<Table, Value, Record<string, Value>, boolean, Made> {
    const made = this[definition];
    if (made.by.length > 0 || (made.rows.time.kind === "during" && made.rows.time.each))
      throw new TypeError(
        "a metric has one by(), with one key or two: by(column), by(column, other) or by(column, period)",
      );
    if (groups.length > 2) throw new TypeError("by() takes one key or two");
    const last = groups.at(-1);
    const rows = isPeriod(last) ? during(made.rows, last, true) : made.rows;
    const values = isPeriod(last) ? groups.slice(0, -1) : groups;
    return new Measure({ ...made, rows, by: values.map((value) => valueOf(value, "by()")) });
  }

  /**
   * Only rows dated in the period. Rows dated later in the current hour, day, week, month, quarter or year are in.
   * @throws TypeError where the metric has a time already
   */
  during(period: PeriodOf<Table>): Measure<Table, Value, Document, true, Made> {
    return new Measure({ ...this[definition], rows: during(this[definition].rows, period, false) });
  }

  /**
   * Only while `from <= now < until`; by dates, while `from <= today < until`. A row without one of them never counts, unless
   * {@link openIfNull} says that it then has no such bound.
   * @throws TypeError where the metric has a time already
   */
  while(from: BoundOf<Table>, until: BoundOf<Table>): Measure<Table, Value, Document, true, Made> {
    return new Measure({ ...this[definition], rows: between(this[definition].rows, from, until) });
  }

  /**
   * Only once `due < now`, or by a date `due < today`: the clock makes it so, without a write. A row without a due date never counts.
   * @throws TypeError where the metric has a time already
   */
  overdue(due: DateOf<Table>): Measure<Table, Value, Document, true, Made> {
    return new Measure({ ...this[definition], rows: after(this[definition].rows, due) });
  }
}
