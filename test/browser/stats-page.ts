/** The page of react.test.ts: shows what useRealtimeStats says of owners, as the test wants them shown. */
import { createElement, type ReactNode, StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { type Client, createClient, type Owner } from "../../client/client.ts";
import {
  RealtimeProvider,
  useConnection,
  useEvents,
  useOwner,
  useRealtimeStats,
  useSuspenseOwner,
} from "../../react/use-realtime-stats.ts";

/** What the test wants to be shown; with `shared`, on one socket by that token. */
export interface Wish {
  readonly owners: readonly {
    readonly ownerId: string;
    readonly token?: string;
    readonly enabled?: boolean;
    /** Shown in the second paragraph, of at most two events. */
    readonly names?: readonly Name[] | "*";
    /** Instead of the marketplace's. */
    readonly notifications?: readonly Name[];
  }[];
  readonly shared?: string;
  /** Owners by the hooks that need a provider; `"skip"` for none. */
  readonly parts?: readonly string[];
}

type Name =
  | "booking_created"
  | "booking_updated"
  | "booking_completed"
  | "occupancy_changed"
  | "stay_booked"
  | "stay_moved";

interface Shape {
  readonly metrics: { readonly revenue: { readonly today: string } };
  readonly events: { readonly [N in Name]: object };
}

function Stats(options: Wish["owners"][number]): ReactNode {
  const stats = useRealtimeStats<Shape, Name>(options);
  const bookings = stats.bookingNotifications.map(({ type }) => type).join(" ");
  const changes = stats.occupancyChanges.map(({ type }) => type).join(" ");
  const texts = [stats.metrics?.revenue.today ?? "-", stats.state, bookings, changes, stats.unread];
  const status = createElement("i", null, `${stats.status} ${stats.connection.state}`);
  const buttons = { connect: stats.connect, disconnect: stats.disconnect, clear: stats.clearNotifications };
  return createElement(
    "section",
    { id: `owner-${options.ownerId}` },
    createElement("p", null, texts.join(", ")),
    status,
    options.names && createElement(Listed, { owner: stats.owner, names: options.names }),
    Object.entries(buttons).map(([name, onClick]) => createElement("button", { key: name, onClick }, name)),
  );
}

/** Every object that useEvents has returned. */
const results = new Set<object>();

function Listed({ owner, names }: { readonly owner: Owner<Shape>; readonly names: readonly Name[] | "*" }): ReactNode {
  const listed = useEvents(owner, names, { keep: 2 });
  results.add(listed);
  const texts = [listed.events.map(({ type }) => type).join(" "), listed.unread, `${results.size} results`];
  return createElement("p", { onClick: listed.clear }, texts.join(", "));
}

function Part({ ownerId }: { readonly ownerId: string }): ReactNode {
  const { status, metrics, owner } = useOwner<Shape>(ownerId);
  const { events } = useEvents<Shape, Name>(ownerId, "*");
  const texts = [status, metrics?.revenue.today, owner?.topic, events.length];
  return createElement(
    "section",
    { id: `part-${ownerId}` },
    createElement("p", null, texts.join(", ")),
    ownerId !== "skip" &&
      createElement(Suspense, { fallback: createElement("b", null, "waiting") }, createElement(Awaited, { ownerId })),
  );
}

function Awaited({ ownerId }: { readonly ownerId: string }): ReactNode {
  const { metrics } = useSuspenseOwner<Shape>(ownerId);
  return createElement("b", null, metrics?.revenue.today);
}

function Pill(): ReactNode {
  const { state, error, connect, disconnect } = useConnection();
  const buttons = { on: connect, off: disconnect };
  return createElement(
    "footer",
    null,
    createElement("p", null, [state, error?.code].join(", ")),
    Object.entries(buttons).map(([name, onClick]) => createElement("button", { key: name, onClick }, name)),
  );
}

const page = globalThis as unknown as {
  readonly document: { getElementById(id: string): Parameters<typeof createRoot>[0] };
  show: (wish: Wish) => void;
};
const root = createRoot(page.document.getElementById("root"));
let client: Client<Shape> | undefined;

page.show = ({ owners, shared, parts = [] }) => {
  const stats = [
    ...owners.map((options, at) => createElement(Stats, { key: at, ...options })),
    ...parts.map((ownerId) => createElement(Part, { key: `part-${ownerId}`, ownerId })),
  ];
  if (shared !== undefined) client ??= createClient<Shape>({ url: ".", getToken: () => shared });
  const below = [...stats, createElement(Pill, { key: "pill" })];
  const shown = shared !== undefined && client ? createElement(RealtimeProvider<Shape>, { client }, below) : stats;
  root.render(createElement(StrictMode, null, shown));
};
