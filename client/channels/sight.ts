/** Whether the page can be seen, as the browser says: one listener for all channels, and no timers, which browsers hold back in pages that can't. */

const listeners = /* @__PURE__ */ new Set<() => void>();

interface Page {
  readonly visibilityState?: string;
  addEventListener?(type: string, listener: () => void): void;
  removeEventListener?(type: string, listener: () => void): void;
}

const page = (): Page | undefined => (globalThis as { readonly document?: Page }).document;

function tell(): void {
  for (const listener of listeners) listener();
}

/** False where there is no page. */
export function isOutOfSight(): boolean {
  return page()?.visibilityState === "hidden";
}

/** Calls back when the page can be seen, or can't any more. Returns its own undo. */
export function onSight(listener: () => void): () => void {
  if (listeners.size === 0) page()?.addEventListener?.("visibilitychange", tell);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) page()?.removeEventListener?.("visibilitychange", tell);
  };
}
