import type { Client, StreamTypes, View } from "@deltad/client";
import { onScopeDispose, type ShallowRef, shallowRef } from "vue";

/** What there is to show of an owner, for as long as the component that asks is there. */
export function useOwner<S extends StreamTypes>(
  client: Client<S>,
  ownerId: string,
): Readonly<ShallowRef<View<S["metrics"]>>> {
  const owner = client.owner(ownerId);
  const view = shallowRef(owner.getSnapshot());
  onScopeDispose(owner.subscribe(() => (view.value = owner.getSnapshot())));
  return view;
}
