import { useLanguage } from "../language/language.tsx";
import type { MetricsDocument } from "../metrics-document.ts";
import { Card } from "./card.tsx";
import { Figure } from "./figure.tsx";
import { Metric } from "./metric.tsx";

interface Props {
  readonly payouts: MetricsDocument["payouts"];
  readonly currency: string | undefined;
}

export function PayoutsCard({ payouts = {}, currency }: Props) {
  const { format, messages } = useLanguage();
  const { title, pending, nextDate } = messages.payouts;
  return (
    <Card title={title} className="payouts">
      <dl className="figures">
        <Figure label={pending}>
          <Metric
            path="payouts.pending"
            value={payouts.pending}
            write={(value: string) => format.money(value, currency)}
          />
        </Figure>
        <Figure label={nextDate}>
          <Metric path="payouts.nextDate" value={payouts.nextDate} write={format.date} />
        </Figure>
      </dl>
    </Card>
  );
}
