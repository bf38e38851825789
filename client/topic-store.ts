/**
 * One topic kept right through whatever happens to the socket: its document, its cursor and its listeners. The numbers stay when the
 * socket is lost, and when there is no listener any more, marked with the time since which they are not vouched for.
 */
import type { EventFrame } from "../protocol/down/event.ts";
import type { ConnectionState } from "./connection-machine.ts";
import { EventListeners, Listeners } from "./listeners.ts";
import { applyPatch, fromSnapshot, type Materialised } from "./materialised.ts";
import { type Connection, connectionOf, type On, type Owner, type View } from "./owner.ts";
import type { TopicFrame } from "./read-frame.ts";
import type { StreamTypes } from "./stream-types.ts";
import { INITIAL_TOPIC, nextTopic, type TopicEvent, type TopicState } from "./topic-machine.ts";

export interface TopicStoreOptions {
  readonly now: () => number;
  readonly connection: () => ConnectionState;
  /** Takes what a callback throws. */
  readonly report: (error: unknown) => void;
  /** There is a listener, or none any more. */
  readonly listenersChanged: (hasListeners: boolean) => void;
}

export class TopicStore<S extends StreamTypes> implements Owner<S> {
  /** As the application spells it. */
  readonly topic: string;
  readonly #options: TopicStoreOptions;
  readonly #changes: Listeners;
  readonly #gaps: Listeners;
  readonly #events: EventListeners;
  #listeners = 0;
  #state: TopicState = INITIAL_TOPIC;
  #document: Materialised | undefined;
  #awaitsSnapshot = true;
  #cursor: string | undefined;
  #view: View<S["metrics"]>;
  /** What the view's connection was made of. */
  #shown: readonly [ConnectionState, TopicState];

  constructor(topic: string, options: TopicStoreOptions) {
    const { connection, report } = options;
    this.topic = topic;
    this.#options = options;
    this.#changes = new Listeners(report);
    this.#gaps = new Listeners(report);
    this.#events = new EventListeners(report);
    this.#shown = [connection(), INITIAL_TOPIC];
    this.#view = { connection: connectionOf(...this.#shown), metrics: undefined, asOf: undefined };
  }

  readonly subscribe = (callback: () => unknown): (() => void) => this.#listen(this.#changes.add(callback));

  readonly getSnapshot = (): View<S["metrics"]> => this.#view;

  readonly on: On<S> = (name: string, callback: (event: never) => unknown): (() => void) =>
    this.#listen(this.#events.add(name, callback as (event: EventFrame) => unknown));

  readonly onGap = (callback: () => unknown): (() => void) => this.#listen(this.#gaps.add(callback));

  /** The last that came; undefined: none has, or there was no listener since. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  get isRefused(): boolean {
    return this.#state.state === "closed";
  }

  /** True: something was missed, and the whole document must be asked for. So once until it comes. */
  receive(frame: TopicFrame): boolean {
    const now = this.#options.now();
    switch (frame.type) {
      case "snapshot":
        this.#document = fromSnapshot(frame);
        this.#awaitsSnapshot = false;
        this.#resumed(frame.recovered, frame.cursor);
        this.#dispatch({ type: "snapshot", now });
        break;
      case "metrics_updated": {
        const document = applyPatch(this.#document, frame);
        if (document === "gap") {
          const isFirst = !this.#awaitsSnapshot;
          this.#awaitsSnapshot = true;
          return isFirst;
        }
        this.#document = document;
        this.#cursor = frame.cursor;
        this.update();
        break;
      }
      case "stale":
        this.#dispatch({ type: "stale", now, since: Date.parse(frame.since), reason: frame.reason });
        break;
      case "live":
        this.#dispatch({ type: "live", now });
        break;
    }
    return false;
  }

  receiveEvent(event: EventFrame): void {
    this.#cursor = event.cursor;
    this.#events.call(event);
  }

  refused(code: string): void {
    this.#dispatch({ type: "refused", now: this.#options.now(), code });
  }

  /** No frames of this topic have come since that time, or can come. The view follows with the next `update`. */
  lost(at: number): void {
    this.#state = nextTopic(this.#state, { type: "lost", now: at });
    this.#awaitsSnapshot = true;
  }

  /** There is no listener any more: what happens from now on is not missed. */
  unsubscribed(): void {
    this.#cursor = undefined;
    this.lost(this.#options.now());
    this.update();
  }

  /** Makes the view say what is. */
  update(): void {
    const { asOf, data } = this.#document ?? {};
    const metrics = data && Object.keys(data).length > 0 ? (data as S["metrics"]) : undefined;
    const connection = this.#connection();
    const view = this.#view;
    if (view.connection === connection && view.metrics === metrics && view.asOf === asOf) return;
    this.#view = { connection, metrics, asOf };
    this.#changes.call();
  }

  /** The same object for the same states. */
  #connection(): Connection {
    const connection = this.#options.connection();
    const [shownConnection, shownState] = this.#shown;
    if (connection === shownConnection && this.#state === shownState) return this.#view.connection;
    this.#shown = [connection, this.#state];
    return connectionOf(...this.#shown);
  }

  #dispatch(event: TopicEvent): void {
    this.#state = nextTopic(this.#state, event);
    this.update();
  }

  /** A snapshot before missed events does not move the cursor: if the socket is cut before they came, they are asked for again. */
  #resumed(recovered: boolean | undefined, cursor: string): void {
    if (recovered === false && this.#cursor !== undefined) this.#gaps.call();
    if (recovered !== true) this.#cursor = cursor;
  }

  #listen(undo: () => void): () => void {
    this.#listeners += 1;
    if (this.#listeners === 1) this.#options.listenersChanged(true);
    let undone = false;
    return () => {
      if (undone) return;
      undone = true;
      undo();
      this.#listeners -= 1;
      if (this.#listeners === 0) this.#options.listenersChanged(false);
    };
  }
}
