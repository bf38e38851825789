import type { JsonObject } from "../../../protocol/json.ts";
import type { DocumentPosition, Published } from "../../owners/published.ts";
import { applyPatch, mergePatches } from "./merge.ts";

export type PendingMetrics =
  | ({ readonly kind: "document"; readonly document: JsonObject } & DocumentPosition)
  | ({ readonly kind: "patch"; readonly patch: JsonObject } & DocumentPosition);

/** The events of one batch. */
export type PendingEvents = Extract<Published, { kind: "events" }>;

export interface PendingFlush {
  readonly metrics: PendingMetrics | undefined;
  readonly events: readonly PendingEvents[];
  /** Where the latest of them is. */
  readonly reached: Pick<DocumentPosition, "snapshot" | "asOf" | "owes">;
}

/** What was published and has not gone out: metrics merged into one change, events in order. */
export class Pending {
  #metrics: PendingMetrics | undefined;
  #events: PendingEvents[] = [];
  #reached: PendingFlush["reached"] | undefined;

  get metrics(): PendingMetrics | undefined {
    return this.#metrics;
  }

  document(update: Published & { kind: "document" }): void {
    this.#metrics = { ...update };
    this.#reached = update;
  }

  /** It must follow what is here, or else what went out. */
  patch(update: Published & { kind: "patch" }): void {
    const { kind: _, previous: __, patch, ...position } = update;
    const before = this.#metrics;
    this.#reached = update;
    if (before === undefined) this.#metrics = { kind: "patch", patch, ...position };
    else if (before.kind === "patch")
      this.#metrics = { kind: "patch", patch: mergePatches(before.patch, patch), ...position };
    else this.#metrics = { kind: "document", document: applyPatch(before.document, patch), ...position };
  }

  events(update: PendingEvents): void {
    this.#events.push(update);
    this.#reached = update;
  }

  /** The same document holds there. */
  position(update: Published & { kind: "position" }): void {
    this.#reached = update;
  }

  /** Hands everything over; undefined if there is nothing. */
  take(): PendingFlush | undefined {
    if (this.#reached === undefined) return undefined;
    const taken = { metrics: this.#metrics, events: this.#events, reached: this.#reached };
    this.clear();
    return taken;
  }

  clear(): void {
    this.#metrics = undefined;
    this.#events = [];
    this.#reached = undefined;
  }
}
