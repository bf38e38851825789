/** A configuration as pages may know it: paths, kinds and units of its metrics, and its events' fields. No table, no column, no SQL. */
import type { FieldSchema, KindSchema, MetricSchema, Period, Schema, Unit } from "../../protocol/schema.ts";
import { unreachable } from "../config/unreachable.ts";
import type { FieldForm, FieldPlan, Leaf, Plan, Quantity } from "./plan.ts";

/** The unit of a definition that stands for the owner's currency. */
const CURRENCY = "currency";

/** That of the kind `owner`, and beside it, where there are any, those of the others. */
export function pageSchema([owner, ...others]: readonly [Plan, ...Plan[]]): Schema {
  const topics = Object.fromEntries(others.map((plan) => [plan.kind, kindSchema(plan)]));
  return { ...kindSchema(owner), ...(others.length > 0 && { topics }) };
}

function kindSchema(plan: Plan): KindSchema {
  const units = new Units(plan);
  return {
    metrics: plan.leaves.map((leaf) => metricSchema(leaf, plan, units)),
    events: [
      ...plan.events.map(({ name, source, data }) => ({
        name,
        fields: data.map((field) => fieldSchema(field, source, units)),
      })),
      ...plan.occupants.map(({ name, groups, data }) => {
        const source = plan.projections[groups.projection]?.source ?? "";
        const fields = data.map((field) => fieldSchema({ kind: "row", ...field }, source, units));
        return { name, fields: [...fields, ...OCCUPANT_FIELDS] };
      }),
    ],
  };
}

/** The data of every occupant event; see `OccupantData`. */
const OCCUPANT_FIELDS: readonly FieldSchema[] = [
  { name: "isNowOccupied", kind: "boolean" },
  { name: "previousOccupant", kind: "text" },
  { name: "newOccupant", kind: "text" },
];

function metricSchema({ path: names, value }: Leaf, plan: Plan, units: Units): MetricSchema {
  const path = [...names];
  switch (value.kind) {
    case "currency":
    case "count":
    case "percentage":
      return { kind: value.kind, path };
    case "earliest":
      return { kind: "date", path };
    case "extreme": {
      const { form, unit } = value;
      if (form.as === "decimal") return { kind: "decimal", path, scale: form.scale, ...units.of(unit) };
      return form.as === "date" ? { kind: "date", path } : { kind: "value", path, as: form.as };
    }
    case "sum":
      return { kind: "sum", path, scale: value.scale, ...units.of(value.unit) };
    case "formula":
      return { kind: "decimal", path, scale: value.scale, ...units.of(value.unit) };
    case "growth":
      return { kind: "growth", path, period: periodOf(value.current, plan), against: value.against };
    case "group": {
      const { form } = value;
      const keys = value.pairs && ({ keys: "pairs" } as const);
      if (form !== undefined && form.as !== "decimal") return { kind: "values", path, ...keys, as: form.as };
      const scale = value.averageScale ?? form?.scale ?? value.scale;
      const amounts = { ...(scale !== undefined && { scale }), ...units.of(value.unit) };
      const keyedBy = plan.accumulators[value.accumulator]?.keyedBy;
      if (value.most !== undefined || keyedBy === undefined || keyedBy === "key" || keyedBy === "none")
        return { kind: "group", path, ...keys, ...amounts };
      const period = periodOf({ of: "accumulator", index: value.accumulator }, plan);
      return { kind: "series", path, period, ...amounts };
    }
    default:
      return unreachable(value);
  }
}

function fieldSchema(field: FieldPlan, source: string, units: Units): FieldSchema {
  const { name, kind } = field;
  if (kind === "days") return { name, kind: "days" };
  const column = `${kind === "lookup" ? field.source : source}.${field.column}`;
  if (column === units.currencyColumn) return { name, kind: "currency" };
  return { name, kind: field.form.as, ...(isAmount(field.form) && units.of(units.byColumn.get(column))) };
}

function isAmount({ as }: FieldForm): boolean {
  return as === "decimal" || as === "number";
}

/** An accumulator's window reaches from the current day or month to its length before. */
function periodOf({ index }: Quantity, { accumulators }: Plan): Period {
  const window = accumulators[index]?.window;
  if (window === undefined) throw new Error("a period was compiled without a window");
  return { unit: window.unit, length: window.end - window.start };
}

class Units {
  /** `source.column`, also of the columns below. */
  readonly currencyColumn: string | undefined;
  /** The units of columns that some metric sums: their values in events have the same. */
  readonly byColumn = new Map<string, string>();
  readonly #currency: readonly string[] | undefined;

  constructor({ owner, leaves, accumulators, projections }: Plan) {
    if (owner.currency && "column" in owner.currency) this.currencyColumn = `${owner.source}.${owner.currency.column}`;
    this.#currency = leaves.find(({ value }) => value.kind === "currency")?.path;
    for (const { value } of leaves) {
      if (!("unit" in value) || value.unit === undefined || value.kind === "formula") continue;
      const accumulator = accumulators[value.accumulator];
      const projection = accumulator && projections[accumulator.projection];
      const measure = projection?.measures[accumulator?.measure ?? -1]?.value;
      if (measure !== undefined && "column" in measure)
        this.byColumn.set(`${projection?.source}.${measure.column}`, value.unit);
    }
  }

  /** Nothing where there is no unit, and where no metric holds the currency. */
  of(unit: string | undefined): { readonly unit?: Unit } {
    if (unit !== CURRENCY) return unit === undefined ? {} : { unit };
    return this.#currency === undefined ? {} : { unit: { currency: [...this.#currency] } };
  }
}
