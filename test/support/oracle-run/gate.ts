import type { ReadDayStarts } from "../../../daemon/owners/day-starts.ts";
import type { Load, Loader } from "../../../daemon/owners/loader.ts";
import { Changes } from "../changes.ts";

/** Holds up what passes through it while it is shut. */
export class Gate {
  #opened: Promise<void> = Promise.resolve();
  #open = (): void => undefined;
  readonly #changes = new Changes();
  #arrivals = 0;

  shut(): void {
    this.#arrivals = 0;
    this.#opened = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  open(): void {
    this.#open();
    this.#opened = Promise.resolve();
  }

  async pass(): Promise<void> {
    this.#arrivals += 1;
    this.#changes.happened();
    await this.#opened;
  }

  /** Resolves once something has come to it since it was shut. */
  arrival(): Promise<void> {
    return this.#changes.until(
      () => this.#arrivals > 0,
      () => "something to be held up",
    );
  }

  /** Loads are read, but their rows don't arrive. */
  readonly loads = (loader: Loader): Loader => ({
    load: (request): Load => {
      const { imported, owners } = loader.load(request);
      return { imported, owners: this.#late(owners) };
    },
  });

  async #late<T>(loaded: Promise<T>): Promise<T> {
    const owners = await loaded;
    await this.pass();
    return owners;
  }

  /** The reader's calendar does not answer: no zone can be found good. */
  readonly dayStarts =
    (read: ReadDayStarts): ReadDayStarts =>
    async (zones, days, unit) => {
      await this.pass();
      return read(zones, days, unit);
    };
}
