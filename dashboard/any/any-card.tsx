import type { JsonObject } from "../../protocol/json.ts";
import type { MetricSchema } from "../../protocol/schema.ts";
import { Card } from "../cards/card.tsx";
import { Figure, Growth, Metric } from "../cards/figures.tsx";
import { GroupList } from "../cards/group-list.tsx";
import { Ring } from "../cards/ring.tsx";
import { SeriesChart } from "../cards/series-chart.tsx";
import { useLanguage } from "../language/language.tsx";
import { readable } from "../../react/display/readable.ts";
import { metricWriter, pairName } from "../../react/display/write-metric.ts";
import type { CardPlan } from "../../react/display/arrange.ts";
import { scalarAt, valuesAt } from "../../react/display/document-value.ts";

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
  const write = (metric: MetricSchema) => metricWriter(metric, metrics, format);
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

function keyOf({ path }: MetricSchema): string {
  return path.join(".");
}
