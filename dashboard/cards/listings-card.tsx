import { useLanguage } from "../language/language.tsx";
import type { MetricsDocument } from "../metrics-document.ts";
import { Card } from "./card.tsx";
import { Figure } from "./figure.tsx";
import { Metric } from "./metric.tsx";
import { StatusList } from "./status-list.tsx";

export function ListingsCard({ listings = {} }: { readonly listings: MetricsDocument["listings"] }) {
  const { format, messages } = useLanguage();
  const { title, total, active, published, byStatus } = messages.listings;
  return (
    <Card title={title} className="listings">
      <dl className="figures">
        <Figure label={total}>
          <Metric path="listings.total" value={listings.total} write={format.count} />
        </Figure>
        <Figure label={active}>
          <Metric path="listings.active" value={listings.active} write={format.count} />
        </Figure>
        <Figure label={published}>
          <Metric path="listings.published" value={listings.published} write={format.count} />
        </Figure>
      </dl>
      <StatusList title={byStatus} path="listings.byStatus" counts={listings.byStatus} />
    </Card>
  );
}
