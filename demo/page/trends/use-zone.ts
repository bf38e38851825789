import type { AnyStreamTypes, Owner } from "../../../client/client.ts";
import { useRows } from "../../../react/channels/use-rows.ts";
import { useHangars } from "../hangars/use-hangars.ts";

/** The owner's time zone; undefined until it is known. */
export function useZone(owner: Owner<AnyStreamTypes>): string | undefined {
  return useRows(useHangars(owner), "owner").items[0]?.row.timeZone;
}
