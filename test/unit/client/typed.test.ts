/** What does not compile here is what no application can write: each `@ts-expect-error` fails `npm run check` once its line compiles. */
import assert from "node:assert/strict";
import { it } from "node:test";
import type { ChannelTypesOf, StreamTypesOf } from "../../../daemon/define/define.ts";
import type config from "../../../demo/deltad.config.ts";
import type kinds from "../../kinds/deltad.config.ts";
import type rooms from "../../rooms/deltad.config.ts";
import { type Channel, openChannel } from "../../../client/channels/channel.ts";
import { createClient, type Client } from "../../../client/client.ts";
import { type RealtimeStats, useEvents, useRealtimeStats } from "../../../react/use-realtime-stats.ts";
import { useChannel, useRows } from "../../../react/channels/use-rows.ts";
import { FakeDaemon } from "../../../testing/fake-daemon.ts";

type Marketplace = StreamTypesOf<typeof config>;
const options = { url: "https://live.example.com", getToken: () => "token" };

it("A client of a configuration knows its metrics and events, and no others", () => {
  const owner = createClient<Marketplace>(options).owner("7");
  const { metrics } = owner.getSnapshot();
  const today: string | undefined = metrics?.revenue.today;
  const total: number | undefined = metrics?.bookings.total;
  // @ts-expect-error a misspelt metric
  const misspelt: unknown = metrics?.revenue.tody;
  // @ts-expect-error money is a decimal string
  const money: number | undefined = metrics?.revenue.today;
  owner.on("booking_created", ({ data, id, topic }) => [data.guestName, data.bookingId, id, topic]);
  owner.on("occupancy_changed", ({ data }) => [data.hangarNumber, data.newOccupant]);
  owner.on("*", (event) => event.type === "booking_updated" && event.data.previousStatus);
  // @ts-expect-error a misspelt event
  owner.on("booking_craeted", () => undefined);
  // @ts-expect-error a misspelt field of an event
  owner.on("booking_created", ({ data }) => data.gestName);
  // @ts-expect-error this event says nothing of that
  owner.on("occupancy_changed", ({ data }) => data.guestName);
  assert.deepEqual([today, total, misspelt, money], [undefined, undefined, undefined, undefined]);
});

