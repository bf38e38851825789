/** The page of rooms.test.ts: shows what the hooks of channels say of a room, and how often each part was rendered. */
import { createElement, memo, type ReactNode, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import type { Item } from "../../client/channels/channel.ts";
import { type AnyStreamTypes, type Client, createClient } from "../../client/client.ts";
import type { ChannelTypesOf } from "../../daemon/define/define.ts";
import { type ChannelKey, useChannel, usePresence, useRows, useTyping } from "../../react/channels/use-rows.ts";
import { RealtimeProvider } from "../../react/use-realtime-stats.ts";
import type config from "../rooms/deltad.config.ts";

type Types = ChannelTypesOf<typeof config>;
type Message = Types["room"]["messages"];

/** In strict mode each rendering is two. */
const renderings = new Map<string, number>();
const rendered = (what: string): number => {
  renderings.set(what, (renderings.get(what) ?? 0) + 0.5);
  return Math.ceil(renderings.get(what) ?? 0);
};

const Line = memo(
  ({ item }: { readonly item: Item<Message> }): ReactNode =>
    createElement("li", null, `${item.row.body} ${rendered(item.key)}`),
);

function Messages({ room }: { readonly room: ChannelKey }): ReactNode {
  const { items, status, hasOlder, isLoadingOlder, olderError, older } = useRows(
    useChannel<Types, "room">("room", room),
    "messages",
  );
  const said = [status, hasOlder && "older", isLoadingOlder && "loading", olderError?.message].filter(Boolean);
  return createElement(
    "section",
    { id: "messages" },
    createElement(
      "ol",
      null,
      items.map((item) => createElement(Line, { key: item.key, item })),
    ),
    createElement("p", null, said.join(", ")),
    createElement("button", { onClick: () => older(10) }, "Older"),
  );
}

const Notes = memo(({ room }: { readonly room: ChannelKey }): ReactNode => {
  const { items } = useRows(useChannel<Types, "room">("room", room), "notes");
  const texts = items.map(({ row }) => row.body);
  return createElement("section", { id: "notes" }, [...texts, rendered("notes")].join(", "));
});

function People({ room }: { readonly room: ChannelKey }): ReactNode {
  const channel = useChannel<Types, "room">("room", room);
  const { users, count, status } = usePresence(channel);
  const { users: typing } = useTyping(channel);
  const named = users.map(({ user, state, isAway }) => [user, state, isAway && "away"].filter(Boolean).join(" "));
  return createElement(
    "aside",
    null,
    createElement("p", null, [status, count, ...named].join(", ")),
    createElement("i", null, typing.join(", ")),
    createElement("input", { onChange: () => channel?.type(), onBlur: () => channel?.type(false) }),
    createElement("button", { onClick: () => channel?.present("busy") }, "Busy"),
  );
}

/** Which room is shown, by which daemon, to whom. */
export type Shown = readonly [url: string, token: string, room: ChannelKey];

const page = globalThis as unknown as {
  readonly document: { getElementById(id: string): Parameters<typeof createRoot>[0] };
  show: (...shown: Shown) => void;
};
const root = createRoot(page.document.getElementById("root"));
let client: Client | undefined;

page.show = (url, token, room) => {
  client ??= createClient({ url, getToken: () => token });
  const parts = [Messages, Notes, People].map((Part, key) => createElement(Part, { key, room }));
  root.render(createElement(StrictMode, null, createElement(RealtimeProvider<AnyStreamTypes>, { client }, parts)));
};
