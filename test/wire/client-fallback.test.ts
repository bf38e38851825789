import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { WebSocket } from "ws";
import { makeCause } from "../../client/make-cause.ts";
import { type Client, createClient, type Owner } from "../../client/client.ts";
import type { WebSocketConstructor } from "../../client/environment.ts";
import { withFallback } from "../../client/fallback/with-fallback.ts";
import { type RunningGateway, startGateway, stopGatewaysAfterEach } from "../support/gateway.ts";
import { ManualClock } from "../support/manual-clock.ts";

describe("Where no WebSocket gets through", () => {
  let server: RunningGateway;
  let clock: ManualClock;
  let client: Client;
  let owner: Owner<{ metrics: { [name: string]: string }; events: { [name: string]: object } }>;
  let blocked: { webSocket: boolean; stream: boolean };
  let token: string;
  let asked: string[];
  let heard: string[];

  stopGatewaysAfterEach();
  beforeEach(async () => {
    server = await startGateway({ transport: "ws" });
    server.publisher.documents.set("1", { total: "1" });
    clock = new ManualClock();
    blocked = { webSocket: true, stream: false };
    token = server.token({ ownerId: 1 });
    asked = [];
    heard = [];
    const { now, setTimeout, clearTimeout } = clock;
    const time = { now, setTimeout, clearTimeout };
    client = createClient({
      url: `http://127.0.0.1:${server.port}`,
      getToken: () => token,
      environment: {
        ...time,
        random: () => 0.5,
        WebSocket: withFallback({ ...time, WebSocket: openOrBlocked(), fetch: fetchOrBuffered }),
      },
    });
    owner = client.owner("1") as unknown as typeof owner;
    owner.on("*", ({ type }) => heard.push(type));
    client.connect();
  });
  afterEach(() => {
    client.close();
    assert.equal(clock.pending, 0);
  });

  /** A proxy that knows no upgrade, while it is blocked. */
  function openOrBlocked(): WebSocketConstructor {
    return function (url: string, protocol: string) {
      asked.push("WebSocket");
      return new WebSocket(blocked.webSocket ? url.replace("/v1/stream", "/nowhere") : url, protocol);
    } as unknown as WebSocketConstructor;
  }

  /** A proxy that keeps a stream's bytes back, while it is blocked. */
  const fetchOrBuffered: typeof fetch = async (input, init) => {
    const isStream = new Request(input).url.includes("/v1/stream");
    asked.push(isStream ? "stream" : "poll");
    const response = await fetch(input, init);
    if (!isStream || !blocked.stream) return response;
    return new Response(new ReadableStream(), { status: response.status });
  };

  function shows(wanted: (view: ReturnType<typeof owner.getSnapshot>) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!wanted(owner.getSnapshot())) return;
        undo();
        resolve();
      };
      const undo = owner.subscribe(look);
      look();
    });
  }
  const state = (wanted: string) => shows(({ connection }) => connection.state === wanted);
  const total = (wanted: string) => shows(({ metrics }) => metrics?.["total"] === wanted);

  async function streaming(): Promise<void> {
    await state("retrying");
    clock.advance(1_000);
    await state("live");
  }

  async function polling(): Promise<void> {
    blocked.stream = true;
    await state("retrying");
    clock.advance(1_000);
    while (asked.at(-1) !== "stream") await new Promise(setImmediate);
    clock.advance(10_000);
    await state("retrying");
    clock.advance(2_000);
    await state("live");
  }

  it("frames and events come as server-sent events", { timeout: 30_000 }, async () => {
    await streaming();
    server.publisher.patch("1", { total: "2" });
    server.clock.advance(50);
    await total("2");
    server.publisher.happen("1", "made");
    server.publisher.patch("1", { total: "3" });
    server.clock.advance(50);
    await total("3");
    while (heard.length === 0) await new Promise(setImmediate);
    assert.deepEqual([asked, heard], [["WebSocket", "stream"], ["made"]]);
  });

  it("and a proxy keeps streams back, the numbers are polled", async () => {
    await polling();
    assert.deepEqual([...new Set(asked)], ["WebSocket", "stream", "poll"]);
    server.publisher.patch("1", { total: "2" });
    server.clock.advance(50);
    clock.advance(5_000);
    await total("2");
    server.publisher.stale("1", "database");
    clock.advance(5_000);
    await state("stale");
    server.publisher.live("1");
    clock.advance(5_000);
    await state("live");
  });

  for (const way of ["stream", "polling"] as const) {
    it(`one topic that is refused leaves the others, by ${way}`, { timeout: 10_000 }, async () => {
      const other = client.owner("2");
      other.subscribe(() => undefined);
      await (way === "stream" ? streaming() : polling());
      while (other.getSnapshot().connection.state !== "closed") await new Promise(setImmediate);
      const { connection } = other.getSnapshot();
      assert.deepEqual(connection.state === "closed" && connection.cause, makeCause("nack", "", "forbidden"));
      server.publisher.patch("1", { total: "2" });
      server.clock.advance(50);
      if (way === "polling") clock.advance(5_000);
      await total("2");
    });
  }

  it("the client climbs back by itself when one does", async () => {
    await streaming();
    blocked.webSocket = false;
    for (let round = 2; asked.at(-1) !== "WebSocket"; round += 1) {
      server.publisher.patch("1", { total: String(round) });
      server.clock.advance(50);
      await total(String(round));
      clock.advance(40_000);
    }
    await state("retrying");
    assert.equal(asked.length, 3);
    clock.advance(1_000);
    await state("live");
    assert.deepEqual(asked, ["WebSocket", "stream", "WebSocket", "WebSocket"]);
  });

  it("a refused token stops the client, as over a WebSocket", async () => {
    await streaming();
    client.close();
    token = "not a token";
    client.connect();
    await state("connecting");
    await state("closed");
    const { connection } = owner.getSnapshot();
    assert.deepEqual(connection.state === "closed" && connection.cause, makeCause("code", "", 4401));
    assert.deepEqual(asked, ["WebSocket", "stream", "stream", "stream"]);
  });
});