it("A topic of another kind has that kind's types, by its name", () => {
  const client = createClient<StreamTypesOf<typeof kinds>>(options);
  const room = client.topic("room:1");
  const tips: string | undefined = room.getSnapshot().metrics?.tips.amount;
  const hosts: number | undefined = client.topic("platform:all").getSnapshot().metrics?.hosts;
  const own: string | undefined = client.topic("owner:1").getSnapshot().metrics?.revenue.today;
  room.on("stay_gone", ({ data }) => data.no);
  // @ts-expect-error an event of another kind
  room.on("stay_made", () => undefined);
  // @ts-expect-error a metric of another kind
  const misplaced: unknown = room.getSnapshot().metrics?.hosts;
  // @ts-expect-error no such kind
  const misspelt = client.topic("rom:1");
  assert.deepEqual([tips, hosts, own, misplaced], [undefined, undefined, undefined, undefined]);
  assert.deepEqual([room.topic, misspelt.topic], ["room:1", "rom:1"]);
  assert.equal(client.topic("owner:1"), client.owner(1));
  for (const name of ["room:", "Room:1", "room"])
    assert.throws(() => client.topic(name as "room:1"), { name: "TypeError", message: /^topic "/ });
});

/** A configuration as another version of the types has it: its symbols are others. */
declare const symbolOfAnother: unique symbol;
interface OfAnotherVersion {
  readonly metrics: {
    readonly revenue: {
      readonly today: { readonly [symbolOfAnother]: unknown; readonly "~document"?: () => string | undefined };
      readonly byMonth: { readonly [symbolOfAnother]: unknown; readonly "~document"?: () => Record<string, number> };
    };
  };
  readonly events: {
    readonly booked: { readonly [symbolOfAnother]: unknown; readonly "~payload"?: () => { readonly guest: string } };
  };
}

it("So does that of a configuration by another version of these types", () => {
  const owner = createClient<StreamTypesOf<OfAnotherVersion>>(options).owner("7");
  const { metrics } = owner.getSnapshot();
  const [today, may]: (string | number | undefined)[] = [metrics?.revenue.today, metrics?.revenue.byMonth["2026-05"]];
  // @ts-expect-error money is a decimal string
  const money: number | undefined = metrics?.revenue.today;
  owner.on("booked", ({ data }) => data.guest);
  // @ts-expect-error a misspelt field of an event
  owner.on("booked", ({ data }) => data.gest);
  assert.deepEqual([today, may, money], [undefined, undefined, undefined]);
});

it("So does React's hook", () => {
  const show = (stats: RealtimeStats<Marketplace>): unknown => {
    const [newest] = stats.bookingNotifications;
    const [moved] = stats.occupancyChanges;
    // @ts-expect-error revenue is no booking notification
    const isRevenue = newest?.type === "revenue_received";
    // @ts-expect-error a misspelt metric
    const misspelt: unknown = stats.metrics?.occupancy.percentag;
    return [newest?.data.guestName, moved?.data.hangarNumber, stats.metrics?.occupancy.percentage, isRevenue, misspelt];
  };
  // @ts-expect-error an initial snapshot of another document
  const Wrong = () => useRealtimeStats<Marketplace>({ ownerId: "7", initial: { data: { revenue: 7 }, asOf: "" } });
  // @ts-expect-error neither an owner nor a topic
  const Nobody = () => useRealtimeStats<Marketplace>({ token: "token" });
  // @ts-expect-error both an owner and a topic
  const Both = () => useRealtimeStats<Marketplace>({ ownerId: "7", topic: "listing:12", token: "token" });
  assert.deepEqual(
    [show, Wrong, Nobody, Both].map((made) => typeof made),
    Array(4).fill("function"),
  );
});

it("So does its list of events, by whatever names", () => {
  const Show = (stats: RealtimeStats<Marketplace>): unknown => {
    const [paid] = useEvents(stats.owner, ["revenue_received"]).events;
    const [any] = useEvents(stats.owner, "*").events;
    // @ts-expect-error a misspelt event
    const misspelt: unknown = useEvents(stats.owner, ["revenue_recieved"]);
    // @ts-expect-error a misspelt field
    const field: unknown = paid?.data.amuont;
    return [paid?.data.amount, any?.type === "occupancy_changed" && any.data.newOccupant, misspelt, field];
  };
  // @ts-expect-error a misspelt notification
  const Wrong = () => useRealtimeStats<Marketplace, "revenue_received">({ ownerId: "7", notifications: ["revenue"] });
  assert.deepEqual([typeof Show, typeof Wrong], ["function", "function"]);
});

it("So does the fake daemon", () => {
  const daemon = new FakeDaemon<Marketplace>();
  daemon.setMetrics("7", { revenue: { today: "12.50" } });
  // @ts-expect-error a misspelt metric
  daemon.setMetrics("7", { revenue: { tody: "12.50" } });
  // @ts-expect-error a misspelt event
  daemon.emit("7", "booking_craeted", {});
  const listing = daemon.topic("listing:12");
  listing.setMetrics({ bookings: { total: 1 } });
  // @ts-expect-error a metric of another kind
  listing.setMetrics({ owners: 1 });
  // @ts-expect-error no such kind
  assert.throws(() => daemon.topic("Listing:12"), { name: "TypeError", message: /is no topic's name/ });
  assert.equal(daemon.connections, 0);
});

it("So do the rows of channels, on a page, in React and in the fake daemon", () => {
  type Rooms = ChannelTypesOf<typeof rooms>;
  const room = openChannel<Rooms, "room">(createClient(options), "room", 1);
  const stars: number | null | undefined = room.rows("messages").getSnapshot().items?.[0]?.row.stars;
  // @ts-expect-error a column that the set does not name
  const secret: unknown = room.rows("messages").getSnapshot().items?.[0]?.row.secret;
  // @ts-expect-error no such set
  room.on("mesages", {});
  const Shown = (channel: Channel<Rooms["room"]>): unknown => {
    const [note] = useRows(channel, "notes").items;
    const [message] = useRows(useChannel<Rooms, "plaza">("plaza", "1"), "messages").items;
    // @ts-expect-error no such set
    const misspelt: unknown = useRows(channel, "nots");
    // @ts-expect-error a note has no author
    return [note?.row.body, message?.row.author, misspelt, note?.row.author];
  };
  const control = new FakeDaemon<Marketplace, Rooms>().channel("room:1");
  control.insert("messages", "1", { stars: 3 });
  // @ts-expect-error another type of a column
  control.insert("messages", "2", { stars: "three" });
  // @ts-expect-error no such kind
  new FakeDaemon<Marketplace, Rooms>().channel("rom:1");
  assert.deepEqual([stars, secret, typeof Shown], [undefined, undefined, "function"]);
});

it("Without a configuration everything is JSON", () => {
  const client: Client = createClient(options);
  client.owner("7").on("anything", ({ data }) => data["anything"]);
  assert.equal(client.owner("7").getSnapshot().metrics?.["anything"], undefined);
});
