/**
 * Publishes documents, patches and events of owners, and whether they are stale. Each owner has versions of its own: within an epoch they
 * only grow and none is used twice, also when an owner is let go and loaded again. Each publication names the snapshot that it stands at:
 * that of the batch under way for owners that have their part of it, that of the batch before for the others.
 */
import { LastVersions } from "./last-versions.ts";
import type { OwnerEvent } from "./owner-event.ts";
import type { DocumentPosition, Publish, StaleReason } from "./published.ts";
import type { JsonObject } from "../../protocol/json.ts";
import type { RowsPosition } from "../stream/stream-position.ts";

/** A load takes tens of milliseconds; an owner has some events a second. */
const HELD_EVENTS = 1_000;
/** Most of the time none are held: then an owner has no list of its own. */
const NO_EVENTS: readonly OwnerEvent[] = [];

/** Events that were owed, in order, and how far each brings who gets it; where there are no events, how far those have come who had all. */
export interface WithheldPage {
  readonly events: readonly OwnerEvent[];
  readonly rows: readonly RowsPosition[];
}

/** The part that the publications of all owners share: the epoch, where versions go on, and the snapshots they stand at. */
export class Publisher {
  readonly publish: Publish;
  #epoch: Pick<DocumentPosition, "epoch" | "incarnation"> = { epoch: "", incarnation: "" };
  readonly #lastVersions = new LastVersions();
  /** The last batch that was taken in whole. */
  #snapshot = "";
  #batchSnapshot: string | undefined;
  #batchNumber = 0;

  constructor(publish: Publish) {
    this.publish = publish;
  }

  get epoch(): Pick<DocumentPosition, "epoch" | "incarnation"> {
    return this.#epoch;
  }

  /** Of the last batch that was taken in whole. */
  get lastSnapshot(): string {
    return this.#snapshot;
  }

  /** Of the batch under way, or of the last one. */
  get batchNumber(): number {
    return this.#batchNumber;
  }

  begin(epoch: string, incarnation: string): void {
    this.#epoch = { epoch, incarnation };
    this.#lastVersions.clear();
    this.#batchSnapshot = undefined;
  }

  /** A batch comes: each owner stands where it stood until {@link OwnerPublisher.takeBatch}, all stand at it after {@link endBatch}. */
  beginBatch(snapshot: string): void {
    this.#batchNumber += 1;
    this.#batchSnapshot = snapshot;
  }

  endBatch(): void {
    this.#snapshot = this.#batchSnapshot ?? this.#snapshot;
    this.#batchSnapshot = undefined;
  }

  /** Where the versions of an owner go on that is watched from now on. */
  versionOf(owner: string): number {
    return this.#lastVersions.of(owner);
  }

  /** Nobody watches an owner any more. */
  letGo(owner: string, version: number): void {
    this.#lastVersions.remember(owner, version);
  }

  /** Where an owner stands that took its part of this batch, and of none since. */
  snapshotAfter(batchNumber: number): string {
    return batchNumber === this.#batchNumber ? (this.#batchSnapshot ?? this.#snapshot) : this.#snapshot;
  }
}

/** Publishes one owner, and remembers the state that its subscribers have. */
export class OwnerPublisher {
  readonly #owner: string;
  readonly #shared: Publisher;
  #version: number;
  #isStale = false;
  /** The instant that the last publication holds for; undefined before the first of this epoch. Nobody can follow events before that. */
  #asOf: number | undefined;
  /** Where who came and went was told last. */
  #told: Pick<DocumentPosition, "snapshot" | "asOf"> = { snapshot: "", asOf: 0 };
  /** Events of an owner that is read again: they go out with its document. */
  #held = NO_EVENTS;
  /** Whether {@link tellWithheld} is still to come. */
  #owes = false;
  /** How often it was broken off. */
  #breaks = 0;
  /** The last batch whose part the owner has. */
  #batchNumber = 0;

  constructor(owner: string, shared: Publisher) {
    this.#owner = owner;
    this.#shared = shared;
    this.#version = shared.versionOf(owner);
  }

  get isStale(): boolean {
    return this.#isStale;
  }

  /** That of the last document or patch. */
  get version(): number {
    return this.#version;
  }

  /** From now on the owner has what the batch under way brings for it. */
  takeBatch(): void {
    this.#batchNumber = this.#shared.batchNumber;
  }

  /** To be called before the document or the patch that follows from the same changes. */
  events(events: readonly OwnerEvent[], asOf: number): void {
    if (events.length === 0) return;
    this.#told = { snapshot: this.#snapshot, asOf };
    this.#events(events, asOf);
  }

  /** Whether events are to come by {@link tellWithheld}. Whatever is published meanwhile says so. */
  get owes(): boolean {
    return this.#owes;
  }

