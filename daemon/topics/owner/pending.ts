import type { JsonObject } from "../../../protocol/json.ts";
import type { DocumentPosition, Published } from "../../owners/published.ts";
import { rowsOf, type StreamPosition } from "../../stream/stream-position.ts";
import { applyPatch, mergePatches } from "./merge.ts";

export type PendingMetrics =
  | ({ readonly kind: "document"; readonly document: JsonObject } & DocumentPosition)
  | ({ readonly kind: "patch"; readonly patch: JsonObject } & DocumentPosition);

/** The events of one batch. */
export type PendingEvents = Extract<Published, { kind: "events" }>;

export interface PendingFlush {
  readonly metrics: PendingMetrics | undefined;
  readonly events: readonly PendingEvents[];
  /** Where all of them are, in order. */
  readonly steps: readonly Step[];
}

/** Where one publication brings those who get it. */
export type Step = Pick<PendingEvents, "snapshot" | "asOf" | "owes" | "rowsAfter">;

/** Where somebody at `start` is after the publication; undefined for who has nothing of before, and is owed nothing of it. */
export function stepFrom(
  start: StreamPosition | undefined,
  incarnation: string,
  { snapshot, asOf, owes, rowsAfter }: Step,
): StreamPosition {
  const told = rowsAfter?.at(-1) ?? (owes ? start && rowsOf(start) : undefined);
  const isWhole = told === undefined || (told.part === undefined && told.snapshot === snapshot);
  return { incarnation, snapshot, asOf, ...(isWhole ? {} : { rows: told }) };
}

const NO_EVENTS: readonly PendingEvents[] = [];
const NO_STEPS: readonly Step[] = [];

/** What was published and has not gone out: metrics merged into one change, events in order. */
export class Pending {
  #metrics: PendingMetrics | undefined;
  /** Most of the time there are none: then an owner has no list of its own. */
  #events: readonly PendingEvents[] = NO_EVENTS;
  #steps: readonly Step[] = NO_STEPS;

  get metrics(): PendingMetrics | undefined {
    return this.#metrics;
  }

  document(update: Published & { kind: "document" }): void {
    this.#metrics = { ...update };
    this.#step(update);
  }

  /** It must follow what is here, or else what went out. */
  patch(update: Published & { kind: "patch" }): void {
    const { kind: _, previous: __, patch, ...position } = update;
    const before = this.#metrics;
    this.#step(update);
    if (before === undefined) this.#metrics = { kind: "patch", patch, ...position };
    else if (before.kind === "patch")
      this.#metrics = { kind: "patch", patch: mergePatches(before.patch, patch), ...position };
    else this.#metrics = { kind: "document", document: applyPatch(before.document, patch), ...position };
  }

  events(update: PendingEvents): void {
    this.#events = [...this.#events, update];
    this.#step(update);
  }

  /** The same document holds there. */
  position(update: Published & { kind: "position" }): void {
    this.#step(update);
  }

  /** Hands everything over; undefined if there is nothing. */
  take(): PendingFlush | undefined {
    if (this.#steps.length === 0) return undefined;
    const taken = { metrics: this.#metrics, events: this.#events, steps: this.#steps };
    this.clear();
    return taken;
  }

  clear(): void {
    this.#metrics = undefined;
    this.#events = NO_EVENTS;
    this.#steps = NO_STEPS;
  }

  #step(update: Step): void {
    this.#steps = [...this.#steps, update];
  }
}
