/** Who the owners of a marketplace are, from the channel `marketplace:1`. */
import { useEffect, useMemo } from "react";
import type { Item } from "../../../client/channels/channel.ts";
import { parsePayload } from "../../../dashboard/entry/claims.ts";
import { type ShownRows, useChannel, useRows } from "../../../react/channels/use-rows.ts";
import { useSeen } from "../hangars/use-seen.ts";

export interface OwnerRow {
  readonly name: string;
  /** As PostgreSQL names it. */
  readonly timeZone: string;
  readonly currency: string;
}

/** An owner; the key is the id. */
export type OwnerItem = Item<OwnerRow>;

interface Channels {
  readonly [kind: string]: Readonly<Record<string, object>>;
  readonly marketplace: { readonly owners: OwnerRow };
}

/** The one that administrators see, whose token names none. */
const FIRST = "1";

/** By their names, all of them: older ones are read until there are no more. Undefined where the token opens no marketplace. */
export function useOwners(token: string): Pick<ShownRows<OwnerRow>, "items" | "status"> | undefined {
  const marketplace = marketplaceOf(token);
  const { items, status, hasOlder, isLoadingOlder, olderError, older } = useSeen(
    useRows(useChannel<Channels, "marketplace">("marketplace", marketplace), "owners"),
  );
  const isMissing = status === "ready" && hasOlder && !isLoadingOlder && !olderError;
  useEffect(() => {
    if (isMissing) void older(100);
  }, [isMissing, older]);
  const sorted = useMemo(() => items.toSorted((a, b) => a.row.name.localeCompare(b.row.name)), [items]);
  return marketplace === undefined ? undefined : { items: sorted, status };
}

/** The marketplace that a token opens. */
function marketplaceOf(token: string): string | undefined {
  const { marketplaces, role } = (parsePayload(token) ?? {}) as Readonly<Record<string, unknown>>;
  const [named] = Array.isArray(marketplaces) ? (marketplaces as unknown[]) : [];
  if (typeof named === "string" || typeof named === "number") return String(named);
  return role === "admin" ? FIRST : undefined;
}
