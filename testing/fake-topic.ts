import type { NackCode } from "../protocol/codes.ts";
import type { DownFrame } from "../protocol/down.ts";
import type { EventFrame } from "../protocol/down/event.ts";
import type { JsonObject, JsonValue } from "../protocol/json.ts";
import type { Up } from "../protocol/up.ts";

/** A request of a client. */
export type Request<Type extends Up["type"]> = Extract<Up, { type: Type }>;

/** One topic as a fake daemon has it: a document and its version, and everything that happened. Makes frames; sends nothing. */
export class FakeTopic {
  readonly #topic: string;
  readonly #now: () => number;
  /** How many events can't be had any more. */
  #forgotten = 0;
  #document: JsonObject = {};
  #version = 1;
  readonly #events: EventFrame[] = [];
  #stale: { readonly since: string; readonly reason: string } | undefined;

  constructor(topic: string, now: () => number) {
    this.#topic = topic;
    this.#now = now;
  }

  /** Why nobody may see it; undefined: they may. */
  get refusal(): NackCode | undefined {
    return undefined;
  }

  snapshot(epoch: string, answer: { readonly id?: string; readonly recovered?: boolean } = {}): DownFrame {
    return {
      type: "snapshot",
      ...this.header(),
      ...answer,
      epoch,
      version: this.#version,
      asOf: this.instant(),
      cursor: this.#cursor(this.#events.length),
      data: copyOf(this.#document),
    };
  }

  /** Undefined where nothing changes. */
  update(epoch: string, document: JsonObject): DownFrame | undefined {
    const data = patchBetween(this.#document, document);
    if (Object.keys(data).length === 0) return undefined;
    const previous = this.#version;
    this.#document = copyOf(document);
    this.#version += 1;
    return {
      type: "metrics_updated",
      ...this.header(),
      epoch,
      version: this.#version,
      previous,
      asOf: this.instant(),
      cursor: this.#cursor(this.#events.length),
      data,
    };
  }

  emit(type: string, data: JsonObject): DownFrame {
    const id = `${this.#topic}-${this.#events.length + 1}`;
    const cursor = this.#cursor(this.#events.length + 1);
    const event = { type, ...this.header(), id, cursor, data: copyOf(data) };
    this.#events.push(event);
    return event;
  }

  /** Undefined for a cursor from before what was forgotten, or of another daemon. */
  eventsAfter(cursor: string): readonly DownFrame[] | undefined {
    const seen = /^after-(\d+)$/.exec(cursor)?.[1];
    if (seen === undefined || Number(seen) < this.#forgotten || Number(seen) > this.#events.length) return undefined;
    return this.#events.slice(Number(seen));
  }

  /** A document has no rows, and so no older ones. */
  page(_epoch: string, _asked: Request<"history">): DownFrame | undefined {
    return undefined;
  }

  /** What is told beside it to whoever comes. */
  get sideFrames(): readonly DownFrame[] {
    return [];
  }

  /** Takes what a client says of its user; why not, where it doesn't. */
  take(_request: Request<"present" | "typing">): NackCode | undefined {
    return "no_presence";
  }

  /** Cursors from before the last event don't help any more. */
  forget(): void {
    this.#forgotten = this.#events.length;
  }

  stale(reason: string): DownFrame {
    this.#stale = { since: this.instant(), reason };
    return { type: "stale", ...this.header(), ...this.#stale };
  }

  live(): DownFrame {
    this.#stale = undefined;
    return { type: "live", ...this.header() };
  }

  get staleFrame(): DownFrame | undefined {
    return this.#stale && { type: "stale", ...this.header(), ...this.#stale };
  }

  protected header(): { readonly timestamp: number; readonly topic: string } {
    return { timestamp: this.#now(), topic: this.#topic };
  }

  #cursor(events: number): string {
    return `after-${events}`;
  }

  protected instant(): string {
    return new Date(this.#now()).toISOString().replace("Z", "000Z");
  }
}

/** Jest's jsdom has no `structuredClone`; what goes over a wire is JSON in any case. */
export function copyOf<Value extends object>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}

/** The RFC 7396 merge patch that makes one document of another. Neither holds a null. */
function patchBetween(before: JsonObject, after: JsonObject): JsonObject {
  const patch: JsonObject = {};
  for (const key of Object.keys(before)) if (!Object.hasOwn(after, key)) patch[key] = null;
  for (const [key, value] of Object.entries(after)) {
    const old = Object.hasOwn(before, key) ? before[key] : undefined;
    if (!isObject(value)) {
      if (value !== old) patch[key] = value;
      continue;
    }
    const inner = patchBetween(isObject(old) ? old : {}, value);
    if (!isObject(old) || Object.keys(inner).length > 0) patch[key] = inner;
  }
  return patch;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
