/** What a page costs the browser, as the browser itself says. */
import type { CDPSession, Page } from "playwright-core";

export interface Costs {
  /** Milliseconds since the page was opened. */
  readonly scriptMs: number;
  readonly layoutMs: number;
  readonly styleMs: number;
  /** Of the heap that is reachable. */
  readonly heapBytes: number;
}

export class PageCosts {
  readonly #session: CDPSession;

  private constructor(session: CDPSession) {
    this.#session = session;
  }

  static async of(page: Page): Promise<PageCosts> {
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable");
    return new PageCosts(session);
  }

  /** Collects garbage first, where the heap is wanted: that takes as long as a slow frame. */
  async read({ collect = false } = {}): Promise<Costs> {
    if (collect) await this.#session.send("HeapProfiler.collectGarbage");
    const { metrics } = await this.#session.send("Performance.getMetrics");
    const of = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
    return {
      scriptMs: of("ScriptDuration") * 1_000,
      layoutMs: of("LayoutDuration") * 1_000,
      styleMs: of("RecalcStyleDuration") * 1_000,
      heapBytes: of("JSHeapUsedSize"),
    };
  }
}

/** Begins to keep the times between frames, in the page, as `globalThis.gaps` in milliseconds. */
export const WATCH_FRAMES = `
  globalThis.gaps = [];
  (function follow(before) {
    requestAnimationFrame((now) => {
      if (before !== undefined) gaps.push(now - before);
      follow(now);
    });
  })();`;
