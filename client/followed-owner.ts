/**
 * An owner kept right through whatever happens to the socket. The numbers stay when it is lost, and when nobody listens any more,
 * marked with the time since which they are not vouched for.
 */
import type { EventFrame } from "../protocol/down/event.ts";
import { type Connection, connectionOf, type Standing } from "./connection.ts";
import type { Link } from "./link.ts";
import { Listeners } from "./listeners.ts";
import { applyPatch, fromSnapshot, type Materialised } from "./materialised.ts";
import type { On, Owner, View } from "./owner.ts";
import { Recent } from "./recent.ts";
import type { Shape } from "./shape.ts";
import { type StandingEvent, stand, UNHEARD } from "./standing.ts";
import type { Follower, TopicFrame } from "./subscriptions.ts";

/** Far more than one batch of one owner brings: only events of the batch in which a socket was cut may come twice. */
const REMEMBERED_EVENTS = 2_000;

export interface FollowedOwnerOptions {
  readonly now: () => number;
  readonly link: () => Link;
  /** Takes what a callback throws. */
  readonly report: (error: unknown) => void;
  /** Somebody listens, or nobody any more. */
  readonly heeded: (heeded: boolean) => void;
}

export class FollowedOwner<S extends Shape> implements Owner<S>, Follower {
  readonly topic: string;
  readonly #options: FollowedOwnerOptions;
  readonly #changes: Listeners;
  readonly #gaps: Listeners;
  readonly #events = new Map<string, Listeners<[EventFrame]>>();
  readonly #delivered = new Recent(REMEMBERED_EVENTS);
  #heeding = 0;
  #standing: Standing = UNHEARD;
  #document: Materialised | undefined;
  #cursor: string | undefined;
  #view: View<S["metrics"]>;
  #shownLink: Link | undefined;
  #shownStanding: Standing | undefined;

  constructor(topic: string, options: FollowedOwnerOptions) {
    this.topic = topic;
    this.#options = options;
    this.#changes = new Listeners(options.report);
    this.#gaps = new Listeners(options.report);
    this.#view = { connection: connectionOf(options.link(), UNHEARD), metrics: undefined, asOf: undefined };
  }

  readonly subscribe = (callback: () => unknown): (() => void) => this.#heed(this.#changes.add(callback));

  readonly getSnapshot = (): View<S["metrics"]> => this.#view;

  readonly on: On<S> = (name: string, callback: (event: never) => unknown): (() => void) => {
    const listeners = this.#events.get(name) ?? new Listeners(this.#options.report);
    this.#events.set(name, listeners);
    return this.#heed(listeners.add(callback as (event: EventFrame) => unknown));
  };

  readonly onGap = (callback: () => unknown): (() => void) => this.#heed(this.#gaps.add(callback));

  get cursor(): string | undefined {
    return this.#cursor;
  }

  get isRefused(): boolean {
    return this.#standing.state === "closed";
  }

  take(frame: TopicFrame): boolean {
    const now = this.#options.now();
    switch (frame.type) {
      case "snapshot":
        this.#document = fromSnapshot(frame);
        this.#resumed(frame.recovered, frame.cursor);
        this.#stand({ type: "snapshot", now });
        break;
      case "metrics_updated": {
        const document = applyPatch(this.#document, frame);
        if (document === "gap") return false;
        this.#document = document;
        this.#cursor = frame.cursor;
        this.show();
        break;
      }
      case "stale":
        this.#stand({ type: "stale", now, since: Date.parse(frame.since), reason: frame.reason });
        break;
      case "live":
        this.#stand({ type: "live", now });
        break;
    }
    return true;
  }

  happened(event: EventFrame): void {
    this.#cursor = event.cursor;
    if (!this.#delivered.add(event.id)) return;
    this.#events.get(event.type)?.call(event);
    this.#events.get("*")?.call(event);
  }

  refuse(code: string): void {
    this.#stand({ type: "refused", now: this.#options.now(), code });
  }

  /** No socket tells of this owner any more, since that time. */
  lost(at: number): void {
    this.#standing = stand(this.#standing, { type: "lost", now: at });
  }

  /** Nobody listens: what happens from now on is not missed. */
  forget(): void {
    this.#cursor = undefined;
    this.lost(this.#options.now());
    this.show();
  }

  /** Makes the view say what is. */
  show(): void {
    const { asOf, data } = this.#document ?? {};
    const metrics = data && Object.keys(data).length > 0 ? (data as S["metrics"]) : undefined;
    const connection = this.#connection();
    const view = this.#view;
    if (view.connection === connection && view.metrics === metrics && view.asOf === asOf) return;
    this.#view = { connection, metrics, asOf };
    this.#changes.call();
  }

  /** The same object for the same link and standing. */
  #connection(): Connection {
    const link = this.#options.link();
    if (link === this.#shownLink && this.#standing === this.#shownStanding) return this.#view.connection;
    this.#shownLink = link;
    this.#shownStanding = this.#standing;
    return connectionOf(link, this.#standing);
  }

  #stand(event: StandingEvent): void {
    this.#standing = stand(this.#standing, event);
    this.show();
  }

  /** A snapshot before missed events does not move the cursor: if the socket is cut before they came, they are asked for again. */
  #resumed(recovered: boolean | undefined, cursor: string): void {
    if (recovered === false && this.#cursor !== undefined) this.#gaps.call();
    if (recovered !== true) this.#cursor = cursor;
  }

  #heed(undo: () => void): () => void {
    this.#heeding += 1;
    if (this.#heeding === 1) this.#options.heeded(true);
    let undone = false;
    return () => {
      if (undone) return;
      undone = true;
      undo();
      this.#heeding -= 1;
      if (this.#heeding === 0) this.#options.heeded(false);
    };
  }
}