  /**
   * Events of the batch under way come later. Those that wait for a document go out first: what is owed begins after them.
   * @param before the snapshot of the batch before
   * @returns false where none need come, as nobody could follow
   */
  withhold(before: string): boolean {
    if (this.#owes || this.#asOf === undefined) return this.#owes;
    this.#owes = true;
    const events = this.#held;
    this.#held = NO_EVENTS;
    if (events.length > 0) {
      const rows = events.map((_, at) => ({ snapshot: at === events.length - 1 ? before : this.#told.snapshot }));
      this.#publishRows({ events, rows });
    }
    return true;
  }

  /** Some of the events that are owed, in order; also none, where they are all that are left. */
  tellWithheld(page: WithheldPage, areLast: boolean): void {
    if (!this.#owes) return;
    this.#owes = !areLast;
    this.#publishRows(page);
  }

  /** Keeps events of an owner that is read again for its document; too many of them, or a document that may not come, don't wait. */
  hold(events: readonly OwnerEvent[]): void {
    if (events.length > 0) this.#held = [...this.#held, ...events];
    if (this.#held.length > HELD_EVENTS) this.#release(this.#asOf);
  }

  /** Events of an owner that is stale: its document doesn't come to their instant with them. */
  eventsWhileStale(events: readonly OwnerEvent[]): void {
    this.hold(events);
    this.#release(this.#asOf);
  }

  /** The whole document, `{}` for an owner without a row; an owner that was stale is live again. */
  document(document: JsonObject, asOf: number): void {
    this.#release(asOf);
    this.#asOf = asOf;
    this.#version += 1;
    this.#shared.publish({ kind: "document", ...this.#reached(asOf), document });
    this.live();
  }

  /** What was published last can be vouched for again. */
  live(): void {
    if (!this.#isStale) return;
    this.#isStale = false;
    this.#shared.publish({ kind: "live", owner: this.#owner });
  }

  patch(patch: JsonObject, asOf: number): void {
    const previous = this.#version;
    this.#version += 1;
    this.#asOf = asOf;
    this.#shared.publish({ kind: "patch", ...this.#reached(asOf), previous, patch });
  }

  /** Between two batches, of an owner whose document was published: that document holds at this instant. */
  position(asOf: number): void {
    this.#asOf = asOf;
    this.#shared.publish({ kind: "position", ...this.#reached(asOf) });
  }

  /** Once, until the owner is live again. */
  stale(reason: StaleReason, since: number): void {
    this.#release(this.#asOf);
    if (this.#isStale) return;
    this.#isStale = true;
    this.#shared.publish({ kind: "stale", owner: this.#owner, since, reason });
  }

  /** Nobody watches the owner any more. */
  letGo(): void {
    this.#owes = false;
    this.#shared.letGo(this.#owner, this.#version);
  }

  /** An epoch is over: nobody can follow from what was published in it. */
  end(): void {
    this.#owes = false;
    this.#asOf = undefined;
    this.#held = NO_EVENTS;
  }

  /**
   * As {@link end}, within an epoch: what happens until the next document may be missing in what is published. That document is of another
   * epoch for this owner's subscribers, who are then told what they missed, or that nobody can say.
   */
  breakOff(): void {
    this.#breaks += 1;
    this.end();
  }

  /** Without a document of this epoch nobody could follow. */
  #release(asOf: number | undefined): void {
    const held = this.#held;
    if (held.length === 0) return;
    this.#held = NO_EVENTS;
    if (this.#asOf !== undefined && asOf !== undefined) this.#events(held, asOf);
  }

  /** Events that bring who gets them further with rows, not with who came and went. */
  #publishRows({ events, rows }: WithheldPage): void {
    const owes = this.#owes;
    this.#shared.publish({ kind: "events", owner: this.#owner, events, rowsAfter: rows, ...this.#told, owes });
  }

  #events(events: readonly OwnerEvent[], asOf: number): void {
    this.#asOf = asOf;
    const owes = this.#owes;
    // Those that waited for a document come without who came and went meanwhile.
    const at = owes ? this.#told : { snapshot: this.#snapshot, asOf };
    this.#shared.publish({ kind: "events", owner: this.#owner, events, ...at, owes });
  }

  /** Where the owner is after what was published last. */
  #reached(asOf: number): DocumentPosition & { readonly owner: string } {
    const [owner, version, owes, snapshot] = [this.#owner, this.#version, this.#owes, this.#snapshot];
    this.#told = { snapshot, asOf };
    return { owner, ...this.#epoch, version, owes, snapshot, asOf };
  }

  get #epoch(): Pick<DocumentPosition, "epoch" | "incarnation"> {
    const { epoch } = this.#shared;
    return this.#breaks === 0 ? epoch : { ...epoch, epoch: `${epoch.epoch}.${this.#breaks}` };
  }

  get #snapshot(): string {
    return this.#shared.snapshotAfter(this.#batchNumber);
  }
}
