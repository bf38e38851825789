/** Sets of values, in the language of deltad.config.ts. */
import { definition, type KeysDefinition, type Metric } from "./definition.ts";
import { tableOfValue, valueOf } from "./drizzle-value.ts";
import { isPeriod, type PeriodOf } from "./period.ts";
import { after, allOf, between, during, narrowed } from "./selection.ts";
import type { ColumnOf, Condition, Expression } from "./typed-table.ts";
import type { BoundOf, DateOf } from "./when.ts";

/** The set of the values of a column, or of an expression over the row's columns; as a metric, how many there are. */
export function keys<Table extends string>(column: ColumnOf<Table>): Keys<Table>;
export function keys(expression: Expression): Keys<string>;
export function keys(value: ColumnOf<string> | Expression): Keys<string> {
  const taken = valueOf(value, "keys()");
  return new Keys({ kind: "keys", rows: allOf(tableOfValue(taken, "keys()")), value: taken, by: [] });
}

/** A set of values: a metric of its size, and a part of `overlap` and `percentage`; by groups, how many different values each has. */
class Keys<Table extends string, Document = number> implements Metric<Document> {
  readonly [definition]: KeysDefinition;
  declare readonly "~document"?: () => Document;

  constructor(made: KeysDefinition) {
    this[definition] = made;
  }

  where(condition: Condition | undefined): Keys<Table, Document> {
    return new Keys({ ...this[definition], rows: narrowed(this[definition].rows, condition) });
  }

  /**
   * How many different values each group has, or each part of a period: `keys(orders.customer).by(lastMonths(12, orders.at))`.
   * @throws TypeError where there are groups already
   */
  by(group: ColumnOf<Table> | Expression | PeriodOf<Table>): Keys<Table, Record<string, number>> {
    const made = this[definition];
    if (made.by.length > 0 || (made.rows.time.kind === "during" && made.rows.time.each))
      throw new TypeError("keys() has one by(), with one key");
    if (isPeriod(group)) return new Keys({ ...made, rows: during(made.rows, group, true) });
    return new Keys({ ...made, by: [valueOf(group, "by()")] });
  }

  during(period: PeriodOf<Table>): Keys<Table, Document> {
    return new Keys({ ...this[definition], rows: during(this[definition].rows, period, false) });
  }

  while(from: BoundOf<Table>, until: BoundOf<Table>): Keys<Table, Document> {
    return new Keys({ ...this[definition], rows: between(this[definition].rows, from, until) });
  }

  overdue(due: DateOf<Table>): Keys<Table, Document> {
    return new Keys({ ...this[definition], rows: after(this[definition].rows, due) });
  }
}
export type { Keys };
