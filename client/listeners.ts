/** Callbacks of the application. One that throws, or whose promise is rejected, stops neither the others nor the client. */
export class Listeners<Args extends readonly unknown[] = []> {
  readonly #report: (error: unknown) => void;
  readonly #entries = new Set<{ readonly callback: (...args: Args) => unknown }>();

  /** @param report takes what a callback throws */
  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  /** Returns its own undo. The same function may be added twice, and is then called twice. */
  add(callback: (...args: Args) => unknown): () => void {
    const entry = { callback };
    this.#entries.add(entry);
    return () => this.#entries.delete(entry);
  }

  call(...args: Args): void {
    for (const { callback } of this.#entries) void this.#guard(callback, args);
  }

  async #guard(callback: (...args: Args) => unknown, args: Args): Promise<void> {
    try {
      await callback(...args);
    } catch (error) {
      this.#report(error);
    }
  }
}

/** Remembers the last so many ids. */
export class RecentIds {
  readonly #most: number;
  readonly #ids = new Set<string>();

  constructor(most: number) {
    this.#most = most;
  }

  /** False if it is remembered already. */
  add(id: string): boolean {
    if (this.#ids.has(id)) return false;
    this.#ids.add(id);
    const [oldest] = this.#ids;
    if (this.#ids.size > this.#most && oldest !== undefined) this.#ids.delete(oldest);
    return true;
  }
}
