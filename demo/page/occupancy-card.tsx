import { Card } from "../../dashboard/cards/card.tsx";
import { Figure, Metric } from "../../dashboard/cards/figures.tsx";
import { Ring } from "../../dashboard/cards/ring.tsx";
import { useLanguage } from "../../dashboard/language/language.tsx";
import type { MetricsDocument } from "./metrics-document.ts";
import { useWords } from "./words.ts";

export function OccupancyCard({ occupancy = {} }: { readonly occupancy: MetricsDocument["occupancy"] }) {
  const { format } = useLanguage();
  const words = useWords();
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
    </Card>
  );
}
