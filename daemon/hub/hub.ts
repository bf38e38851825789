/**
 * From what is published to those who subscribed. A topic is watched from its first subscriber until `idleMs` after its last, so that a
 * reload of the page doesn't cost a load of what it shows.
 */
import type { Log } from "../config/log.ts";
import type { Timers } from "../config/timers.ts";
import { parseTopic, printTopic } from "../../protocol/topic.ts";
import { Delivery } from "./delivery.ts";
import type { Frame } from "./frame.ts";
import type { Subscription } from "./subscription.ts";
import type { Subscriber } from "./subscriber.ts";
import { ADMINISTRATOR, Topic, type TopicServices } from "./topic.ts";
import type { TopicKind } from "./topic-content.ts";
import { type Wait, type WaitingHub, Waits } from "./waits.ts";

export interface HubOptions extends Timers {
  /** By the names that topics begin with. */
  readonly kinds: ReadonlyMap<string, TopicKind>;
  /** Changes of one topic closer than this to the last are merged; 0 sends each. */
  readonly minIntervalMs: number;
  /** How long a topic is watched without subscribers. */
  readonly idleMs: number;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly setImmediate: (callback: () => void) => void;
}

/** 10,000 sends in one turn of the loop hold it for 107 ms. */
const SENDS_PER_TURN = 500;
/** Keeps a topic open, and gets nothing. */
const ONLOOKER: Subscriber = {
  blocked: true,
  reader: ADMINISTRATOR,
  send: () => undefined,
};

interface OpenKind {
  readonly kind: TopicKind;
  /** By key: whoever publishes needs no name for it. */
  readonly topics: Map<string, Topic>;
}

interface FoundTopic {
  readonly openKind: OpenKind;
  readonly topic: Topic;
  readonly key: string;
}

export class Hub implements WaitingHub {
  readonly #options: HubOptions;
  readonly #delivery: Delivery<Subscription>;
  readonly #kinds: ReadonlyMap<string, OpenKind>;
  readonly #topicServices: TopicServices;
  /** Of the topics without subscribers. */
  readonly #idleTimers = new Map<Topic, unknown>();
  readonly #waits: Waits;

  constructor(options: HubOptions) {
    this.#options = options;
    this.#delivery = new Delivery({ sendsPerTurn: SENDS_PER_TURN, setImmediate: options.setImmediate });
    this.#kinds = new Map([...options.kinds].map(([name, kind]) => [name, { kind, topics: new Map() }]));
    this.#waits = new Waits(options);
    this.#topicServices = { ...options, emptied: (topic) => this.#emptied(topic) };
  }

  /**
   * Sends the topic's snapshot now or as soon as there is one, and every change from then on. The first snapshot carries `id`, if one
   * is given; where it must wait for a topic that is stale, an `ack` with the id comes instead. `resume`: a cursor; what happened
   * since follows the first snapshot, or the snapshot says that nobody can tell.
   * @param name of the topic, its key in canonical text
   * @throws RangeError for a kind that the hub does not have: whoever asks must have been refused before
   */
  subscribe(name: string, subscriber: Subscriber, id?: string, resume?: string): Subscription {
    const { kind: kindName, key } = parseTopic(name) ?? { kind: name, key: "" };
    const openKind = this.#kinds.get(kindName);
    if (openKind === undefined) throw new RangeError(`there is no kind of topic ${JSON.stringify(kindName)}`);
    const existing = openKind.topics.get(key);
    const topic = existing ?? this.#openTopic(name, key, openKind);
    if (topic.isOutdated) {
      topic.forget();
      watchAnew(openKind.kind, key);
    }
    this.#stopIdleTimer(topic);
    const subscription = topic.join(subscriber);
    if (id === undefined) subscription.catchUp();
    else subscription.request(id, resume);
    if (existing === undefined) openKind.kind.watch(key);
    return subscription;
  }

