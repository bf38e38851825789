import type { AnyStreamTypes, Owner } from "../../../client/client.ts";
import { parseTopic } from "../../../protocol/topic.ts";
import { useChannel, useRows } from "../../../react/channels/use-rows.ts";

type Hangars = { readonly hangars: { readonly owner: { readonly timeZone: string | null } } };

/** The owner's time zone; undefined until it is known. */
export function useZone(owner: Owner<AnyStreamTypes>): string | undefined {
  const channel = useChannel<Hangars, "hangars">("hangars", parseTopic(owner.topic)?.key);
  const { items } = useRows(channel, "owner");
  return items[0]?.row.timeZone ?? undefined;
}
