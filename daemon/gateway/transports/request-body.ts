/** A request's body as it comes, in pieces: kept up to a limit, and given up where it takes too long. */
export interface BodyHandlers {
  /** All of it, as text; undefined where it was longer than the limit. */
  readonly whole: (text: string | undefined) => void;
  /** It does not end: its connection is to be ended. */
  readonly endless: () => void;
}

/** As long as headers may take. */
const TIMEOUT_MS = 10_000;
/** Of one that is too long so many times the limit is read and let go, so that its sender hears why. */
const LONGEST = 4;

export class RequestBody {
  readonly #maxBytes: number;
  readonly #handlers: BodyHandlers;
  readonly #timer: NodeJS.Timeout;
  #pieces: Buffer[] = [];
  #bytes = 0;
  #isOver = false;

  constructor(maxBytes: number, handlers: BodyHandlers) {
    this.#maxBytes = maxBytes;
    this.#handlers = handlers;
    this.#timer = setTimeout(() => this.#giveUp(), TIMEOUT_MS);
  }

  /** @param piece copied */
  take(piece: Uint8Array, isLast: boolean): void {
    if (this.#isOver) return;
    this.#bytes += piece.length;
    if (this.#bytes > LONGEST * this.#maxBytes) return this.#giveUp();
    if (this.#bytes > this.#maxBytes) this.#pieces = [];
    else if (piece.length > 0) this.#pieces.push(Buffer.from(piece));
    if (!isLast) return;
    this.stop();
    this.#handlers.whole(this.#bytes > this.#maxBytes ? undefined : Buffer.concat(this.#pieces).toString());
  }

  /** Its connection has ended. */
  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  #giveUp(): void {
    this.stop();
    this.#pieces = [];
    this.#handlers.endless();
  }
}
