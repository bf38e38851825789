import type { JsonObject, Publish, StaleReason } from "./published.ts";
import type { WatchedOwner } from "./watched-owner.ts";

/**
 * Says what became of an owner, with versions from one counter: within an epoch they only grow and none is used twice, also when an
 * owner is let go and loaded again.
 */
export class Announcer {
  readonly #publish: Publish;
  #epoch = "";
  #version = 0;
  /** The last batch that was taken in whole. */
  #snapshot = "";
  #batch: { readonly snapshot: string; readonly takers: Set<WatchedOwner> } | undefined;

  constructor(publish: Publish) {
    this.#publish = publish;
  }

  begin(epoch: string): void {
    this.#epoch = epoch;
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

  /** The whole document, `{}` for an owner without a row; an owner that was stale is live again. */
  document(owner: WatchedOwner, document: JsonObject, asOf: number): void {
    owner.version = this.#version += 1;
    this.#publish({
      kind: "document",
      owner: owner.id,
      epoch: this.#epoch,
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
    this.#publish({
      kind: "patch",
      owner: owner.id,
      epoch: this.#epoch,
      version: owner.version,
      snapshot: this.#snapshotOf(owner),
      previous,
      asOf,
      patch,
    });
  }

  /** Once, until the owner is live again. */
  stale(owner: WatchedOwner, reason: StaleReason, since: number): void {
    if (owner.isStale) return;
    owner.isStale = true;
    this.#publish({ kind: "stale", owner: owner.id, since, reason });
  }

  #snapshotOf(owner: WatchedOwner): string {
    return this.#batch?.takers.has(owner) === true ? this.#batch.snapshot : this.#snapshot;
  }
}
