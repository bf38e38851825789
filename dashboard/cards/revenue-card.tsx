import { useLanguage } from "../language/language.tsx";
import type { MetricsDocument } from "../metrics-document.ts";
import { Card } from "./card.tsx";
import { Figure } from "./figure.tsx";
import { Growth } from "./growth.tsx";
import { Metric } from "./metric.tsx";

interface Props {
  readonly revenue: MetricsDocument["revenue"];
  readonly currency: string | undefined;
}

export function RevenueCard({ revenue = {}, currency }: Props) {
  const { format, messages } = useLanguage();
  const { title, ...labels } = messages.revenue;
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
      <dl className="growths">
        <Growth path="revenue.growthWeek" value={revenue.growthWeek} label={labels.growthWeek} />
        <Growth path="revenue.growthMonth" value={revenue.growthMonth} label={labels.growthMonth} />
      </dl>
    </Card>
  );
}
