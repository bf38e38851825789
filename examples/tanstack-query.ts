import type { Client, StreamTypes } from "@deltad/client";
import { type FetchOptions, fetchOwner } from "@deltad/client/fetch";
import { type QueryClient, queryOptions } from "@tanstack/react-query";

/** The first numbers by one request, for `useQuery`; later ones come by {@link keepFresh}. */
export function ownerQuery(daemon: FetchOptions, ownerId: string) {
  return queryOptions({
    queryKey: ["owner", ownerId],
    queryFn: async ({ signal }) => (await fetchOwner({ ...daemon, signal }, ownerId)).data,
    staleTime: Infinity,
  });
}

/** Writes an owner's numbers into the cache as they come. Returns its own undo. */
export function keepFresh<S extends StreamTypes>(cache: QueryClient, client: Client<S>, ownerId: string): () => void {
  const owner = client.owner(ownerId);
  return owner.subscribe(() => {
    const { metrics } = owner.getSnapshot();
    if (metrics) cache.setQueryData(["owner", ownerId], metrics);
  });
}
