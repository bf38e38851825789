import { Card } from "../../dashboard/cards/card.tsx";
import { Figure, Metric } from "../../dashboard/cards/figures.tsx";
import { GroupList } from "../../dashboard/cards/group-list.tsx";
import { SeriesChart } from "../../dashboard/cards/series-chart.tsx";
import { useLanguage } from "../../dashboard/language/language.tsx";
import type { MetricsDocument } from "./metrics-document.ts";
import { Sparkline } from "./trends/sparkline.tsx";
import { useTrendWords } from "./trends/words.ts";
import { called, useWords } from "./words.ts";

interface Props {
  readonly bookings: MetricsDocument["bookings"];
  readonly asOf: string | undefined;
  /** By days; undefined where the token does not open trends. */
  readonly trend: readonly number[] | undefined;
}

export function BookingsCard({ bookings = {}, asOf, trend }: Props) {
  const { format } = useLanguage();
  const words = useWords();
  const { lines } = useTrendWords();
  const { title, today, total, byStatus, byMonth } = words.bookings;
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
      {trend && <Sparkline values={trend} label={lines.bookings} />}
      <GroupList
        title={byStatus}
        path="bookings.byStatus"
        values={bookings.byStatus}
        write={format.count}
        nameOf={(status) => called(words.status, status)}
      />
      <SeriesChart
        title={byMonth}
        path="bookings.byMonth"
        values={bookings.byMonth}
        period={{ unit: "month", length: 12 }}
        asOf={asOf}
        write={format.count}
      />
    </Card>
  );
}
