/**
 * One topic kept right through whatever happens to the socket: its document, its cursor and its listeners. The numbers stay when the
 * socket is lost, and when there is no listener any more, marked with the time since which they are not vouched for.
 */
import type { EventFrame } from "../protocol/down/event.ts";
import type { Cause } from "./cause.ts";
import type { ConnectionState } from "./connection-machine.ts";
import type { Clock } from "./environment.ts";
import { Listeners, RecentIds } from "./listeners.ts";
import { applyPatch, fromSnapshot, type Materialised } from "./materialised.ts";
import { connectionOf, type On, type Owner, type View } from "./owner.ts";
import type { ProtocolSocket } from "./protocol-socket.ts";
import type { Answer, ChannelFrame, TopicFrame } from "./read-frame.ts";
import type { StreamTypes } from "./stream-types.ts";
import { INITIAL_TOPIC, nextTopic, type TopicEvent, type TopicState } from "./topic-machine.ts";

/** Twice what one statement brings, 5,000 at most: only events of a batch in which a socket was cut, or too slow, may come twice. */
const REMEMBERED_EVENTS = 10_000;

export interface TopicStoreOptions extends Clock {
  readonly connection: () => ConnectionState;
  /** Takes what a callback throws. */
  readonly report: (error: unknown) => void;
  /** Follows the topic, as it has a listener, or no more. `asksAnew`: it is subscribed to once more, where it is already. */
  readonly follow: (isFollowed: boolean, asksAnew?: true) => void;
  readonly socket: () => Pick<ProtocolSocket, "send"> | undefined;
}

export class TopicStore<S extends StreamTypes> implements Owner<S> {
  /** As the application spells it. */
  readonly topic: string;
  readonly #options: TopicStoreOptions;
  readonly #changes: Listeners;
  readonly #gaps: Listeners;
  readonly #events: Listeners<[EventFrame]>;
  readonly #delivered = new RecentIds(REMEMBERED_EVENTS);
  #listeners = 0;
  #state: TopicState = INITIAL_TOPIC;
  #document: Materialised | undefined;
  #awaitsSnapshot = true;
  #cursor: string | undefined;
  /** Made by `update`, from the beginning on. */
  #view!: View<S["metrics"]>;
  /** What the view was made of. */
  #shown: readonly unknown[] = [];

  constructor(topic: string, options: TopicStoreOptions) {
    const { report } = options;
    this.topic = topic;
    this.#options = options;
    this.#changes = new Listeners(report);
    this.#gaps = new Listeners(report);
    this.#events = new Listeners(report);
    this.update();
  }

  readonly subscribe = (callback: () => unknown): (() => void) => this.#listen(this.#changes.add(callback));

  readonly getSnapshot = (): View<S["metrics"]> => this.#view;

  readonly on: On<S> = (name: string, callback: (event: never) => unknown): (() => void) =>
    this.#listen(
      this.#events.add((event) => (name === "*" || name === event.type ? callback(event as never) : undefined)),
    );

  readonly onGap = (callback: () => unknown): (() => void) => this.#listen(this.#gaps.add(callback));

  /** The last that came; undefined: none has, or there was no listener since. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  get isRefused(): boolean {
    return this.#state.state === "closed";
  }

  /** True: something was missed, and the whole document must be asked for. So once until it comes. */
  receive(frame: TopicFrame | ChannelFrame | Answer): boolean {
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
      // Answers, and what only other kinds of topics know.
      default:
        break;
    }
    return false;
  }

  receiveEvent(event: EventFrame): void {
    this.#cursor = event.cursor;
    if (this.#delivered.add(event.id)) this.#events.call(event);
  }

  refused(cause: Cause): void {
    this.#dispatch({ type: "refused", now: this.#options.now(), cause });
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
    const shown = [this.#options.connection(), this.#state, this.#document] as const;
    if (shown.every((each, at) => each === this.#shown[at])) return;
    this.#shown = shown;
    this.#view = viewOf(...shown);
    this.#changes.call();
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
    if (this.#listeners === 1) this.#options.follow(true);
    let undone = false;
    return () => {
      if (undone) return;
      undone = true;
      undo();
      this.#listeners -= 1;
      if (this.#listeners === 0) this.#options.follow(false);
    };
  }
}

/** While the document alone changes, the connection is the same object: on an open socket it is the topic's state itself. */
function viewOf<Metrics>(
  socket: ConnectionState,
  topic: TopicState,
  document: Materialised | undefined,
): View<Metrics> {
  const { asOf, data = {} } = document ?? {};
  const metrics = Object.keys(data).length > 0 ? (data as Metrics) : undefined;
  return { connection: connectionOf(socket, topic), metrics, asOf };
}
