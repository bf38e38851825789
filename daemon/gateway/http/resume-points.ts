/**
 * How far one event stream is with each of its topics, as the one text that comes back in `Last-Event-ID`: the cursor itself where the
 * stream has one topic, else `topic=cursor&…`.
 */

/** Headers of some 4 KB pass everywhere, and the token is in one too. A client whose topics need more hears `recovered: false`. */
const MAX_LENGTH = 2_048;

export class ResumePoints {
  /** The stream has one topic: its ids are those of {@link idOfOne}, and nothing needs to be moved. */
  readonly isOfOne: boolean;
  readonly #isResumed: boolean;
  /** Those that moved last come last. */
  readonly #cursors = new Map<string, string>();

  /** @param lastEventId as the client sent it: any text */
  constructor(topics: readonly string[], lastEventId: string | undefined) {
    this.isOfOne = topics.length === 1;
    this.#isResumed = lastEventId !== undefined;
    if (lastEventId === undefined) return;
    const sent = new URLSearchParams(lastEventId);
    for (const topic of topics) {
      const cursor = this.isOfOne ? lastEventId : sent.get(topic);
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
    return this.isOfOne ? idOfOne(cursor) : this.#several();
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

/** The id of a stream of one topic that has come to this cursor. */
export function idOfOne(cursor: string): string {
  return cursor.length <= MAX_LENGTH ? cursor : "-";
}
