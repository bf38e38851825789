/** The code of docs/client.md, paragraph by paragraph. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { it } from "node:test";
import type { StreamTypesOf } from "deltad";
import { caughtUp } from "deltad/caught-up";
import { openChannel } from "deltad/channels";
import { createClient } from "deltad/client";
import { withFallback } from "deltad/fallback";
import { fetchOwner } from "deltad/fetch";
import { flatten } from "deltad/flatten";
import { createSync } from "deltad/sync";
import { FakeDaemon } from "deltad/testing";
import { WebSocket } from "ws";
import type config from "../../../demo/deltad.config.ts";

const shown: unknown[] = [];
const toasts: unknown[] = [];
const input = new EventTarget();
const getToken = (): string => "token";
const show = (...what: unknown[]): void => void shown.push(what);
const toast = (what: unknown): void => void toasts.push(what);

function packaged(entry: string): string {
  return entry === "client" ? "@deltad/client" : `@deltad/client/${entry}`;
}

it("The page about the client shows code that is compiled here, or by npm run try-packages", () => {
  const read = (path: string) => readFileSync(new URL(`../../../../${path}`, import.meta.url), "utf8");
  const recipes = ["plain-page.html", "svelte.ts", "tanstack-query.ts", "vue.ts"].map((name) =>
    read(`examples/${name}`),
  );
  const lines = new Set(
    [read("test/unit/client/documented.test.ts"), ...recipes]
      .flatMap((text) => text.split("\n"))
      .map((line) => line.trim())
      // In this repository the client's package is a part of the daemon's.
      .map((line) => line.replace(/from "deltad\/([\w/-]+)"/, (_, entry: string) => `from "${packaged(entry)}"`)),
  );
  const blocks = [...read("docs/client.md").matchAll(/```(?:ts|html)\n(.*?)```/gs)];
  assert.ok(blocks.length >= 4);
  for (const [, code = ""] of blocks) {
    for (const line of code.split("\n")) assert.ok(line === "" || lines.has(line.trim()), line);
  }
});

/** Compiled, and never called: there is no such daemon. */
export async function asks(): Promise<void> {
  const daemonAndToken = { url: "https://live.example.com", getToken };
  const first = await fetchOwner(daemonAndToken, "7");
  const later = await fetchOwner(daemonAndToken, "7", first);
  show(later.data, later.asOf, later === first);
}

/** Compiled, and never called: there is no such application. */
export async function waits(body: FormData): Promise<void> {
  const client = createClient({ url: "https://live.example.com", getToken });
  const answer = await fetch("/bookings", { method: "POST", body });
  const { receipt } = (await answer.json()) as { receipt: string };
  await caughtUp(client, "owner:7", receipt, { timeoutMs: 5_000 });
}

/** Compiled, and never called. */
export function changes(client: ReturnType<typeof createClient>): void {
  const sync = createSync(client, { subject: "ana" });
  sync.start();
  const board = sync.document("board", 3);
  const widgets = board.rows("widgets");
  widgets.subscribe(() => show(widgets.getSnapshot().items, widgets.getSnapshot().pending));
  const change = board.change((edits) => edits.set("widgets", "w1", "title", { title: "Sales" }));
  change.undo();
}

/** Compiled, and never called. */
export function takesChanges(daemon: FakeDaemon): void {
  const board3 = daemon.channel("board:3");
  board3.allowWrites("widgets", { registers: { title: { fields: ["title"], isChecked: true } } });
  board3.answerBy(({ key }) => (key === "w2" ? { outcome: "invalid", reason: "too long" } : undefined));
}

/** Compiled, and never called: Node 20 has no WebSocket of its own. */
export function falls(): unknown {
  const environment = { WebSocket: withFallback() };
  const anywhere = createClient({ url: "https://live.example.com", getToken, environment });
  return anywhere;
}

