/** A sleep that can be cut short. A wake-up while nobody sleeps is kept for the next sleep, so that none falls between two. */
export class InterruptibleSleep {
  #isWoken = false;
  #wakeSleeper: (() => void) | undefined;

  /** Resolves after `ms` milliseconds (Infinity: never by itself), or at a wake-up; true if it was a wake-up. */
  async sleep(ms: number): Promise<boolean> {
    if (!this.#isWoken) await this.#untilWokenOrOver(ms);
    const isWoken = this.#isWoken;
    this.#isWoken = false;
    return isWoken;
  }

  wake(): void {
    this.#isWoken = true;
    this.#wakeSleeper?.();
  }

  async #untilWokenOrOver(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wakeSleeper = resolve;
      if (ms !== Number.POSITIVE_INFINITY) timer = setTimeout(resolve, Math.max(0, Math.ceil(ms)));
    });
    clearTimeout(timer);
    this.#wakeSleeper = undefined;
  }
}
