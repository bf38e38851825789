import type { Client, StreamTypes, View } from "@deltad/client";
import { type Readable, readable } from "svelte/store";

/** What there is to show of an owner; followed while somebody looks at the store. */
export function ownerStore<S extends StreamTypes>(client: Client<S>, ownerId: string): Readable<View<S["metrics"]>> {
  const owner = client.owner(ownerId);
  return readable(owner.getSnapshot(), (set) => {
    set(owner.getSnapshot());
    return owner.subscribe(() => set(owner.getSnapshot()));
  });
}
