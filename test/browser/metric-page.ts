/** The page of metric.test.ts: what useMetric says of owner 1, and how often each component was rendered. */
import { type ComponentType, createElement, type ReactNode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { createClient } from "../../client/client.ts";
import { type MetricState, useMetric, useSuspenseMetric } from "../../react/use-metric.ts";
import { RealtimeProvider, useOwner } from "../../react/use-realtime-stats.ts";

interface Shape {
  readonly metrics: {
    readonly revenue: { readonly today: string; readonly month: string };
    readonly other?: number;
  };
  readonly events: object;
}

/** By component. */
export interface Renders {
  [id: string]: number;
}

const renders: Renders = {};

function Shown({ id, state }: { readonly id: string; readonly state: unknown }): ReactNode {
  renders[id] = (renders[id] ?? 0) + 1;
  return createElement("p", { id }, JSON.stringify(state));
}

/** All of it, so that a test knows what has come. */
function Whole(): ReactNode {
  const { metrics, connection } = useOwner<Shape>("1");
  return createElement(Shown, { id: "whole", state: [connection.state, metrics] });
}

/** The value is out of reach until its status has been asked for. */
function written(state: MetricState<string>): string {
  // @ts-expect-error: while it is loading there is no value
  const careless: unknown = state.value;
  if (state.status === "ready" || state.status === "stale") return `${state.status} ${state.value}`;
  if (state.status === "error") return `error ${state.error.code} ${state.last}`;
  return `${state.status} ${String(careless)}`;
}

function Leaf(): ReactNode {
  return createElement(Shown, {
    id: "leaf",
    state: written(useMetric<Shape, string>("1", (all) => all.revenue.today)),
  });
}

/** An object that every call makes anew, with another in it. */
function Made(): ReactNode {
  const state = useMetric<Shape>("1", ({ revenue }) => ({ sums: [revenue.today, { ...revenue }] }));
  return createElement(Shown, { id: "made", state });
}

/** One whose like can't be told. */
function Dated(): ReactNode {
  const state = useMetric<Shape>("1", ({ revenue }) => new Date(Number(revenue.today)));
  return createElement(Shown, { id: "dated", state });
}

function Awaited(): ReactNode {
  return createElement(Shown, { id: "awaited", state: useSuspenseMetric<Shape>("1", (all) => all.revenue.month) });
}

function None(): ReactNode {
  return createElement(Shown, { id: "none", state: useMetric<Shape>("skip", (all) => all) });
}

const page = globalThis as unknown as {
  readonly document: { getElementById(id: string): Parameters<typeof createRoot>[0] };
  show: (tokens: readonly string[]) => void;
  renders: Renders;
};
page.renders = renders;
const fallback = createElement("b", null, "waiting");

/** With these tokens, one after the other, the last for ever. */
page.show = (tokens) => {
  const left = [...tokens];
  const client = createClient<Shape>({
    url: ".",
    getToken: () => (left.length > 1 ? left.shift() : left[0]) ?? "",
  });
  const parts: readonly ComponentType[] = [Whole, Leaf, Made, Dated, None];
  createRoot(page.document.getElementById("root")).render(
    createElement(
      RealtimeProvider<Shape>,
      { client },
      parts.map((part, at) => createElement(part, { key: at })),
      createElement(Suspense, { fallback }, createElement(Awaited)),
    ),
  );
};
