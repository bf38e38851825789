/**
 * The heartbeat's proof that both sides live: a payload sent by NOTIFY through the reader's session that must come back through
 * the listener in time. Payloads of others, forged or another daemon's, are ignored.
 */
export class Probe {
  readonly #readerId: string;
  readonly #timeoutMs: number;
  readonly #onLate: () => void;
  #count = 0;
  /** The probe that must come back before the timer ends; later ones prove as much. */
  #awaited = 0;
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
    return `${this.#readerId}:${this.#count}`;
  }

  /** The latest probe is known to be sent. */
  sent(): void {
    if (this.#timer !== undefined || this.#heard === this.#count) return;
    this.#awaited = this.#count;
    this.#timer = setTimeout(() => this.#late(), this.#timeoutMs);
  }

  heard(payload: string): void {
    const [id, count] = payload.split(":");
    if (id !== this.#readerId) return;
    this.#heard = Number(count);
    if (this.#heard >= this.#awaited) this.forget();
  }

  /** No longer waits: the listener was connected anew, and could not hear it. */
  forget(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** This process may have been held up: what waits in the socket is read first. */
  #late(): void {
    const timer = this.#timer;
    setImmediate(() => {
      setImmediate(() => {
        if (timer !== undefined && this.#timer === timer) this.#onLate();
      });
    });
  }
}
