import type { JsonObject } from "../../../protocol/json.ts";
import type { DocumentPosition, Published } from "../../owners/published.ts";
import { rowsOf, type StreamPosition } from "../../stream/stream-position.ts";
import { applyPatch, mergePatches } from "./merge.ts";

export type PendingMetrics =
  | ({ readonly kind: "document"; readonly document: JsonObject } & DocumentPosition)
  | ({ readonly kind: "patch"; readonly patch: JsonObject } & DocumentPosition);

/** The events of one batch. */
export type PendingEvents = Extract<Published, { kind: "events" }>;

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

/** What was published and has not gone out: metrics merged into one change, events in order. */
export class Pending {
  #metrics: PendingMetrics | undefined;
  readonly #events: PendingEvents[] = [];
  readonly #steps: Step[] = [];

  get metrics(): PendingMetrics | undefined {
    return this.#metrics;
  }

  get events(): readonly PendingEvents[] {
    return this.#events;
  }

  /** Where all of them are, in order. */
  get steps(): readonly Step[] {
    return this.#steps;
  }

  document(update: Published & { kind: "document" }): void {
    this.#metrics = { ...update };
    this.#steps.push(update);
  }

  /** It must follow what is here, or else what went out. */
  patch(update: Published & { kind: "patch" }): void {
    const { kind: _, previous: __, patch, ...position } = update;
    const before = this.#metrics;
    this.#steps.push(update);
    if (before === undefined) this.#metrics = { kind: "patch", patch, ...position };
    else if (before.kind === "patch")
      this.#metrics = { kind: "patch", patch: mergePatches(before.patch, patch), ...position };
    else this.#metrics = { kind: "document", document: applyPatch(before.document, patch), ...position };
  }

  addEvents(update: PendingEvents): void {
    this.#events.push(update);
    this.#steps.push(update);
  }

  /** The same document holds there. */
  position(update: Published & { kind: "position" }): void {
    this.#steps.push(update);
  }
}
