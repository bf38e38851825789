/** Lets tests wait for what they expect, without asking again and again: whoever changes something says so. */
export class Changes {
  readonly #looks = new Set<() => void>();

  happened(): void {
    for (const look of this.#looks) look();
  }

  /** Resolves when `condition` holds, looked at after each change; rejects after a time that no sound run comes near. */
  async until(condition: () => boolean, what: () => string, atMostMs = 15_000): Promise<void> {
    if (condition()) return;
    await new Promise<void>((resolve, reject) => {
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        this.#looks.delete(look);
        act();
      };
      const look = (): void => {
        if (condition()) settle(resolve);
      };
      const timer = setTimeout(
        () => settle(() => reject(new Error(`waited ${atMostMs / 1000} s in vain for ${what()}`))),
        atMostMs,
      );
      this.#looks.add(look);
    });
  }
}
