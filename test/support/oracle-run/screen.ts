import assert from "node:assert/strict";
import { applyPatch, fromSnapshot, type Materialised } from "../../../client/materialised.ts";
import type { JsonObject } from "../../../protocol/json.ts";
import type { Frame } from "../../../daemon/hub/frame.ts";
import type { Subscriber } from "../../../daemon/hub/subscriber.ts";
import { type Down, RESERVED_TYPES } from "../../../protocol/down.ts";
import { ownerTopic } from "../../../protocol/topic.ts";
import { microsecondsOf } from "../microseconds.ts";

/** What a frame made of an owner's document. */
export interface Shown {
  readonly owner: string;
  readonly epoch: string;
  readonly version: number;
  /** In microseconds since 1970. */
  readonly asOf: number;
  readonly document: JsonObject;
}

export interface ScreenEvents {
  /** A document. */
  readonly shown: (shown: Shown) => void;
  /** Any frame, once it is taken in. */
  readonly told: () => void;
  /** A frame broke a promise. Whoever sent it must not be the one to hear of that: it would take it for a fault of the reader's. */
  readonly broken: (error: unknown) => void;
}

/** Of an owner, by its key, or of another topic, by its name. */
export function topicOf(owner: string): string {
  return owner.includes(":") ? owner : ownerTopic(owner);
}

/** A subscriber that shows an owner's document as a client does, and holds every frame to what the protocol promises of order. */
export class Screen implements Subscriber {
  readonly owner: string;
  readonly blocked = false;
  /** Why the numbers can't be vouched for; undefined while they can. */
  staleBecause: string | undefined;
  readonly #events: ScreenEvents;
  readonly #epochs = new Set<string>();
  #document: Materialised | undefined;
  #frames = 0;

  constructor(owner: string, events: ScreenEvents) {
    this.owner = owner;
    this.#events = events;
  }

  get document(): JsonObject | undefined {
    return this.#document?.data;
  }

  /** How many frames came. */
  get frames(): number {
    return this.#frames;
  }

  /** The document's epoch. */
  get epoch(): string | undefined {
    return this.#document?.epoch;
  }

  send(frame: Frame): void {
    this.#frames += 1;
    try {
      this.#take(JSON.parse(Buffer.from(frame.bytes).toString()) as Down);
    } catch (error) {
      this.#events.broken(error);
    }
    this.#events.told();
  }

  #take(message: Down): void {
    switch (message.type) {
      case "snapshot":
        this.#show(message.topic, fromSnapshot(message), message.recovered !== undefined);
        break;
      case "metrics_updated": {
        const document = applyPatch(this.#document, message);
        assert.ok(
          document !== "gap",
          `a patch of ${this.owner} on version ${message.previous} came to ${this.#place()}`,
        );
        this.#show(message.topic, document);
        break;
      }
      case "stale":
        this.staleBecause = message.reason;
        break;
      case "live":
        this.staleBecause = undefined;
        break;
      default:
        // What happened is not judged here: only numbers are.
        assert.ok(!RESERVED_TYPES.has(message.type), `a frame of type ${message.type}`);
    }
  }

  /** @param isResumed it had fallen behind and is told what happened since, behind the document: which that need not have changed */
  #show(topic: string, document: Materialised, isResumed = false): void {
    assert.equal(topic, topicOf(this.owner));
    if (document.epoch === this.#document?.epoch) {
      const { version } = this.#document;
      const isNext = document.version > version || (isResumed && document.version === version);
      assert.ok(isNext, `version ${document.version} came to ${this.#place()}`);
      assert.ok(document.asOf >= this.#document.asOf, `T went back, from ${this.#document.asOf} to ${document.asOf}`);
    } else {
      assert.ok(!this.#epochs.has(document.epoch), `epoch ${document.epoch} came again`);
      this.#epochs.add(document.epoch);
    }
    this.#document = document;
    this.#events.shown({
      owner: this.owner,
      epoch: document.epoch,
      version: document.version,
      asOf: microsecondsOf(document.asOf),
      document: document.data,
    });
  }

  #place(): string {
    return this.#document === undefined ? "an empty screen" : `version ${this.#document.version}`;
  }
}
