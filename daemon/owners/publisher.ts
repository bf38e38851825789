import type { OwnerEvent } from "./owner-event.ts";
import type { Position, Publish, StaleReason } from "./published.ts";
import type { JsonObject } from "../../protocol/json.ts";
import type { WatchedOwner } from "./watched-owner.ts";

/** A load takes tens of milliseconds; an owner has some events a second. */
const HELD_EVENTS = 1_000;

/**
 * Says what became of an owner, with versions from one counter: within an epoch they only grow and none is used twice, also when an
 * owner is let go and loaded again.
 */
export class Publisher {
  readonly #publish: Publish;
  #epoch: Pick<Position, "epoch" | "incarnation"> = { epoch: "", incarnation: "" };
  #version = 0;
  /** The last batch that was taken in whole. */
  #snapshot = "";
  #batch: { readonly snapshot: string; readonly takers: Set<WatchedOwner> } | undefined;

  constructor(publish: Publish) {
    this.#publish = publish;
  }

  begin(epoch: string, incarnation: string): void {
    this.#epoch = { epoch, incarnation };
    this.#batch = undefined;
  }

  /** A batch comes: each owner stands where it stood until {@link takes}, all of them stand at the batch after {@link endBatch}. */
  beginBatch(snapshot: string): void {
    this.#batch = { snapshot, takers: new Set() };
  }

  /** From now on the owner has what the present batch brings for it. */
  takes(owner: WatchedOwner): void {
    this.#batch?.takers.add(owner);
  }

  endBatch(): void {
    if (this.#batch !== undefined) this.#snapshot = this.#batch.snapshot;
    this.#batch = undefined;
  }

  /** To be called before the document or the patch that follows from the same changes. */
  events(owner: WatchedOwner, events: readonly OwnerEvent[], asOf: number): void {
    if (events.length === 0) return;
    owner.asOf = asOf;
    this.#publish({ kind: "events", owner: owner.id, events, snapshot: this.#snapshotOf(owner), asOf });
  }

  /** Keeps events of an owner that is read again for its document; too many of them, or a document that may not come, don't wait. */
  hold(owner: WatchedOwner, events: readonly OwnerEvent[]): void {
    for (const event of events) owner.held.push(event);
    if (owner.held.length > HELD_EVENTS) this.#release(owner, owner.asOf);
  }

  /** The whole document, `{}` for an owner without a row; an owner that was stale is live again. */
  document(owner: WatchedOwner, document: JsonObject, asOf: number): void {
    this.#release(owner, asOf);
    owner.asOf = asOf;
    owner.version = this.#version += 1;
    this.#publish({
      kind: "document",
      owner: owner.id,
      ...this.#epoch,
      version: owner.version,
      snapshot: this.#snapshotOf(owner),
      asOf,
      document,
    });
    if (!owner.isStale) return;
    owner.isStale = false;
    this.#publish({ kind: "live", owner: owner.id });
  }

  patch(owner: WatchedOwner, patch: JsonObject, asOf: number): void {
    const previous = owner.version;
    owner.version = this.#version += 1;
    owner.asOf = asOf;
    this.#publish({
      kind: "patch",
      owner: owner.id,
      ...this.#epoch,
      version: owner.version,
      snapshot: this.#snapshotOf(owner),
      previous,
      asOf,
      patch,
    });
  }

  /** Once, until the owner is live again. */
  stale(owner: WatchedOwner, reason: StaleReason, since: number): void {
    this.#release(owner, owner.asOf);
    if (owner.isStale) return;
    owner.isStale = true;
    this.#publish({ kind: "stale", owner: owner.id, since, reason });
  }

  /** Without a document of this epoch nobody could follow. */
  #release(owner: WatchedOwner, asOf: number | undefined): void {
    const { held } = owner;
    if (held.length === 0) return;
    owner.held = [];
    if (owner.asOf !== undefined && asOf !== undefined) this.events(owner, held, asOf);
  }

  #snapshotOf(owner: WatchedOwner): string {
    return this.#batch?.takers.has(owner) === true ? this.#batch.snapshot : this.#snapshot;
  }
}
