import type { Timers } from "../config/timers.ts";
import { DueQueue } from "../metrics/due-queue.ts";
import type { Clock } from "../metrics/clock.ts";
import type { Slices } from "./slices.ts";

/** A timer set for longer than this fires at once: Node keeps delays in 32 bits. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

export interface BoundaryTimerOptions<Owner> extends Timers {
  readonly clock: Pick<Clock, "now">;
  readonly slices: Slices;
  /** Called for each owner when its instant has come. Must set the owner's next instant. */
  readonly cross: (owner: Owner) => void;
}

/**
 * Wakes each owner at its next instant: the next local midnight, or the next moment at which a stay begins or ends. A timer for each owner
 * would fire for thousands of owners in one turn of the event loop, as all owners of a zone share their midnights, and nothing else would
 * be served meanwhile. So one timer waits for the earliest instant. Owners whose instant has come are crossed in slices, between which the
 * loop turns, and each is advanced to the present when its turn comes.
 */
export class BoundaryTimer<Owner> {
  readonly #options: BoundaryTimerOptions<Owner>;
  readonly #due = new DueQueue<Owner>();
  #timer: { readonly handle: unknown; readonly instant: number } | undefined;
  #crossing = false;

  constructor(options: BoundaryTimerOptions<Owner>) {
    this.#options = options;
  }

  /** Sets the owner's next instant, in microseconds since 1970; Infinity if it has none. */
  set(owner: Owner, instant: number): void {
    this.#due.set(owner, instant);
    this.#arm();
  }

  delete(owner: Owner): void {
    this.#due.set(owner, Number.POSITIVE_INFINITY);
  }

  /** Call when the clock has been set: the instant may have come closer, or have passed. */
  retime(): void {
    this.#disarm();
    this.#arm();
  }

  clear(): void {
    this.#due.clear();
    this.#disarm();
  }

  #arm(): void {
    const instant = this.#due.next;
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
    const { cross, clock } = this.#options;
    for (let owner = this.#due.take(clock.now()); owner !== undefined; owner = this.#due.take(clock.now())) {
      cross(owner);
      if (work.isDue) await work.turn();
    }
    this.#crossing = false;
    this.#arm();
  }
}
