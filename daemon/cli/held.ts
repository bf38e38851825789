import type { Log } from "../config/log.ts";

/** What was acquired, to be released in reverse. One release that fails is told and does not keep the others. */
export class Held {
  readonly #log: Log;
  readonly #releases: { readonly what: string; readonly release: () => Promise<void> }[] = [];

  constructor(log: Log) {
    this.#log = log;
  }

  add(what: string, release: () => Promise<void>): void {
    this.#releases.push({ what, release });
  }

  async releaseAll(): Promise<void> {
    for (let last = this.#releases.pop(); last; last = this.#releases.pop()) {
      try {
        await last.release();
      } catch (error) {
        this.#log.warn({ error }, `could not stop ${last.what}`);
      }
    }
  }
}
