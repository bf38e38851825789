import type { Log } from "./log.ts";

/** Everything that was acquired, to be released in reverse. A release that fails is logged and does not keep the others from theirs. */
export class Held {
  readonly #log: Log;
  readonly #releases: { readonly name: string; readonly release: () => unknown }[] = [];
  #releasing: Promise<void> | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  /** `release` must be bounded: the next one waits for it where it gives a promise. */
  add(name: string, release: () => unknown): void {
    this.#releases.push({ name, release });
  }

  /** Releases what was added since the last call; resolves when all is over. Never rejects. */
  releaseAll(): Promise<void> {
    this.#releasing ??= this.#release().finally(() => {
      this.#releasing = undefined;
    });
    return this.#releasing;
  }

  async #release(): Promise<void> {
    for (let last = this.#releases.pop(); last; last = this.#releases.pop()) {
      try {
        await last.release();
      } catch (error) {
        this.#log.warn({ error }, `could not stop ${last.name}`);
      }
    }
  }
}
