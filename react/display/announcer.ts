/**
 * What is read out: whole sentences about what has changed since the last, at most one in ten seconds, so that nobody is talked over all day. What
 * is there at first is not read out: the reader finds it on the page.
 */

/** At most one sentence in this time. */
const QUIET_MS = 10_000;
/** What comes together is said together. */
const SETTLE_MS = 500;
/** More numbers than these in one sentence nobody remembers. */
const MOST_FIGURES = 3;

/** What is shown, as far as it may be read out. */
export interface Sayable {
  /** The connection's state, in a word. */
  readonly state: string;
  /** Counts up; less than before: it was cleared, and began at 0. */
  readonly unread: number;
  /** So many events, the last by its name. */
  readonly news: (count: number) => string;
  /** Values as they are written, by what they are called. */
  readonly figures: ReadonlyMap<string, string>;
}

interface Options {
  readonly now: () => number;
  readonly setTimeout: (callback: () => void, ms: number) => unknown;
  readonly clearTimeout: (timer: never) => void;
  readonly say: (sentence: string) => void;
}

export class Announcer {
  readonly #options: Options;
  #said: Sayable | undefined;
  #newest: Sayable | undefined;
  #saidAt = Number.NEGATIVE_INFINITY;
  #timer: unknown;

  constructor(options: Options) {
    this.#options = options;
  }

  /** What is shown now. The first is what later ones are compared with. */
  show(sayable: Sayable): void {
    this.#said ??= sayable;
    if (this.#newest && sayable.unread < this.#newest.unread) this.#said = { ...this.#said, unread: 0 };
    this.#newest = sayable;
    if (this.#timer !== undefined || sentenceOf(this.#said, sayable) === "") return;
    const waitMs = Math.max(SETTLE_MS, this.#saidAt + QUIET_MS - this.#options.now());
    this.#timer = this.#options.setTimeout(() => this.#speak(), waitMs);
  }

  stop(): void {
    if (this.#timer !== undefined) this.#options.clearTimeout(this.#timer as never);
    this.#timer = undefined;
  }

  #speak(): void {
    this.#timer = undefined;
    if (!this.#said || !this.#newest) return;
    const sentence = sentenceOf(this.#said, this.#newest);
    // It may have come back to what it was.
    if (sentence === "") return;
    this.#said = this.#newest;
    this.#saidAt = this.#options.now();
    this.#options.say(sentence);
  }
}

function sentenceOf(before: Sayable, after: Sayable): string {
  const count = after.unread - before.unread;
  const changed = [...after.figures].filter(([name, text]) => before.figures.get(name) !== text);
  return [
    ...(after.state === before.state ? [] : [after.state]),
    ...(count > 0 ? [after.news(count)] : []),
    ...changed.slice(0, MOST_FIGURES).map(([name, text]) => `${name}: ${text}`),
  ].join(". ");
}
