import type { Flush, Progress } from "./topic-content.ts";

/** Half a megabyte or so, that the topic's other subscribers have got already. */
const MAX_FRAMES = 1_000;

/** What goes out while a subscriber is told what it missed, and follows after that. */
export class HeldFlushes {
  #flushes: Flush[] = [];
  #frames = 0;
  /** Where the subscriber will be after all of them. Undefined once it was too much: it catches up afterwards. */
  #last: Progress | undefined;

  /** @param upto where the subscriber will be when it was told what it missed */
  constructor(upto: Progress) {
    this.#last = upto;
  }

  get last(): Progress | undefined {
    return this.#last;
  }

  hold(flush: Flush): void {
    if (this.#last === undefined) return;
    const frames = this.#frames + flush.frames.length;
    if (this.#last === flush.from && frames <= MAX_FRAMES) {
      this.#flushes.push(flush);
      this.#frames = frames;
      this.#last = flush.to;
    } else {
      this.#flushes = [];
      this.#last = undefined;
    }
  }

  take(): readonly Flush[] {
    return this.#flushes;
  }
}
