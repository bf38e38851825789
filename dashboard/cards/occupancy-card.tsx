import { useLanguage } from "../language/language.tsx";
import type { MetricsDocument } from "../metrics-document.ts";
import { Card } from "./card.tsx";
import { Figure } from "./figure.tsx";
import { Metric } from "./metric.tsx";

export function OccupancyCard({ occupancy = {} }: { readonly occupancy: MetricsDocument["occupancy"] }) {
  const { format, messages } = useLanguage();
  const { title, booked, available } = messages.occupancy;
  const { percentage } = occupancy;
  return (
    <Card title={title} className="occupancy">
      <div className="ring">
        <svg viewBox="0 0 120 120" aria-hidden="true">
          <circle className="track" cx="60" cy="60" r="52" pathLength="100" />
          <circle
            className="filled"
            cx="60"
            cy="60"
            r="52"
            pathLength="100"
            strokeDasharray={`${percentage ?? 0} 100`}
          />
        </svg>
        <Metric path="occupancy.percentage" value={percentage} write={format.percentage} />
      </div>
      <dl className="figures">
        <Figure label={booked}>
          <Metric path="occupancy.booked" value={occupancy.booked} write={format.count} />
        </Figure>
        <Figure label={available}>
          <Metric path="occupancy.available" value={occupancy.available} write={format.count} />
        </Figure>
      </dl>
    </Card>
  );
}
