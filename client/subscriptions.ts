/**
 * A client's topics: a topic that has a listener is subscribed to on the socket that is open, and each frame goes to its topic. The daemon
 * spells a topic its own way (`owner:07` is `owner:7`) and says so in the answer that carries the request's id. An application that spells
 * one topic in two ways has two here, which hear the same frames; an answer is the asking one's.
 */
import type { EventFrame } from "../protocol/down/event.ts";
import { makeCause } from "./make-cause.ts";
import { type ConnectionState, INITIAL_CONNECTION } from "./connection-machine.ts";
import type { ConnectionListener } from "./connector.ts";
import { warnOfRefusal } from "./development.ts";
import { type Clock, soon } from "./environment.ts";
import { Listeners } from "./listeners.ts";
import type { ProtocolSocket } from "./protocol-socket.ts";
import type { Answer, ChannelFrame, FrameOf, TopicFrame } from "./read-frame.ts";
import type { StreamTypes } from "./stream-types.ts";
import { TopicStore, type TopicStoreOptions } from "./topic-store.ts";

/** Refusals that another socket does not help. */
const FOR_GOOD = /forbid|unknown|large|many_s|invalid/;

type StoreOf<S extends StreamTypes> = new (topic: string, options: TopicStoreOptions) => TopicStore<S>;

export class Subscriptions<S extends StreamTypes> implements ConnectionListener {
  readonly #options: Pick<TopicStoreOptions, keyof Clock | "report">;
  readonly #changes: Listeners;
  readonly #topics = new Map<string, TopicStore<S>>();
  readonly #withListeners = new Set<TopicStore<S>>();
  /** Those subscribed to on the socket, with the id of all that is asked for each: a refusal may come at any time. */
  readonly #ids = new Map<TopicStore<S>, string>();
  /** The same, by the topic as the daemon spells it, and until it has said how, as the application does. */
  readonly #bySpelling = new Map<string, Set<TopicStore<S>>>();
  #connection: ConnectionState = INITIAL_CONNECTION;
  /** What is asked for no topic's own sake hears its answer by its id. */
  readonly heard = new Map<string | undefined, (answer: Answer) => void>();
  socket: Pick<ProtocolSocket, "send" | "end"> | undefined;
  #requests = 0;

  constructor(options: Pick<TopicStoreOptions, keyof Clock | "report">) {
    this.#options = options;
    this.#changes = new Listeners(options.report);
  }

  readonly subscribe = (callback: () => unknown): (() => void) => this.#changes.add(callback);

  readonly getSnapshot = (): ConnectionState => this.#connection;

  /** The same object for the same topic; of that class where it is the first time. */
  topic(topic: string, Store: StoreOf<S> = TopicStore): TopicStore<S> {
    const known = this.#topics.get(topic);
    if (known) return known;
    const store: TopicStore<S> = new Store(topic, {
      ...this.#options,
      connection: () => this.#connection,
      follow: (...change) => this.#follow(store, ...change),
      socket: () => this.socket,
    });
    this.#topics.set(topic, store);
    return store;
  }

  opened(socket: Pick<ProtocolSocket, "send" | "end">): void {
    this.socket = socket;
    for (const store of this.#withListeners) this.#subscribe(store);
  }

  closed(heardAt: number): void {
    this.socket = undefined;
    for (const store of this.#ids.keys()) store.lost(heardAt);
    this.#ids.clear();
    this.#bySpelling.clear();
  }

  changed(connection: ConnectionState): void {
    this.#connection = connection;
    for (const store of this.#topics.values()) store.update();
    this.#changes.call();
  }

  /** Asks again for the topics that were refused. */
  retryRefused(): void {
    for (const store of this.#ids.keys()) if (store.isRefused) this.#subscribe(store);
  }

  frameReceived(frame: TopicFrame | ChannelFrame | Answer): void {
    this.heard.get((frame as Answer).id)?.(frame as Answer);
    if (frame.type === "error" || frame.type === "nack") return this.#refused(frame);
    const asked = this.#storeOf((frame as Answer).id);
    if (asked && frame.topic) this.#spell(frame.topic, asked);
    for (const store of asked ? [asked] : (this.#bySpelling.get(frame.topic as string) ?? [])) {
      const id = store.receive(frame) && this.#ids.get(store);
      if (id) this.socket?.send({ type: "snapshot", id, topic: store.topic });
    }
  }

  eventReceived(event: EventFrame): void {
    for (const store of this.#bySpelling.get(event.topic) ?? []) store.receiveEvent(event);
  }

  /** Settled at the end of the turn, so that a listener that stops and starts again at once costs nothing. */
  #follow(store: TopicStore<S>, isFollowed: boolean, asksAnew?: boolean): void {
    if (isFollowed) this.#withListeners.add(store);
    else this.#withListeners.delete(store);
    soon(() => {
      if (!this.#withListeners.has(store)) this.#unsubscribe(store);
      else if (asksAnew || !this.#ids.has(store)) this.#subscribe(store);
    });
  }

  /** Anew where it was subscribed to before. */
  #subscribe(store: TopicStore<S>): void {
    if (!this.socket) return;
    const { topic, cursor } = store;
    const id = this.#nextId();
    this.#forget(store);
    this.#ids.set(store, id);
    this.#spell(topic, store);
    store.lost(this.#options.now());
    this.socket.send({ type: "subscribe", id, topic, resume: cursor });
  }

  #unsubscribe(store: TopicStore<S>): void {
    if (this.#forget(store)) this.socket?.send({ type: "unsubscribe", id: this.#nextId(), topic: store.topic });
    store.unsubscribed();
  }

  #spell(spelling: string, store: TopicStore<S>): void {
    this.#bySpelling.set(spelling, (this.#bySpelling.get(spelling) ?? new Set()).add(store));
  }

  /** True where it was subscribed to, and no other spelling of the same topic is. */
  #forget(store: TopicStore<S>): boolean {
    let isShared = false;
    for (const stores of this.#bySpelling.values()) isShared = (stores.delete(store) && stores.size > 0) || isShared;
    return this.#ids.delete(store) && !isShared;
  }

  /** A store may have asked itself. Ends the socket where every topic on it is refused for good, or where another socket may do better. */
  #refused(frame: FrameOf<"nack" | "error">): void {
    const { id, code, message } = frame;
    const store = this.#storeOf(id);
    if (!store) {
      for (const each of this.#ids.keys()) each.receive(frame);
      return;
    }
    const cause = makeCause("nack", message, code);
    if (!FOR_GOOD.test(code)) return this.socket?.end("lost", cause);
    warnOfRefusal(store, cause);
    store.refused(cause);
    if ([...this.#ids.keys()].every(({ isRefused }) => isRefused)) this.socket?.end("stopped", cause);
  }

  #storeOf(id: string | undefined): TopicStore<S> | undefined {
    for (const [store, each] of this.#ids) if (each === id) return store;
    return undefined;
  }

  #nextId(): string {
    return String((this.#requests += 1));
  }
}