/** Compiled, and never called: there is no such daemon. Also on docs/rooms.md. */
export function chats(): void {
  const chat = createClient({ url: "https://live.example.com", getToken });
  const room = openChannel(chat, "room", "42");
  const messages = room.rows("messages");
  messages.subscribe(() => {
    const { items = [], hasOlder, connection } = messages.getSnapshot();
    show(items, hasOlder, connection.state);
  });
  room.on("messages", { inserted: ({ row }) => toast(row) });

  room.presence.subscribe(() => {
    const { users = [], count, isPartial } = room.presence.getSnapshot();
    show(users, count, isPartial);
  });
  room.typing.subscribe(() => show(room.typing.getSnapshot().users));
  room.present({ mood: "busy" });
  input.addEventListener("input", () => room.type());
  input.addEventListener("blur", () => room.type(false));
}

it("What the page says of channels of the fake daemon runs", async () => {
  const daemon = new FakeDaemon();
  const tested = createClient({ url: daemon.url, getToken, environment: { WebSocket: daemon.WebSocket } });
  const control = daemon.channel("room:42");
  control.setRows("messages", [{ key: "1", row: { body: "hello" } }]);
  const messages = openChannel(tested, "room", "42").rows("messages");
  messages.subscribe(() => undefined);
  tested.connect();
  await new Promise(setImmediate);
  control.insert("messages", "2", { body: "you too" });
  control.update("messages", "1", { body: "hello!" });
  await new Promise(setImmediate);
  assert.deepEqual(messages.getSnapshot().items, [
    { key: "1", row: { body: "hello!" } },
    { key: "2", row: { body: "you too" } },
  ]);
  tested.close();
});

/** Compiled, and never called: it would look for live.example.com. */
export function connects(): void {
  const client = createClient({ url: "https://live.example.com", getToken });
  client.connect();

  const owner = client.owner("7");
  owner.subscribe(() => {
    const { metrics, asOf, connection } = owner.getSnapshot();
    show(metrics, asOf, connection.state);
  });
  owner.on("booking_created", ({ data }) => toast(data["guestName"]));
}

it("A client made from the page's words is typed, and runs on ws", () => {
  const typed = createClient<StreamTypesOf<typeof config>>({ url: "https://live.example.com", getToken });
  typed.owner("7").on("booking_created", ({ data }) => toast(data.guestName));
  const inNode = createClient({ url: "https://live.example.com", getToken, environment: { WebSocket } });
  assert.equal(inNode.owner("7").getSnapshot().connection.state, typed.owner("7").getSnapshot().connection.state);
});

it("The page's flat shape is one of the demo's document", () => {
  const typed = createClient<StreamTypesOf<typeof config>>({ url: "https://live.example.com", getToken });
  const flat = flatten(typed.owner("7").getSnapshot().metrics, {
    revenueToday: "revenue.today",
    bookingsToday: "bookings.today",
    occupancyRate: "occupancy.percentage",
    growthPercentage: "revenue.growthMonth",
    activeListings: "listings.active",
    pendingPayouts: "payouts.pending",
    nextPayoutDate: "payouts.nextDate",
  });
  const typedAs: [string | undefined, number | undefined] = [flat.pendingPayouts, flat.occupancyRate];
  assert.deepEqual(typedAs, [undefined, undefined]);
});

it("The page's test of an application hears what its daemon says", async () => {
  const daemon = new FakeDaemon();
  const tested = createClient({ url: daemon.url, getToken, environment: { WebSocket: daemon.WebSocket } });
  daemon.setMetrics("7", { revenue: { today: "12.50" } });
  tested.owner("7").on("booking_created", ({ data }) => toast(data["guestName"]));
  tested.connect();
  await new Promise(setImmediate);
  daemon.emit("7", "booking_created", { guestName: "Ana" });
  await new Promise(setImmediate);
  assert.deepEqual(toasts, ["Ana"]);
  assert.equal(tested.owner("7").getSnapshot().connection.state, "live");
  tested.close();
});
