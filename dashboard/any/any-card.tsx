import type { JsonObject } from "../../protocol/json.ts";
import type { MetricSchema } from "../../protocol/schema.ts";
import { Card } from "../cards/card.tsx";
import { Figure, Growth, Metric } from "../cards/figures.tsx";
import { GroupList } from "../cards/group-list.tsx";
import { Ring } from "../cards/ring.tsx";
import { SeriesChart } from "../cards/series-chart.tsx";
import type { Format } from "../language/format.ts";
import { useLanguage } from "../language/language.tsx";
import { readable } from "../language/readable.ts";
import type { CardPlan } from "./arrange.ts";
import { scalarAt, unitIn, valuesAt } from "./document-value.ts";

interface Props {
  readonly card: CardPlan;
  /** Of a card without a name. */
  readonly title: string;
  readonly metrics: JsonObject;
  readonly asOf: string | undefined;
}

export function AnyCard({ card, title, metrics, asOf }: Props) {
  const { format, messages } = useLanguage();
  const { name, currency, figures, rings, growths, groups, series } = card;
  const label = ({ path }: MetricSchema) => readable(name === undefined ? path : path.slice(1));
  const write = (metric: MetricSchema) => writer(metric, metrics, format);
  const numberAt = ({ path }: MetricSchema) => scalarAt(metrics, path) as number | undefined;
  // The first number of a card with charts is what it is about.
  const isLarge = series.length > 0 || growths.length > 0;
  return (
    <Card
      title={name === undefined ? title : readable([name])}
      aside={currency && <Metric path={currency.join(".")} value={scalarAt(metrics, currency)} write={String} />}
    >
      {rings.map((metric) => (
        <Ring key={keyOf(metric)} path={keyOf(metric)} value={numberAt(metric)} title={label(metric)} />
      ))}
      {figures.length > 0 && (
        <dl className="figures">
          {figures.map((metric, at) => (
            <Figure key={keyOf(metric)} label={label(metric)} size={isLarge && at === 0 ? "large" : "small"}>
              <Metric path={keyOf(metric)} value={scalarAt(metrics, metric.path)} write={write(metric)} />
            </Figure>
          ))}
        </dl>
      )}
      {growths.length > 0 && (
        <dl className="growths">
          {growths.map((metric) => (
            <Growth
              key={keyOf(metric)}
              path={keyOf(metric)}
              value={numberAt(metric)}
              label={label(metric)}
              hint={messages.against(metric)}
            />
          ))}
        </dl>
      )}
      {groups.map((metric) => (
        <GroupList
          key={keyOf(metric)}
          title={label(metric)}
          path={keyOf(metric)}
          values={valuesAt(metrics, metric.path)}
          write={write(metric)}
          haveShares={metric.kind === "group"}
          {...(metric.keys === "pairs" && { nameOf: pairName })}
        />
      ))}
      {series.map((metric) => (
        <SeriesChart
          key={keyOf(metric)}
          title={label(metric)}
          path={keyOf(metric)}
          values={valuesAt(metrics, metric.path)}
          period={metric.period}
          asOf={asOf}
          write={(value: string | number) => format.short(value)}
          writeWhole={write(metric)}
        />
      ))}
    </Card>
  );
}

/** A key that is no pair, by another version of the daemon, is shown as it is. */
function pairName(key: string): string {
  try {
    return (JSON.parse(key) as string[]).join(" · ");
  } catch {
    return key;
  }
}

function keyOf({ path }: MetricSchema): string {
  return path.join(".");
}

/** How a present value of the metric, or of its group, is written. */
function writer(metric: MetricSchema, metrics: JsonObject, format: Format): (value: never) => string {
  switch (metric.kind) {
    case "count":
      return format.count;
    case "percentage":
      return format.percentage;
    case "growth":
      return format.growth;
    case "date":
      return format.date;
    case "value":
    case "values":
      if (metric.as === "date") return format.date;
      return metric.as === "instant" ? (value: string) => format.dateAndTime(Date.parse(value)) : String;
    case "sum":
    case "decimal":
    case "group":
    case "series": {
      const unit = unitIn(metrics, metric.unit);
      return (value: string | number) => format.amount(String(value), unit);
    }
    default:
      return String;
  }
}
