/** The whole platform, for who runs it: its totals, and its owners, each with what it has now. */
import { Card } from "../../../dashboard/cards/card.tsx";
import { Figure, Metric } from "../../../dashboard/cards/figures.tsx";
import { GroupList } from "../../../dashboard/cards/group-list.tsx";
import { useLanguage } from "../../../dashboard/language/language.tsx";
import type { CardsProps } from "../../../dashboard/owner-page.tsx";
import type { MetricsDocument } from "../metrics-document.ts";
import { OccupancyCard } from "../occupancy-card.tsx";
import { called, useWords } from "../words.ts";
import { OwnerList } from "./owner-list.tsx";
import { usePlatformWords } from "./words.ts";

/** What the topic `platform:all` holds. */
interface PlatformDocument extends Pick<MetricsDocument, "bookings" | "listings" | "occupancy"> {
  readonly owners?: number;
  /** How many there are: amounts in several currencies have no sum. */
  readonly payouts?: { readonly pending?: number };
}

export function PlatformCards({ metrics, token, onTopic }: CardsProps) {
  const { owners, bookings = {}, listings = {}, occupancy, payouts = {} } = metrics as PlatformDocument;
  const { format } = useLanguage();
  const words = usePlatformWords();
  const { bookings: names, status } = useWords();
  return (
    <>
      <Card title={words.totals} className="totals">
        <dl className="figures">
          <Figure label={words.owners}>
            <Metric path="owners" value={owners} write={format.count} />
          </Figure>
          <Figure label={words.listings}>
            <Metric path="listings.total" value={listings.total} write={format.count} />
          </Figure>
          <Figure label={words.active}>
            <Metric path="listings.active" value={listings.active} write={format.count} />
          </Figure>
          <Figure label={words.payouts}>
            <Metric path="payouts.pending" value={payouts.pending} write={format.count} />
          </Figure>
        </dl>
      </Card>
      <Card title={names.title} className="bookings">
        <dl className="figures">
          <Figure label={names.today} size="large">
            <Metric path="bookings.today" value={bookings.today} write={format.count} />
          </Figure>
          <Figure label={names.total}>
            <Metric path="bookings.total" value={bookings.total} write={format.count} />
          </Figure>
        </dl>
        <GroupList
          title={names.byStatus}
          path="bookings.byStatus"
          values={bookings.byStatus}
          write={format.count}
          nameOf={(key) => called(status, key)}
        />
      </Card>
      <OccupancyCard occupancy={occupancy} trend={undefined} />
      <OwnerList token={token} onTopic={onTopic} />
    </>
  );
}