  /**
   * Calls `answer` once, never at once, with the topic's snapshot as it stands when the database was read once more, `at` the snapshot of
   * that reading; or with the frame that says that the topic is stale. Gives what must be called in the end. A topic that nobody has
   * asked for is let go then: whoever looks at all topics, one after the other, leaves none behind.
   * @throws RangeError as {@link subscribe} does
   */
  locate(name: string, answer: (frame: Frame) => void): () => void {
    const wasOpen = this.#find(name) !== undefined;
    const subscription = this.subscribe(name, ONLOOKER);
    const found = this.#find(name);
    const giveUp = found?.topic.whenLocated(answer);
    found?.openKind.kind.locate(found.key);
    return () => {
      giveUp?.();
      subscription.close();
      if (!wasOpen && found?.topic.isEmpty) this.#expire(found);
    };
  }

  /** {@link WaitingHub.wait} */
  wait(...[name, subscription, request, settle]: Parameters<WaitingHub["wait"]>): void {
    const found = this.#find(name);
    if (found === undefined) return settle("ended");
    const { topic, openKind, key } = found;
    let giveUp: (() => void) | undefined;
    // After what goes out to the topic's subscribers by then.
    const located = (): void => topic.deliver(subscription, () => (this.#waits.look(wait), 1), 1);
    const wait: Wait = {
      ...request,
      reached: () => (subscription.topic === undefined ? "ended" : subscription.reached),
      locate: () => {
        giveUp = topic.whenLocated(located);
        openKind.kind.locate(key);
      },
      settle: (outcome) => {
        giveUp?.();
        settle(outcome);
      },
    };
    this.#waits.begin(wait);
  }

  /** Takes what happened to a topic, which is passed on if anybody has subscribed. */
  publish(kind: string, key: string, update: unknown): void {
    const openKind = this.#kinds.get(kind);
    const topic = openKind?.topics.get(key);
    if (openKind === undefined || topic === undefined || topic.accept(update)) return;
    this.#options.log.error({ kind, key }, "an update does not follow what came before: the topic is loaded again");
    topic.distrust(this.#options.now() * 1000, "reload");
    // Not now: somebody is in the middle of publishing.
    this.#options.setImmediate(() => {
      if (openKind.topics.get(key) !== topic) return;
      watchAnew(openKind.kind, key);
    });
  }

  /** How many topics are open. */
  get size(): number {
    let size = 0;
    for (const { topics } of this.#kinds.values()) size += topics.size;
    return size;
  }

  /** The topics that have subscriptions, with how many. */
  *subscriptions(): Iterable<readonly [topic: string, subscriptions: number]> {
    for (const [kind, { topics }] of this.#kinds)
      for (const [key, topic] of topics) if (!topic.isEmpty) yield [printTopic({ kind, key }), topic.size];
  }

  stop(): void {
    this.#waits.stop();
    for (const { topics } of this.#kinds.values()) {
      for (const topic of topics.values()) {
        this.#stopIdleTimer(topic);
        topic.stop();
      }
      topics.clear();
    }
  }

  #find(name: string): FoundTopic | undefined {
    const { kind = "", key = "" } = parseTopic(name) ?? {};
    const openKind = this.#kinds.get(kind);
    const topic = openKind?.topics.get(key);
    return openKind && topic && { openKind, topic, key };
  }

  #openTopic(name: string, key: string, { kind, topics }: OpenKind): Topic {
    const topic = new Topic(name, kind.open(name, key), this.#delivery.lane(), this.#topicServices, kind.openSide);
    topics.set(key, topic);
    return topic;
  }

  #emptied(topic: Topic): void {
    const found = this.#find(topic.name);
    if (found?.topic !== topic) return;
    const timer = this.#options.setTimeout(() => this.#expire(found), this.#options.idleMs);
    this.#idleTimers.set(topic, timer);
  }

  #stopIdleTimer(topic: Topic): void {
    this.#options.clearTimeout(this.#idleTimers.get(topic));
    this.#idleTimers.delete(topic);
  }

  #expire({ openKind: { kind, topics }, topic, key }: FoundTopic): void {
    this.#stopIdleTimer(topic);
    if (topics.get(key) !== topic) return;
    topics.delete(key);
    topic.stop();
    kind.unwatch(key);
  }
}

function watchAnew(kind: TopicKind, key: string): void {
  kind.unwatch(key);
  kind.watch(key);
}
