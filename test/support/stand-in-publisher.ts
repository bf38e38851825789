import type { Demand, Published, StaleReason } from "../../daemon/owners/published.ts";
import type { JsonObject } from "../../protocol/json.ts";

/** Stands in for the owners: publishes as a test says, with versions and instants in order, and records the owners that are watched. */
export class StandInPublisher implements Demand {
  readonly watched: string[] = [];
  readonly unwatched: string[] = [];
  /** Owners whose document is published as soon as they are watched. */
  readonly documents = new Map<string, JsonObject>();
  epoch = "epoch-1";
  readonly incarnation = "incarnation";
  asOf = 1_778_241_600_000_000;
  snapshot = "1:1:";
  #version = 0;
  #snapshots = 0;
  readonly #last = new Map<string, number>();
  /** Passes on any update. */
  publish: (update: Published) => void = () => {};

  connect(publish: (update: Published) => void): void {
    this.publish = publish;
  }

  watch(owner: string): void {
    this.watched.push(owner);
    const document = this.documents.get(owner);
    if (document !== undefined) this.document(owner, document);
  }

  unwatch(owner: string): void {
    this.unwatched.push(owner);
  }

  locate(owner: string): void {
    const version = this.#last.get(owner);
    if (version === undefined) return;
    this.#move();
    const { epoch, incarnation, snapshot, asOf } = this;
    this.publish({ kind: "position", owner, epoch, incarnation, version, snapshot, asOf });
  }

  document(owner: string, document: JsonObject): void {
    this.publish({ kind: "document", document: structuredClone(document), ...this.#next(owner) });
  }

  patch(owner: string, patch: JsonObject): void {
    const previous = this.#last.get(owner) ?? 0;
    this.publish({ kind: "patch", previous, patch: structuredClone(patch), ...this.#next(owner) });
  }

  /** Publishes as one batch would: the events, then the patch, if there is one. */
  commit(owner: string, names: readonly string[], patch?: JsonObject): void {
    const next = patch && { previous: this.#last.get(owner) ?? 0, patch: structuredClone(patch), ...this.#next(owner) };
    if (next === undefined) this.#move();
    const { snapshot, asOf } = this;
    const events = names.map((name) => ({ id: `id-${name}`, name: "made", data: { name } }));
    if (events.length > 0) this.publish({ kind: "events", owner, events, snapshot, asOf });
    if (next !== undefined) this.publish({ kind: "patch", ...next });
  }

  /** Publishes as one batch would that holds a single event, of this name. */
  happen(owner: string, name: string, data: JsonObject = {}): void {
    this.#move();
    const { snapshot, asOf } = this;
    this.publish({ kind: "events", owner, events: [{ id: `id-${name}`, name, data }], snapshot, asOf });
  }

  stale(owner: string, reason: StaleReason): void {
    this.publish({ kind: "stale", owner, since: this.asOf, reason });
  }

  live(owner: string): void {
    this.publish({ kind: "live", owner });
  }

  #next(owner: string) {
    const version = ++this.#version;
    this.#last.set(owner, version);
    this.#move();
    return {
      owner,
      epoch: this.epoch,
      incarnation: this.incarnation,
      version,
      snapshot: this.snapshot,
      asOf: this.asOf,
    };
  }

  #move(): void {
    this.asOf += 1001;
    this.#snapshots += 1;
    this.snapshot = `${this.#snapshots}:${this.#snapshots}:`;
  }
}
