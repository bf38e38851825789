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

  constructor(publish: Publish) {
    this.#publish = publish;
  }

  begin(epoch: string): void {
    this.#epoch = epoch;
  }

  /** The whole document, `{}` for an owner without a row; an owner that was stale is live again. */
  document(owner: WatchedOwner, document: JsonObject, asOf: number): void {
    owner.version = this.#version += 1;
    this.#publish({
      kind: "document",
      owner: owner.id,
      epoch: this.#epoch,
      version: owner.version,
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
}
