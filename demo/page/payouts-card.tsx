import { Card } from "../../dashboard/cards/card.tsx";
import { Figure, Metric } from "../../dashboard/cards/figures.tsx";
import { useLanguage } from "../../dashboard/language/language.tsx";
import type { MetricsDocument } from "./metrics-document.ts";
import { Sparkline } from "./trends/sparkline.tsx";
import { useTrendWords } from "./trends/words.ts";
import { useWords } from "./words.ts";

interface Props {
  readonly payouts: MetricsDocument["payouts"];
  readonly currency: string | undefined;
  /** By months; undefined where the token does not open trends. */
  readonly trend: readonly number[] | undefined;
}

export function PayoutsCard({ payouts = {}, currency, trend }: Props) {
  const { format } = useLanguage();
  const words = useWords();
  const { lines } = useTrendWords();
  const { title, pending, nextDate } = words.payouts;
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
      {trend && <Sparkline values={trend} label={lines.payouts} />}
    </Card>
  );
}
