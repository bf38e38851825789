import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { openChannel } from "../../../client/channels/channel.ts";
import { type AnyStreamTypes, createClient } from "../../../client/client.ts";
import { useChannel, usePresence, useRows, useTyping } from "../../../react/channels/use-rows.ts";
import { RealtimeProvider } from "../../../react/use-realtime-stats.ts";

describe("On a server, the hooks of a channel", () => {
  const client = createClient({
    url: "https://live.example.com",
    getToken: () => assert.fail("a token was asked for"),
  });
  const Shown = ({ channel }: { readonly channel: ReturnType<typeof useChannel> }): string => {
    const { items, status, hasOlder, isLoadingOlder, olderError } = useRows(channel, "messages");
    const { users, count, isPartial } = usePresence(channel);
    const { users: typing, more } = useTyping(channel);
    return JSON.stringify([items, status, hasOlder, isLoadingOlder, olderError, users, count, isPartial, typing, more]);
  };
  const Room = ({ id }: { readonly id: string | undefined }) =>
    createElement(Shown, { channel: useChannel("room", id) });
  const nothing = renderToString(JSON.stringify([[], "loading", false, false, null, [], null, false, [], 0]));

  it("show nothing and open nothing, whether there is a key or none", () => {
    for (const id of ["42", "skip", undefined]) {
      const below = createElement(RealtimeProvider<AnyStreamTypes>, { client }, createElement(Room, { id }));
      assert.equal(renderToString(below), nothing);
    }
    assert.equal(renderToString(createElement(Shown, { channel: openChannel(client, "room", "42") })), nothing);
  });

  it("need a provider for a channel by its name", () => {
    assert.throws(() => renderToString(createElement(Room, { id: "42" })), /no RealtimeProvider/);
  });
});
