import type { DownFrame } from "../protocol/down.ts";
import type { EventFrame } from "../protocol/down/event.ts";
import type { JsonObject } from "../protocol/json.ts";
import { difference } from "./difference.ts";

/** One owner as a fake daemon has it: a document and its version, and everything that happened. Makes frames; sends nothing. */
export class FakeOwner {
  readonly #topic: string;
  readonly #now: () => number;
  /** How many events nobody can have any more. */
  #forgotten = 0;
  #document: JsonObject = {};
  #version = 1;
  readonly #events: EventFrame[] = [];
  #stale: { readonly since: string; readonly reason: string } | undefined;

  constructor(topic: string, now: () => number) {
    this.#topic = topic;
    this.#now = now;
  }

  snapshot(epoch: string, answer: { readonly id?: string; readonly recovered?: boolean } = {}): DownFrame {
    return {
      type: "snapshot",
      ...this.#about(),
      ...answer,
      epoch,
      version: this.#version,
      asOf: this.#instant(),
      cursor: this.#cursor(this.#events.length),
      data: structuredClone(this.#document),
    };
  }

  /** Undefined where nothing changes. */
  update(epoch: string, document: JsonObject): DownFrame | undefined {
    const data = difference(this.#document, document);
    if (Object.keys(data).length === 0) return undefined;
    const previous = this.#version;
    this.#document = structuredClone(document);
    this.#version += 1;
    return {
      type: "metrics_updated",
      ...this.#about(),
      epoch,
      version: this.#version,
      previous,
      asOf: this.#instant(),
      cursor: this.#cursor(this.#events.length),
      data,
    };
  }

  happen(type: string, data: JsonObject): DownFrame {
    const id = `${this.#topic}-${this.#events.length + 1}`;
    const cursor = this.#cursor(this.#events.length + 1);
    const event = { type, ...this.#about(), id, cursor, data: structuredClone(data) };
    this.#events.push(event);
    return event;
  }

  /** The events after a cursor; undefined where nobody can say. */
  since(cursor: string): readonly DownFrame[] | undefined {
    const seen = /^after-(\d+)$/.exec(cursor)?.[1];
    if (seen === undefined || Number(seen) < this.#forgotten || Number(seen) > this.#events.length) return undefined;
    return this.#events.slice(Number(seen));
  }

  /** Cursors from before the last event don't help any more. */
  forget(): void {
    this.#forgotten = this.#events.length;
  }

  stale(reason: string): DownFrame {
    this.#stale = { since: this.#instant(), reason };
    return { type: "stale", ...this.#about(), ...this.#stale };
  }

  live(): DownFrame {
    this.#stale = undefined;
    return { type: "live", ...this.#about() };
  }

  get staleFrame(): DownFrame | undefined {
    return this.#stale && { type: "stale", ...this.#about(), ...this.#stale };
  }

  #about(): { readonly timestamp: number; readonly topic: string } {
    return { timestamp: this.#now(), topic: this.#topic };
  }

  #cursor(events: number): string {
    return `after-${events}`;
  }

  #instant(): string {
    return new Date(this.#now()).toISOString().replace("Z", "000Z");
  }
}
