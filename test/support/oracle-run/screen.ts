import assert from "node:assert/strict";
import { applyPatch, fromSnapshot, type Materialised } from "../../../client/materialised.ts";
import type { JsonObject } from "../../../daemon/metrics/published.ts";
import type { Frame } from "../../../daemon/hub/frame.ts";
import type { Subscriber } from "../../../daemon/hub/subscription.ts";
import type { Down } from "../../../protocol/down.ts";

/** What a frame made of an owner's document. */
export interface Shown {
  readonly owner: string;
  readonly version: number;
  /** In microseconds since 1970. */
  readonly asOf: number;
  readonly document: JsonObject;
}

/** A subscriber that shows an owner's document as a client does, and holds every frame to what the protocol promises of order. */
export class Screen implements Subscriber {
  readonly owner: string;
  readonly blocked = false;
  /** Why the numbers can't be vouched for; undefined while they can. */
  staleBecause: string | undefined;
  readonly #onShown: (shown: Shown) => void;
  readonly #epochs = new Set<string>();
  #document: Materialised | undefined;
  #frames = 0;

  constructor(owner: string, onShown: (shown: Shown) => void) {
    this.owner = owner;
    this.#onShown = onShown;
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
    const message = JSON.parse(Buffer.from(frame).toString()) as Down;
    switch (message.type) {
      case "snapshot":
        this.#show(message.ownerId, fromSnapshot(message));
        break;
      case "metrics_updated": {
        const document = applyPatch(this.#document, message);
        assert.ok(
          document !== "gap",
          `a patch of ${this.owner} on version ${message.previous} came to ${this.#place()}`,
        );
        this.#show(message.ownerId, document);
        break;
      }
      case "stale":
        this.staleBecause = message.reason;
        break;
      case "live":
        this.staleBecause = undefined;
        break;
      default:
        assert.fail(`a frame of type ${message.type}`);
    }
  }

  #show(owner: string, document: Materialised): void {
    assert.equal(owner, this.owner);
    if (document.epoch === this.#document?.epoch) {
      const { version } = this.#document;
      assert.ok(document.version > version, `version ${document.version} came to ${this.#place()}`);
      assert.ok(document.asOf >= this.#document.asOf, `T went back, from ${this.#document.asOf} to ${document.asOf}`);
    } else {
      assert.ok(!this.#epochs.has(document.epoch), `epoch ${document.epoch} came again`);
      this.#epochs.add(document.epoch);
    }
    this.#document = document;
    this.#onShown({ owner, version: document.version, asOf: microseconds(document.asOf), document: document.data });
  }

  #place(): string {
    return this.#document === undefined ? "an empty screen" : `version ${this.#document.version}`;
  }
}

/** Of an ISO instant with microseconds. */
function microseconds(iso: string): number {
  return Date.parse(`${iso.slice(0, 23)}Z`) * 1000 + Number(iso.slice(23, 26));
}
