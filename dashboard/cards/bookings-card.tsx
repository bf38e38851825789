import { useLanguage } from "../language/language.tsx";
import type { MetricsDocument } from "../metrics-document.ts";
import { Card } from "./card.tsx";
import { Figure } from "./figure.tsx";
import { Metric } from "./metric.tsx";
import { MonthChart } from "./month-chart.tsx";
import { StatusList } from "./status-list.tsx";

interface Props {
  readonly bookings: MetricsDocument["bookings"];
  readonly asOf: string | undefined;
}

export function BookingsCard({ bookings = {}, asOf }: Props) {
  const { format, messages } = useLanguage();
  const { title, today, total, byStatus, byMonth } = messages.bookings;
  return (
    <Card title={title} className="bookings">
      <dl className="figures">
        <Figure label={today} size="large">
          <Metric path="bookings.today" value={bookings.today} write={format.count} />
        </Figure>
        <Figure label={total}>
          <Metric path="bookings.total" value={bookings.total} write={format.count} />
        </Figure>
      </dl>
      <StatusList title={byStatus} path="bookings.byStatus" counts={bookings.byStatus} />
      <MonthChart title={byMonth} path="bookings.byMonth" counts={bookings.byMonth} asOf={asOf} />
    </Card>
  );
}
