import { createClient } from "@deltad/client";
import { FakeDaemon } from "@deltad/client/testing";
import { QueryClient } from "@tanstack/react-query";
import { get } from "svelte/store";
import { afterEach, expect, test } from "vitest";
import { effectScope } from "vue";
import { ownerStore } from "./svelte.ts";
import { keepFresh, ownerQuery } from "./tanstack-query.ts";
import { useOwner } from "./vue.ts";

const daemon = new FakeDaemon();
const client = createClient({
  url: daemon.url,
  getToken: () => "token",
  environment: { WebSocket: daemon.WebSocket },
});
const settle = () => new Promise((done) => setTimeout(done));
const sell = async (today: string) => {
  daemon.setMetrics("7", { revenue: { today } });
  await settle();
};

afterEach(() => client.close());

test("Vue: a ref that follows an owner as long as its scope", async () => {
  const scope = effectScope();
  const view = scope.run(() => useOwner(client, "7"));
  client.connect();
  await sell("1.00");
  expect([view?.value.connection.state, view?.value.metrics]).toEqual(["live", { revenue: { today: "1.00" } }]);
  scope.stop();
  await sell("2.00");
  expect(view?.value.metrics).toEqual({ revenue: { today: "1.00" } });
});

test("Svelte: a store that follows an owner while it is looked at", async () => {
  const seen: unknown[] = [];
  const undo = ownerStore(client, "7").subscribe(({ metrics }) => seen.push(metrics));
  client.connect();
  await sell("3.00");
  undo();
  await sell("4.00");
  expect(seen.at(-1)).toEqual({ revenue: { today: "3.00" } });
  expect(get(ownerStore(client, "7")).connection.state).not.toBe("idle");
});

test("TanStack Query: a cache that begins with one request and goes on by the socket", async () => {
  const cache = new QueryClient();
  const asked: string[] = [];
  const fetch = async (url: string | URL | Request) => {
    asked.push(String(url));
    return Response.json({ data: { revenue: { today: "4.50" } }, asOf: "" }, { headers: { etag: 'W/"1"' } });
  };
  const query = ownerQuery({ url: "https://live.example.com", getToken: () => "token", fetch }, "7");
  expect(await cache.fetchQuery(query)).toEqual({ revenue: { today: "4.50" } });
  expect(asked).toEqual(["https://live.example.com/v1/topics/owner%3A7"]);
  const undo = keepFresh(cache, client, "7");
  client.connect();
  await sell("5.00");
  undo();
  expect(cache.getQueryData(query.queryKey)).toEqual({ revenue: { today: "5.00" } });
});
