import type { Clock } from "./clock.ts";
import { Least } from "./least.ts";
import type { Slices } from "./slices.ts";

/** A timer set for longer than this fires at once: Node keeps delays in 32 bits. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

export interface BoundariesOptions<Owner> {
  readonly clock: Pick<Clock, "now">;
  readonly slices: Slices;
  /** Called for each owner whose instant has come. Must set the owner's next instant. */
  readonly cross: (owner: Owner) => void;
  readonly setTimeout: (callback: () => void, delayMs: number) => unknown;
  readonly clearTimeout: (timer: unknown) => void;
}

/**
 * Wakes each owner at its next instant, with one timer. Owners that share an instant (a midnight) are crossed in slices, so that the
 * event loop is never held; each is advanced to the present when its turn comes.
 */
export class Boundaries<Owner> {
  readonly #options: BoundariesOptions<Owner>;
  readonly #buckets = new Map<number, Set<Owner>>();
  readonly #instants = new Map<Owner, number>();
  readonly #least = new Least(this.#buckets);
  #timer: { readonly handle: unknown; readonly instant: number } | undefined;
  #crossing = false;

  constructor(options: BoundariesOptions<Owner>) {
    this.#options = options;
  }

  /** Sets the owner's next instant, in microseconds since 1970; Infinity if it has none. */
  set(owner: Owner, instant: number): void {
    if (this.#instants.get(owner) === instant) return;
    this.delete(owner);
    if (instant === Number.POSITIVE_INFINITY) return;
    this.#instants.set(owner, instant);
    const bucket = this.#buckets.get(instant);
    if (bucket !== undefined) {
      bucket.add(owner);
      return;
    }
    this.#buckets.set(instant, new Set([owner]));
    this.#least.entered(instant);
    this.#arm();
  }

  delete(owner: Owner): void {
    const instant = this.#instants.get(owner);
    if (instant === undefined) return;
    this.#instants.delete(owner);
    const bucket = this.#buckets.get(instant);
    bucket?.delete(owner);
    if (bucket?.size === 0) this.#buckets.delete(instant);
  }

  /** Call when the clock has been set: the instant may have come closer, or have passed. */
  retime(): void {
    this.#disarm();
    this.#arm();
  }

  clear(): void {
    this.#instants.clear();
    this.#buckets.clear();
    this.#disarm();
  }

  #arm(): void {
    const instant = this.#least.value;
    if (this.#crossing || instant === this.#timer?.instant) return;
    this.#disarm();
    if (instant === Number.POSITIVE_INFINITY) return;
    const { clock, setTimeout } = this.#options;
    const delayMs = Math.min(Math.max(Math.ceil((instant - clock.now()) / 1000), 0), LONGEST_DELAY_MS);
    const handle = setTimeout(() => {
      this.#timer = undefined;
      void this.#crossDue();
    }, delayMs);
    this.#timer = { handle, instant };
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#options.clearTimeout(this.#timer.handle);
    this.#timer = undefined;
  }

  /** A timer that fired early, or was capped, finds nothing due and is set again. */
  async #crossDue(): Promise<void> {
    this.#crossing = true;
    const work = this.#options.slices.begin();
    for (let owner = this.#takeDue(); owner !== undefined; owner = this.#takeDue()) {
      this.#options.cross(owner);
      if (work.isDue) await work.turn();
    }
    this.#crossing = false;
    this.#arm();
  }

  #takeDue(): Owner | undefined {
    const instant = this.#least.value;
    if (instant > this.#options.clock.now()) return undefined;
    const next = this.#buckets.get(instant)?.values().next();
    if (next === undefined || next.done === true) return undefined;
    this.delete(next.value);
    return next.value;
  }
}
