import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createElement, type ReactElement } from "react";
import { renderToString } from "react-dom/server";
import { createClient } from "../../../client/client.ts";
import { RealtimeMetricsDisplay } from "../../../react/display/realtime-metrics-display.tsx";
import {
  RealtimeProvider,
  type RealtimeOptions,
  useConnection,
  useRealtimeStats,
} from "../../../react/use-realtime-stats.ts";

interface Sample {
  readonly metrics: { readonly revenue: { readonly today?: string } };
  readonly events: object;
}
type Options = RealtimeOptions<Sample>;

const initial = { data: { revenue: { today: "7.00" } }, asOf: "2026-05-08T12:00:00.000001Z" };

function Stats(options: Options): ReactElement {
  const { metrics, asOf, state, isConnected, unread, error } = useRealtimeStats<Sample>(options);
  return createElement("p", null, [metrics?.revenue.today, asOf, state, isConnected, unread, error?.kind].join(" "));
}

describe("On a server, useRealtimeStats", () => {
  it("shows the initial snapshot, asks for no token and opens nothing", () => {
    const getToken = () => assert.fail("a token was asked for");
    const html = renderToString(createElement(Stats, { ownerId: "1", getToken, initial }));
    assert.equal(html, `<p>7.00 ${initial.asOf} idle false 0 </p>`);
  });

  it("shows nothing without one", () => {
    assert.equal(renderToString(createElement(Stats, { ownerId: "1", token: "t" })), "<p>  idle false 0 </p>");
  });

  it("needs no token below a provider", () => {
    const client = createClient<Sample>({ url: "https://live.example.com", getToken: () => assert.fail() });
    const stats = createElement(Stats, { ownerId: "1", initial });
    assert.match(renderToString(createElement(RealtimeProvider<Sample>, { client }, stats)), /^<p>7\.00 /);
  });

  it("is below a connection that useConnection calls idle", () => {
    const client = createClient<Sample>({ url: "https://live.example.com", getToken: () => assert.fail() });
    const Pill = (): string => useConnection().state;
    const html = renderToString(createElement(RealtimeProvider<Sample>, { client }, createElement(Pill)));
    assert.equal(html, "idle");
  });

  it("is idle while its token is not there yet, and where it is not enabled", () => {
    for (const options of [{ token: undefined }, { getToken: undefined }, { enabled: false }]) {
      assert.equal(renderToString(createElement(Stats, { ownerId: "1", ...options })), "<p>  idle false 0 </p>");
    }
  });

  it("says what is missing where there is neither", () => {
    assert.throws(() => renderToString(createElement(Stats, { ownerId: "1" })), /needs token or getToken/);
  });
});

describe("On a server, RealtimeMetricsDisplay", () => {
  it("shows the first numbers where it is given them and the schema, and asks for no token", () => {
    const getToken = () => assert.fail("a token was asked for");
    const schema = {
      metrics: [{ kind: "sum" as const, path: ["revenue", "today"], scale: 2, unit: "m²" }],
      events: [],
    };
    const html = renderToString(createElement(RealtimeMetricsDisplay, { ownerId: "1", getToken, initial, schema }));
    assert.match(html, /<h2[^>]*>Revenue<\/h2>/);
    assert.match(html, /data-metric="revenue.today" data-state="some">7.00 m²</);
    // A strict Content-Security-Policy allows no styles in elements.
    assert.ok(!html.includes("style="));
  });
});
