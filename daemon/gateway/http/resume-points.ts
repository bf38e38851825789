/**
 * How far one event stream is with each of its topics, as the one text that comes back in `Last-Event-ID`: the cursor itself where the
 * stream has one topic, else `topic=cursor&…`.
 */

/** Headers of some 4 KB pass everywhere, and the token is in one too. A client whose topics need more hears `recovered: false`. */
const MAX_LENGTH = 2_048;

export class ResumePoints {
  readonly #isOne: boolean;
  readonly #isResumed: boolean;
  /** Those that moved last come last. */
  readonly #cursors = new Map<string, string>();

  /** @param lastEventId as the client sent it: any text */
  constructor(topics: readonly string[], lastEventId: string | undefined) {
    this.#isOne = topics.length === 1;
    this.#isResumed = lastEventId !== undefined;
    if (lastEventId === undefined) return;
    const sent = new URLSearchParams(lastEventId);
    for (const topic of topics) {
      const cursor = this.#isOne ? lastEventId : sent.get(topic);
      if (cursor !== null) this.#cursors.set(topic, cursor);
    }
  }

  /** What to resume this topic from; undefined for a client that is new. */
  resumeOf(topic: string): string | undefined {
    return this.#cursors.get(topic) ?? (this.#isResumed ? "" : undefined);
  }

  /** Takes the cursor of a frame; returns the id that brings the client back to there. */
  move(topic: string, cursor: string): string {
    this.#cursors.delete(topic);
    this.#cursors.set(topic, cursor);
    return this.#isOne ? this.#one(cursor) : this.#several();
  }

  #one(cursor: string): string {
    return cursor.length <= MAX_LENGTH ? cursor : "-";
  }

  #several(): string {
    for (;;) {
      const text = new URLSearchParams([...this.#cursors]).toString();
      const [oldest] = this.#cursors.keys();
      if (text.length <= MAX_LENGTH || oldest === undefined) return text === "" ? "-" : text;
      this.#cursors.delete(oldest);
    }
  }
}
