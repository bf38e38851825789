import { Brand } from "./brand.tsx";
import { BookingsCard } from "./cards/bookings-card.tsx";
import { ListingsCard } from "./cards/listings-card.tsx";
import { OccupancyCard } from "./cards/occupancy-card.tsx";
import { OtherCard } from "./cards/other-card.tsx";
import { PayoutsCard } from "./cards/payouts-card.tsx";
import { RevenueCard } from "./cards/revenue-card.tsx";
import { ConnectionNotice } from "./connection/connection-notice.tsx";
import { ConnectionStatus } from "./connection/connection-status.tsx";
import { OwnerPicker } from "./entry/owner-picker.tsx";
import { LanguageSwitch } from "./language/language-switch.tsx";
import { useLanguage } from "./language/language.tsx";
import { useRealtimeStats } from "../react/use-realtime-stats.ts";
import type { MetricsDocument } from "./metrics-document.ts";

interface Shape {
  readonly metrics: MetricsDocument;
  readonly events: object;
}

interface Props {
  readonly token: string;
  readonly ownerId: string;
  readonly owners: readonly string[];
  readonly onOwner: (ownerId: string) => void;
  readonly onLeave: () => void;
}

export function OwnerPage({ token, ownerId, owners, onOwner, onLeave }: Props) {
  const { messages } = useLanguage();
  const { metrics: known, asOf, connection, connect } = useRealtimeStats<Shape>({ ownerId, token });
  const metrics = known ?? {};
  const isEmpty = asOf !== undefined && known === undefined;
  return (
    <>
      <header className="topbar">
        <Brand />
        <OwnerPicker ownerId={ownerId} owners={owners} onOwner={onOwner} />
        <ConnectionStatus connection={connection} asOf={asOf} />
        <LanguageSwitch />
      </header>
      <main className="dashboard" data-outdated={connection.state !== "live"}>
        <h1 className="unseen">{messages.title}</h1>
        <ConnectionNotice connection={connection} onReconnect={connect} onLeave={onLeave} />
        {isEmpty && <p className="notice">{messages.noRow}</p>}
        <RevenueCard revenue={metrics.revenue} currency={metrics.currency} />
        <OccupancyCard occupancy={metrics.occupancy} />
        <BookingsCard bookings={metrics.bookings} asOf={asOf} />
        <div className="column">
          <ListingsCard listings={metrics.listings} />
          <PayoutsCard payouts={metrics.payouts} currency={metrics.currency} />
        </div>
        <OtherCard metrics={metrics} />
      </main>
    </>
  );
}
