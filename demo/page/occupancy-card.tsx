import { Card } from "../../dashboard/cards/card.tsx";
import { Figure, Metric } from "../../dashboard/cards/figures.tsx";
import { Ring } from "../../dashboard/cards/ring.tsx";
import { useLanguage } from "../../dashboard/language/language.tsx";
import type { MetricsDocument } from "./metrics-document.ts";
import { Sparkline } from "./trends/sparkline.tsx";
import { useTrendWords } from "./trends/words.ts";
import { useWords } from "./words.ts";

interface Props {
  readonly occupancy: MetricsDocument["occupancy"];
  /** Arrivals by days; undefined where the token does not open trends. */
  readonly trend: readonly number[] | undefined;
}

export function OccupancyCard({ occupancy = {}, trend }: Props) {
  const { format } = useLanguage();
  const words = useWords();
  const { lines } = useTrendWords();
  const { title, booked, available } = words.occupancy;
  return (
    <Card title={title} className="occupancy">
      <Ring path="occupancy.percentage" value={occupancy.percentage} />
      <dl className="figures">
        <Figure label={booked}>
          <Metric path="occupancy.booked" value={occupancy.booked} write={format.count} />
        </Figure>
        <Figure label={available}>
          <Metric path="occupancy.available" value={occupancy.available} write={format.count} />
        </Figure>
      </dl>
      {trend && <Sparkline values={trend} label={lines.arrivals} />}
    </Card>
  );
}
