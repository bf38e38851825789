import { encode, type Frame } from "../../daemon/hub/frame.ts";
import type { Consequence, Flush, Progress, Replay, TopicContent, TopicKind } from "../../daemon/hub/topic-content.ts";

/** A kind of topic that is nothing like an owner: a number that is added to. What was added is its history. */
export class Counters implements TopicKind<number> {
  readonly watched: string[] = [];
  readonly unwatched: string[] = [];

  watch(key: string): void {
    this.watched.push(key);
  }

  unwatch(key: string): void {
    this.unwatched.push(key);
  }

  /** Nobody asks: a counter stands where it was added to last. */
  locate(): void {}

  open(topic: string): TopicContent<number> {
    return new Counter(topic);
  }
}

/** Its cursors are how many additions there were. */
class Counter implements TopicContent<number> {
  readonly #topic: string;
  readonly #additions: number[] = [];
  #sent = 0;
  #isPending = false;
  #progress: Progress | undefined;

  constructor(topic: string) {
    this.#topic = topic;
  }

  get progress(): Progress | undefined {
    return this.#progress;
  }

  /** 0 begins. Negative numbers can't be. */
  accept(update: number): Consequence {
    if (update < 0) return { kind: "broken" };
    this.#isPending = true;
    if (update > 0) this.#additions.push(update);
    return { kind: "flush" };
  }

  flush(): Flush | undefined {
    if (!this.#isPending) return undefined;
    this.#isPending = false;
    const from = this.#progress;
    const frames = this.#framesFrom(this.#sent);
    this.#sent = this.#additions.length;
    const position = { incarnation: "counter", snapshot: String(this.#sent), asOf: 0 };
    const to = { epoch: "e", version: this.#sent, events: this.#sent, position, had: position };
    this.#progress = to;
    return { from, to, frames };
  }

  snapshotFrame(): Frame {
    const total = this.#additions.slice(0, this.#sent).reduce((sum, addition) => sum + addition, 0);
    const where = { epoch: "e", version: this.#sent, asOf: "", cursor: String(this.#sent) };
    return encode({ type: "snapshot", timestamp: 0, topic: this.#topic, ...where, data: { total } });
  }

  replay(since: { readonly cursor: string } | { readonly snapshot: string }): Promise<Replay | undefined> {
    const frames = this.#framesFrom(Number("cursor" in since ? since.cursor : since.snapshot)).slice(0, this.#sent);
    return Promise.resolve({
      isEmpty: frames.length === 0,
      next: async () => ({ frames, isLast: true }),
      pause: () => undefined,
      stop: () => undefined,
    });
  }

  forget(): void {
    this.#progress = undefined;
    this.#additions.length = 0;
  }

  #framesFrom(first: number): Frame[] {
    return this.#additions.slice(first).map((addition, at) => {
      const cursor = String(first + at + 1);
      return encode({ type: "added", timestamp: 0, topic: this.#topic, id: cursor, cursor, data: { addition } });
    });
  }
}
