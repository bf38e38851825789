import { Card } from "../../dashboard/cards/card.tsx";
import { Figure, Metric } from "../../dashboard/cards/figures.tsx";
import { GroupList } from "../../dashboard/cards/group-list.tsx";
import { useLanguage } from "../../dashboard/language/language.tsx";
import type { MetricsDocument } from "./metrics-document.ts";
import { called, useWords } from "./words.ts";

export function ListingsCard({ listings = {} }: { readonly listings: MetricsDocument["listings"] }) {
  const { format } = useLanguage();
  const words = useWords();
  const { title, total, active, published, byStatus } = words.listings;
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
      <GroupList
        title={byStatus}
        path="listings.byStatus"
        values={listings.byStatus}
        write={format.count}
        nameOf={(status) => called(words.status, status)}
      />
    </Card>
  );
}
