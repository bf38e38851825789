interface Target {
  addEventListener?(type: string, listener: () => void): void;
  removeEventListener?(type: string, listener: () => void): void;
}

/**
 * Calls back when the browser says that the network is there, that the page is looked at again, or that it came out of the back/forward
 * cache. Silent where there is no browser. Returns its own undo.
 */
export function onWake(listener: () => void): () => void {
  const page = globalThis as Target & { document?: Target & { visibilityState?: string } };
  const { document } = page;
  const whenVisible = () => {
    if (document?.visibilityState === "visible") listener();
  };
  page.addEventListener?.("online", listener);
  page.addEventListener?.("pageshow", listener);
  document?.addEventListener?.("visibilitychange", whenVisible);
  return () => {
    page.removeEventListener?.("online", listener);
    page.removeEventListener?.("pageshow", listener);
    document?.removeEventListener?.("visibilitychange", whenVisible);
  };
}
