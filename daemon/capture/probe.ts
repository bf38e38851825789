/**
 * The heartbeat's proof that both sides live: a payload sent by NOTIFY through the reader's session that must come back through
 * the listener in time. Payloads of others, forged or another daemon's, are ignored.
 */
export class Probe {
  readonly #readerId: string;
  readonly #timeoutMs: number;
  readonly #onLate: () => void;
  #count = 0;
  #heard = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `onLate`: a probe did not come back within `timeoutMs` of being sent. */
  constructor(readerId: string, timeoutMs: number, onLate: () => void) {
    this.#readerId = readerId;
    this.#timeoutMs = timeoutMs;
    this.#onLate = onLate;
  }

  /** The payload of the next probe; each is used once. */
  next(): string {
    this.#count += 1;
    return this.#payload();
  }

  /** The latest probe is known to be sent. */
  sent(): void {
    this.forget();
    if (this.#heard === this.#count) return;
    this.#timer = setTimeout(() => this.#late(), this.#timeoutMs);
  }

  heard(payload: string): void {
    if (this.#count === 0 || payload !== this.#payload()) return;
    this.#heard = this.#count;
    this.forget();
  }

  /** No longer waits: the listener was connected anew, and could not hear it. */
  forget(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #payload(): string {
    return `${this.#readerId}:${this.#count}`;
  }

  /** This process may have been held up: what waits in the socket is read first. */
  #late(): void {
    const count = this.#count;
    setImmediate(() => {
      setImmediate(() => {
        if (this.#timer !== undefined && this.#count === count && this.#heard !== count) this.#onLate();
      });
    });
  }
}
