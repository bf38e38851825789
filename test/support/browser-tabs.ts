/** What the tabs of one browser share, in one process: a kept queue, a lock, and a channel on which they tell each other. */
import { memoryStore, type QueueStore } from "../../client/sync/queue-store.ts";
import type { SyncEnvironment } from "../../client/sync/sync.ts";
import type { Broadcast } from "../../client/sync/tabs.ts";

let uuids = 0;

export class BrowserTabs {
  /** By the queue's name. */
  readonly kept = new Map<string, QueueStore>();
  readonly #waiting = new Map<string, (() => void)[]>();
  readonly #held = new Set<string>();
  readonly #channels = new Set<
    Broadcast & { readonly name: string; readonly listener: Parameters<Broadcast["addEventListener"]>[1] }
  >();

  /** One tab's. */
  get environment(): SyncEnvironment {
    const channels = this.#channels;
    return {
      openStore: async (name) => {
        const store = this.kept.get(name) ?? memoryStore();
        this.kept.set(name, store);
        // What comes from a database is a copy.
        return {
          change: async (make) => structuredClone(await store.change((queue) => make(queue && structuredClone(queue)))),
        };
      },
      locks: { request: (name, { signal }, held) => this.#request(name, signal, held) },
      BroadcastChannel: class implements Broadcast {
        listener: Parameters<Broadcast["addEventListener"]>[1] = () => undefined;
        readonly name: string;
        constructor(name: string) {
          this.name = name;
          channels.add(this);
        }
        addEventListener(_: "message", listener: typeof this.listener): void {
          this.listener = listener;
        }
        postMessage(data: unknown): void {
          for (const other of channels)
            if (other !== this && other.name === this.name)
              queueMicrotask(() => other.listener({ data: structuredClone(data) }));
        }
        close(): void {
          channels.delete(this);
        }
      },
      random: () => 1,
      makeUuid: () => `00000000-0000-4000-a000-${String((uuids += 1)).padStart(12, "0")}`,
    };
  }

  async #request(name: string, signal: AbortSignal, held: () => Promise<void>): Promise<void> {
    if (this.#held.has(name)) {
      await new Promise<void>((resolve, reject) => {
        this.#waiting.set(name, [...(this.#waiting.get(name) ?? []), resolve]);
        signal.addEventListener("abort", () => reject(new Error("aborted")));
      });
      if (signal.aborted) return this.#next(name);
    }
    this.#held.add(name);
    await held();
    this.#next(name);
  }

  #next(name: string): void {
    this.#held.delete(name);
    const [first, ...others] = this.#waiting.get(name) ?? [];
    this.#waiting.set(name, others);
    first?.();
  }
}
