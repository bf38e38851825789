/** The page of react.test.ts: shows what useRealtimeStats says of owners, as the test wants them shown. */
import { createElement, type ReactNode, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { type Client, createClient } from "../../client/client.ts";
import { RealtimeProvider, useRealtimeStats } from "../../react/use-realtime-stats.ts";

/** What the test wants to be shown; with `shared`, on one socket by that token. */
export interface Wish {
  readonly owners: readonly { readonly ownerId: string; readonly token?: string; readonly enabled?: boolean }[];
  readonly shared?: string;
}

interface Shape {
  readonly metrics: { readonly revenue: { readonly today: string } };
  readonly events: {
    readonly [Name in "booking_created" | "booking_updated" | "booking_completed" | "occupancy_changed"]: object;
  };
}

function Stats(options: Wish["owners"][number]): ReactNode {
  const stats = useRealtimeStats<Shape>(options);
  const bookings = stats.bookingNotifications.map(({ type }) => type).join(" ");
  const changes = stats.occupancyChanges.map(({ type }) => type).join(" ");
  const texts = [stats.metrics?.revenue.today ?? "-", stats.state, bookings, changes, stats.unread];
  const buttons = { connect: stats.connect, disconnect: stats.disconnect, clear: stats.clearNotifications };
  return createElement(
    "section",
    { id: `owner-${options.ownerId}` },
    createElement("p", null, texts.join(", ")),
    Object.entries(buttons).map(([name, onClick]) => createElement("button", { key: name, onClick }, name)),
  );
}

const page = globalThis as unknown as {
  readonly document: { getElementById(id: string): Parameters<typeof createRoot>[0] };
  show: (wish: Wish) => void;
};
const root = createRoot(page.document.getElementById("root"));
let client: Client<Shape> | undefined;

page.show = ({ owners, shared }) => {
  const stats = owners.map((options, at) => createElement(Stats, { key: at, ...options }));
  if (shared !== undefined) client ??= createClient<Shape>({ url: ".", getToken: () => shared });
  const shown = shared !== undefined && client ? createElement(RealtimeProvider<Shape>, { client }, stats) : stats;
  root.render(createElement(StrictMode, null, shown));
};
