import { Card } from "../../dashboard/cards/card.tsx";
import { Figure, Growth, Metric } from "../../dashboard/cards/figures.tsx";
import { useLanguage } from "../../dashboard/language/language.tsx";
import type { MetricsDocument } from "./metrics-document.ts";
import { Sparkline } from "./trends/sparkline.tsx";
import { useTrendWords } from "./trends/words.ts";
import { useWords } from "./words.ts";

interface Props {
  readonly revenue: MetricsDocument["revenue"];
  readonly currency: string | undefined;
  /** By days, and by weeks; undefined where the token does not open trends. */
  readonly trend: { readonly days: readonly number[]; readonly weeks: readonly number[] } | undefined;
}

export function RevenueCard({ revenue = {}, currency, trend }: Props) {
  const { format } = useLanguage();
  const words = useWords();
  const { lines } = useTrendWords();
  const { title, ...labels } = words.revenue;
  const money = (value: string) => format.money(value, currency);
  return (
    <Card
      title={title}
      className="revenue"
      aside={<Metric path="currency" value={currency} write={(code: string) => code} />}
    >
      <dl className="figures">
        <Figure label={labels.today} size="large">
          <Metric path="revenue.today" value={revenue.today} write={money} />
        </Figure>
        <Figure label={labels.month}>
          <Metric path="revenue.month" value={revenue.month} write={money} />
        </Figure>
        <Figure label={labels.last30Days}>
          <Metric path="revenue.last30Days" value={revenue.last30Days} write={money} />
        </Figure>
      </dl>
      {trend && <Sparkline values={trend.days} label={lines.revenue} />}
      <dl className="growths">
        <Growth path="revenue.growthWeek" value={revenue.growthWeek} label={labels.growthWeek} />
        <Growth path="revenue.growthMonth" value={revenue.growthMonth} label={labels.growthMonth} />
      </dl>
      {trend && <Sparkline values={trend.weeks} label={lines.growth} />}
    </Card>
  );
}
