import type { Log } from "./log.ts";
import type { Timers } from "./timers.ts";

export interface CountedWarningOptions extends Timers {
  readonly log: Pick<Log, "warn">;
}

const EVERY_MS = 60_000;

/**
 * A warning of what clients can cause at will: told at once the first time, and then once a minute with how often it was. The fields are
 * those of the latest.
 */
export class CountedWarning {
  readonly #message: string;
  readonly #options: CountedWarningOptions;
  #timer: unknown;
  #count = 0;
  #fields: Readonly<Record<string, unknown>> = {};

  constructor(message: string, options: CountedWarningOptions) {
    this.#message = message;
    this.#options = options;
  }

  count(fields: Readonly<Record<string, unknown>>): void {
    this.#count += 1;
    this.#fields = fields;
    if (this.#timer === undefined) this.#tell();
  }

  stop(): void {
    this.#options.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #tell(): void {
    const times = this.#count;
    this.#count = 0;
    this.#options.log.warn({ ...this.#fields, times }, this.#message);
    this.#timer = this.#options.setTimeout(() => {
      this.#timer = undefined;
      if (this.#count > 0) this.#tell();
    }, EVERY_MS);
  }
}
