import type { Log } from "../config/log.ts";

/** 100 ms is shorter than anyone notices; 10 s keeps a recovered database from waiting long for its daemon. */
const FIRST_MS = 100;
const LONGEST_MS = 10_000;

/** The one backoff: doubles from 100 ms to 10 s, with up to a fifth of jitter taken off; its log grows louder with the delay. */
export class Backoff {
  readonly #log: Log;
  readonly #what: string;
  readonly #random: () => number;
  #attempts = 0;

  /** `what` is what is being tried, as in "reading changes". */
  constructor(log: Log, what: string, random: () => number = Math.random) {
    this.#log = log;
    this.#what = what;
    this.#random = random;
  }

  /** Logs one failure and says how many milliseconds to wait before the next try. */
  failed(reason: string): number {
    this.#attempts += 1;
    const fullMs = fullDelayMs(this.#attempts);
    const delayMs = jittered(fullMs, this.#random);
    const fields = { reason, attempt: this.#attempts, delayMs };
    const message = `${this.#what} failed; trying again`;
    if (fullMs <= 200) this.#log.info(fields, message);
    else if (fullMs <= 3_200) this.#log.warn(fields, message);
    else this.#log.error(fields, message);
    return delayMs;
  }

  succeeded(): void {
    this.#attempts = 0;
  }
}

/** How many milliseconds to wait after so many attempts in a row that failed. */
export function backoffMs(attempts: number, random: () => number = Math.random): number {
  return jittered(fullDelayMs(attempts), random);
}

function fullDelayMs(attempts: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempts - 1));
}

function jittered(fullMs: number, random: () => number): number {
  return Math.round(fullMs * (1 - random() / 5));
}
