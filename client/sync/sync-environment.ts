/** The world as a queue needs it. */
import { type Databases, openStore, type QueueStore } from "./queue-store.ts";
import type { BroadcastConstructor, Locks } from "./tabs.ts";

/** Tests hand in their own. */
export interface SyncEnvironment {
  /** Opens what keeps the queue of that name; rejects where there is nothing. */
  readonly openStore: (name: string) => Promise<QueueStore>;
  readonly locks: Locks | undefined;
  readonly BroadcastChannel: BroadcastConstructor | undefined;
  /** In [0, 1). */
  readonly random: () => number;
  /** A UUID in lower case. */
  readonly makeUuid: () => string;
}

/** A browser's, as it is now. */
export function syncEnvironment(): SyncEnvironment {
  const { BroadcastChannel, indexedDB, navigator } = globalThis as unknown as {
    readonly BroadcastChannel?: BroadcastConstructor;
    readonly indexedDB?: Databases;
    readonly navigator?: { readonly locks?: Locks };
  };
  return {
    openStore: async (name) => {
      if (!indexedDB) throw new Error("no IndexedDB");
      return openStore(indexedDB, "deltad", name);
    },
    locks: navigator?.locks,
    BroadcastChannel,
    random: Math.random,
    makeUuid,
  };
}

/** Also on a page without https, where there is no `crypto.randomUUID`. */
function makeUuid(): string {
  const digit = (): string => ((crypto.getRandomValues(new Uint8Array(1))[0] ?? 0) % 16).toString(16);
  return "xxxxxxxx-xxxx-4xxx-axxx-xxxxxxxxxxxx".replaceAll("x", digit);
}
