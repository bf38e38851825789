/** The page of board.test.ts: the widgets of a board, which keys move and a field names, and what becomes of that. */
import { createElement, type ReactNode, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { type Client, createClient } from "../../client/client.ts";
import type { ChannelTypesOf } from "../../daemon/define/define.ts";
import {
  ConflictResolution,
  DashboardRealtimeProvider,
  LiveWidget,
  PendingOperationsBadge,
  SyncIndicator,
  type SyncLanguage,
  useDocument,
} from "../../react/sync/use-document.ts";
import type config from "../boards/deltad.config.ts";

type Types = ChannelTypesOf<typeof config>;

function Board({ language }: { readonly language: SyncLanguage }): ReactNode {
  const { document, items, pending } = useDocument<Types, "board", "widgets">("board", "1", "widgets");
  const rename = (key: string, title: string) =>
    document?.change((edits) => edits.set("widgets", key, "title", { title }));
  return createElement(
    "div",
    null,
    items.map(({ key, row: { title, x, y } }) =>
      createElement(
        LiveWidget,
        {
          key,
          id: key,
          title: `${title} ${x},${y}`,
          isPending: pending.has(key),
          language,
          onMove: (right, down) =>
            document?.change((edits) => edits.set("widgets", key, "place", { x: x + right, y: y + down })),
          onRemove: () => document?.change((edits) => edits.delete("widgets", key)),
        },
        createElement("input", {
          key: title,
          "aria-label": `Title of ${title}`,
          defaultValue: title,
          style: { minHeight: "32px" },
          onBlur: ({ target }) => rename(key, (target as unknown as { readonly value: string }).value),
        }),
      ),
    ),
  );
}

/** Which daemon, and who. */
export type Shown = readonly [url: string, token: string, subject: string, language: SyncLanguage];

const page = globalThis as unknown as {
  readonly document: { getElementById(id: string): Parameters<typeof createRoot>[0] };
  show: (...shown: Shown) => void;
};
const root = createRoot(page.document.getElementById("root"));
let client: Client | undefined;

page.show = (url, token, subject, language) => {
  client ??= createClient({ url, getToken: () => token });
  const parts = [
    createElement("h1", { key: "title" }, "Board"),
    createElement(SyncIndicator, { key: "state", language }),
    createElement(PendingOperationsBadge, { key: "pending", language }),
    createElement(Board, { key: "board", language }),
    createElement(ConflictResolution, { key: "decisions", language }),
  ];
  const provider = createElement(DashboardRealtimeProvider, { client, subject }, createElement("main", null, parts));
  root.render(createElement(StrictMode, null, provider));
};
