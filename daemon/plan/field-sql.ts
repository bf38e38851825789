/** SQL of an event's data: a source's values as JSON takes them. Nothing here reads a clock, a setting or a session's formats. */
import type { CapturedColumn, WatchedTable } from "./watched-table.ts";
import { unreachable } from "../config/unreachable.ts";
import { qualifiedName, quoteIdentifier, quoteLiteral } from "../database/identifier.ts";
import type { FieldForm, FieldPlan, Plan } from "./plan.ts";
import { foundOwner, joinedParents } from "./parent-rows.ts";
import { spelled } from "./owner-key.ts";
import { linkOf } from "./row-link.ts";
import { captured, OWNER, watchedBy, ZONE } from "./row-source.ts";
import { isOrdinary } from "./row-value.ts";
import { cutText } from "./text-limits.ts";

/** The value in its form. NULL stays NULL; what no form can hold, as `infinity`, is the text that PostgreSQL prints. */
export function formed(value: string, form: FieldForm): string {
  switch (form.as) {
    case "text":
      return form.most === undefined ? `${value}::text` : cutText(value, form.most);
    case "number":
    case "boolean":
      return value;
    case "decimal":
      return `round(${value}, ${form.scale})::text`;
    case "instant":
      return `case when isfinite(${value}) then to_char(${value} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') else ${value}::text end`;
    default:
      return unreachable(form);
  }
}

/** A JSON object over `r` and `b`; see {@link FieldPlan}. */
export function dataOf(fields: readonly FieldPlan[], table: WatchedTable, plan: Plan): string {
  const pairs = fields.map((field) => `${quoteLiteral(field.name)}, ${valueOf(field, table, plan)}`);
  return `json_build_object(${pairs.join(", ")})`;
}

function valueOf(field: FieldPlan, table: WatchedTable, plan: Plan): string {
  switch (field.kind) {
    case "row":
      return formed(`r.${quoteIdentifier(field.column)}`, field.form);
    case "before":
      return formed(`b.${quoteIdentifier(field.column)}`, field.form);
    case "days": {
      const [from, until] = [captured(table, field.from), captured(table, field.until)];
      const known = [`${ZONE} = any($3::text[])`, isDated(from), isDated(until)].join(" and ");
      return `case when ${known} then ${localDate(until)} - ${localDate(from)} end`;
    }
    case "lookup":
      return lookedUp(field, plan);
    default:
      return unreachable(field);
  }
}

function isDated({ name, type }: CapturedColumn): string {
  return isOrdinary(`r.${quoteIdentifier(name)}`, type === "date" ? "date" : "timestamptz");
}

/** A zone that PostgreSQL does not know would fail the statement: asked for only where it is known to be good. */
function localDate({ name, type }: CapturedColumn): string {
  const column = `r.${quoteIdentifier(name)}`;
  return type === "date" ? column : `(${column} at time zone ${ZONE})::date`;
}

/**
 * The row as it is now; if it was deleted meanwhile, as it last was. Only where it is the same owner's: a row may have got another owner,
 * and a key that names another owner's row must reveal nothing of it.
 */
function lookedUp(field: Extract<FieldPlan, { kind: "lookup" }>, plan: Plan): string {
  const other = watchedBy(plan, field.source);
  const key = captured(other, field.key);
  const { type } = captured(other, field.column);
  // A value that is NULL was found, too: then the first of two is not NULL, but an array of it.
  const isWrapped = !field.notNull && other.source !== plan.owner.source;
  // The operator's collation must be the index's, or no index would serve.
  const by = `r.${quoteIdentifier(field.by)}${key.type === "text" ? ' collate "default"' : ""}`;
  const found = (from: string, wide: string): string => {
    const value = formed(`t.${quoteIdentifier(field.column)}${wide}`, field.form);
    return `select ${isWrapped ? `json_build_array(${value})` : value} from ${from}
        where t.${quoteIdentifier(field.key)} = ${by}`;
  };
  const nowFrom = (joins: string): string =>
    found(`${qualifiedName(other.schema, other.table)} t${joins}`, `::${type}`);
  if (other.source === plan.owner.source) return `(${nowFrom("")})`;
  const own = (named: readonly string[]): string => `${spelled(named)} collate "C" = ${OWNER}`;
  const { joins, owner } = joinedParents(other);
  const then = foundOwner(linkOf(other, "t"), other);
  const last = `${found(`${quoteIdentifier(`delta_${other.source}`)} t${then.joins}`, "")} and ${own(then.owner)} and t.change_weight < 0
        order by t.change_seq desc limit 1`;
  return `coalesce((${nowFrom(joins)} and ${own(owner)}), (${last}))${isWrapped ? " -> 0" : ""}`;
}
