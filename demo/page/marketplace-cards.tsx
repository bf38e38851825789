/** The marketplace's cards on the owner page: its own words, and the places that its numbers have. */
import { useMemo } from "react";
import { AnyCards } from "../../dashboard/any/any-cards.tsx";
import { EventList } from "../../dashboard/any/event-list.tsx";
import { useSchema } from "../../dashboard/any/use-schema.ts";
import type { CardsProps } from "../../dashboard/owner-page.tsx";
import { BookingsCard } from "./bookings-card.tsx";
import { addressOf, pagePort } from "./conversations/page-port.ts";
import { Hangars } from "./hangars/hangars.tsx";
import { ListingsCard } from "./listings-card.tsx";
import type { MetricsDocument } from "./metrics-document.ts";
import { NotificationsCard } from "./notifications/notifications-card.tsx";
import { OccupancyCard } from "./occupancy-card.tsx";
import { PayoutsCard } from "./payouts-card.tsx";
import { PlatformCards } from "./platform/platform-cards.tsx";
import { RevenueCard } from "./revenue-card.tsx";
import { shapesOf } from "./trends/shapes.ts";
import { TrendsCard } from "./trends/trends-card.tsx";
import { useTrends } from "./trends/use-trends.ts";
import { useZone } from "./trends/use-zone.ts";
import { useWords } from "./words.ts";

/** Of owners and of the platform; what other topics show is drawn from its description. */
export function MarketplaceCards(props: CardsProps) {
  switch (props.kind) {
    case "owner":
      return <OwnerCards {...props} />;
    case "platform":
      return <PlatformCards {...props} />;
    default:
      return <AnyCards {...props} />;
  }
}

function OwnerCards({ metrics, asOf, owner, token, isConnected }: CardsProps) {
  const schema = useSchema(token, isConnected);
  const { events, status, conversations } = useWords();
  const port = pagePort("conversations");
  const trends = useTrends(owner, token);
  const zone = useZone(owner);
  const shapes = useMemo(() => trends && shapesOf(trends, zone), [trends, zone]);
  const texts = { status, previousStatus: status };
  const { revenue, occupancy, bookings, listings, payouts, currency }: MetricsDocument = metrics;
  return (
    <>
      {port !== undefined && (
        <p className="elsewhere">
          <a href={`${addressOf(port)}/#token=${encodeURIComponent(token)}`}>{conversations}</a>
        </p>
      )}
      <RevenueCard revenue={revenue} currency={currency} trend={shapes?.revenue} />
      <OccupancyCard occupancy={occupancy} trend={shapes?.arrivals} />
      {trends && <TrendsCard trends={trends} zone={zone} />}
      <NotificationsCard owner={owner} />
      <BookingsCard bookings={bookings} asOf={asOf} trend={shapes?.bookings} />
      <div className="column">
        <ListingsCard listings={listings} />
        <PayoutsCard payouts={payouts} currency={currency} trend={shapes?.payouts} />
      </div>
      <Hangars owner={owner} />
      {schema && <EventList schema={schema} metrics={metrics} owner={owner} labels={events} texts={texts} />}
    </>
  );
}
