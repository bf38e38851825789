/** The page of display.test.ts: the display between what else is on somebody's page. */
import { createElement, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { type DisplayLanguage, RealtimeMetricsDisplay } from "../../react/display/realtime-metrics-display.tsx";

/** What the test wants to be shown. */
export interface Wish {
  readonly ownerId?: string;
  /** The token; without it there is neither that nor a way to one. */
  readonly token?: string;
  /** What `getToken` gives once another was not taken. */
  readonly second?: string;
  readonly enabled?: boolean;
  readonly language?: DisplayLanguage;
  readonly names?: Readonly<Record<string, string>>;
  readonly debug?: boolean;
}

const page = globalThis as unknown as {
  readonly document: {
    getElementById(id: string): Parameters<typeof createRoot>[0];
    documentElement: { lang: string };
  };
  show: (wish: Wish) => void;
  failures: string[];
};
page.failures = [];
page.document.documentElement.lang = "en";
const root = createRoot(page.document.getElementById("root"));

page.show = ({ ownerId = "1", second, names, ...wish }) => {
  const display = createElement(RealtimeMetricsDisplay, {
    ownerId,
    ...wish,
    ...(second !== undefined && {
      getToken: ({ reason }: { readonly reason: string }) => (reason === "refused" ? second : "not a token"),
    }),
    ...(names && { labels: { names } }),
    onError: (error: unknown) => page.failures.push(String(error)),
  });
  root.render(
    createElement(StrictMode, null, createElement("main", null, createElement("h1", null, "Somebody's page"), display)),
  );
};
