import type { Channel } from "../../../client/channels/channel.ts";
import type { AnyStreamTypes, Owner } from "../../../client/client.ts";
import { parseTopic } from "../../../protocol/topic.ts";
import { useChannel } from "../../../react/channels/use-rows.ts";
import type { Channels } from "./rows.ts";

/** The channel of what an owner has. */
export function useHangars(owner: Owner<AnyStreamTypes>): Channel<Channels["hangars"]> | undefined {
  return useChannel<Channels, "hangars">("hangars", parseTopic(owner.topic)?.key);
}
