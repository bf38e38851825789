/** Which card shows which metric. Pure. */
import type { MetricSchema, KindSchema } from "../../protocol/schema.ts";

type Kind = MetricSchema["kind"];
type Of<K extends Kind> = Extract<MetricSchema, { readonly kind: K }>;

/** The metrics below one name of the document, by how they are drawn. */
export interface CardPlan {
  /** Undefined: of metrics that stand alone in the document. */
  readonly name: string | undefined;
  /** The metric that says in which currency the card's money is; one card alone shows it. */
  readonly currency: readonly string[] | undefined;
  readonly figures: readonly Of<"currency" | "count" | "sum" | "decimal" | "date" | "value" | "percentage">[];
  readonly rings: readonly Of<"percentage">[];
  readonly growths: readonly Of<"growth">[];
  readonly groups: readonly Of<"group" | "values">[];
  readonly series: readonly Of<"series">[];
}

/** Cards in the order of the configuration. A metric of a kind that is not known is left out. */
export function cardPlans({ metrics }: KindSchema): readonly CardPlan[] {
  const byName = new Map<string | undefined, MetricSchema[]>();
  for (const metric of metrics) {
    const name = metric.path.length > 1 ? metric.path[0] : undefined;
    byName.set(name, [...(byName.get(name) ?? []), metric]);
  }
  const shown = new Set<string>();
  return [...byName].map(([name, below]) => cardOf(name, below, metrics, shown)).filter(isAnything);
}

/** The same, and those with charts or many numbers, which are wide, by themselves. */
export function arrange(schema: KindSchema): {
  readonly wide: readonly CardPlan[];
  readonly narrow: readonly CardPlan[];
} {
  const cards = cardPlans(schema);
  return { wide: cards.filter(isWide), narrow: cards.filter((card) => !isWide(card)) };
}

function cardOf(
  name: string | undefined,
  below: readonly MetricSchema[],
  all: readonly MetricSchema[],
  shown: Set<string>,
): CardPlan {
  const only = <K extends Kind>(...kinds: K[]) =>
    below.filter((metric): metric is Of<K> => (kinds as Kind[]).includes(metric.kind));
  const percentages = only("percentage");
  // Beside others a ring would be one of many.
  const rings = percentages.length === 1 ? percentages : [];
  const units = new Set(all.map(currencyOf));
  const currency = below.map(currencyOf).find((path) => path !== undefined && !shown.has(path));
  if (currency !== undefined) shown.add(currency);
  return {
    name,
    currency: all.find(({ path }) => path.join(".") === currency)?.path,
    figures: only("currency", "count", "sum", "decimal", "date", "value", "percentage").filter(
      (metric) =>
        !(rings as readonly MetricSchema[]).includes(metric) &&
        !(metric.kind === "currency" && units.has(metric.path.join("."))),
    ),
    rings,
    growths: only("growth"),
    groups: only("group", "values"),
    series: only("series"),
  };
}

/** The path of the metric that holds the currency of this one. */
function currencyOf(metric: MetricSchema): string | undefined {
  return "unit" in metric && typeof metric.unit === "object" ? metric.unit.currency.join(".") : undefined;
}

function isAnything({ figures, rings, growths, groups, series }: CardPlan): boolean {
  return figures.length + rings.length + growths.length + groups.length + series.length > 0;
}

function isWide({ figures, growths, groups, series }: CardPlan): boolean {
  return series.length > 0 || growths.length > 0 || figures.length > 3 || groups.length > 1;
}
