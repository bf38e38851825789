/** The tabs of one browser that have one queue: they tell each other what they have kept, and one of them sends. */
import type { Queue } from "./queue.ts";

/** As much of the Web Locks API as is used. */
export interface Locks {
  request(name: string, options: { readonly signal: AbortSignal }, held: () => Promise<void>): Promise<unknown>;
}

/** As much of a BroadcastChannel as is used. */
export interface Broadcast {
  addEventListener(name: "message", listener: (event: { readonly data: unknown }) => void): void;
  postMessage(message: unknown): void;
  close(): void;
}
export type BroadcastConstructor = new (name: string) => Broadcast;

export interface TabsOptions {
  readonly name: string;
  readonly locks?: Locks | undefined;
  readonly BroadcastChannel?: BroadcastConstructor | undefined;
  readonly heard: (queue: Queue) => void;
  /** This tab is the one that sends, from now on. */
  readonly leads: () => void;
}

export interface Tabs {
  tell(queue: Queue): void;
  /** Another tab leads then. */
  stop(): void;
}

export function joinTabs({ name, locks, BroadcastChannel, heard, leads }: TabsOptions): Tabs {
  const channel = BroadcastChannel && new BroadcastChannel(name);
  channel?.addEventListener("message", ({ data }) => heard(data as Queue));
  const aborter = new AbortController();
  const { signal } = aborter;
  // Without locks, as on a page without https, every tab sends: what comes twice is done once.
  if (!locks) leads();
  const held = (): Promise<void> => {
    leads();
    return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
  };
  locks?.request(name, { signal }, held).catch(() => undefined);
  return {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a BroadcastChannel is of one origin
    tell: (queue) => channel?.postMessage(queue),
    stop: () => {
      aborter.abort();
      channel?.close();
    },
  };
}
