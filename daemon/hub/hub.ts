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
import { ADMINISTRATOR, Topic } from "./topic.ts";
import type { TopicKind } from "./topic-content.ts";

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
  readonly topics: Map<string, OpenTopic>;
}

interface OpenTopic {
  readonly topic: Topic;
  /** Lets it go. */
  readonly expire: () => void;
  idleTimer: unknown;
}

export class Hub {
  readonly #options: HubOptions;
  readonly #delivery: Delivery<Subscription>;
  readonly #kinds: ReadonlyMap<string, OpenKind>;

  constructor(options: HubOptions) {
    this.#options = options;
    this.#delivery = new Delivery({ sendsPerTurn: SENDS_PER_TURN, setImmediate: options.setImmediate });
    this.#kinds = new Map([...options.kinds].map(([name, kind]) => [name, { kind, topics: new Map() }]));
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
    const open = existing ?? this.#openTopic(name, key, openKind);
    if (open.topic.isOutdated) {
      open.topic.forget();
      watchAnew(openKind.kind, key);
    }
    this.#options.clearTimeout(open.idleTimer);
    open.idleTimer = undefined;
    const subscription = open.topic.join(subscriber);
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
    const giveUp = found?.open.topic.whenLocated(answer);
    found?.openKind.kind.locate(found.key);
    return () => {
      giveUp?.();
      subscription.close();
      if (!wasOpen && found?.open.topic.isEmpty) found.open.expire();
    };
  }

  /** Takes what happened to a topic, which is passed on if anybody has subscribed. */
  publish(kind: string, key: string, update: unknown): void {
    const openKind = this.#kinds.get(kind);
    const open = openKind?.topics.get(key);
    if (openKind === undefined || open === undefined || open.topic.accept(update)) return;
    this.#options.log.error({ kind, key }, "an update does not follow what came before: the topic is loaded again");
    open.topic.distrust(this.#options.now() * 1000, "reload");
    // Not now: somebody is in the middle of publishing.
    this.#options.setImmediate(() => {
      if (openKind.topics.get(key) !== open) return;
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
      for (const [key, { topic }] of topics) if (!topic.isEmpty) yield [printTopic({ kind, key }), topic.size];
  }

  stop(): void {
    for (const { topics } of this.#kinds.values()) {
      for (const { topic, idleTimer } of topics.values()) {
        this.#options.clearTimeout(idleTimer);
        topic.stop();
      }
      topics.clear();
    }
  }

  #find(name: string): { openKind: OpenKind; open: OpenTopic; key: string } | undefined {
    const { kind = "", key = "" } = parseTopic(name) ?? {};
    const openKind = this.#kinds.get(kind);
    const open = openKind?.topics.get(key);
    return openKind && open && { openKind, open, key };
  }

  #openTopic(name: string, key: string, { kind, topics }: OpenKind): OpenTopic {
    const { minIntervalMs, idleMs, now, setTimeout, clearTimeout } = this.#options;
    const expire = (): void => {
      clearTimeout(open.idleTimer);
      if (topics.get(key) !== open) return;
      topics.delete(key);
      open.topic.stop();
      kind.unwatch(key);
    };
    const emptied = (): void => {
      if (topics.get(key) === open) open.idleTimer = setTimeout(expire, idleMs);
    };
    const lane = this.#delivery.lane();
    const options = { minIntervalMs, now, setTimeout, clearTimeout, lane, emptied };
    const topic = new Topic(name, kind.open(name, key), options, kind.openSide);
    const open: OpenTopic = { topic, expire, idleTimer: undefined };
    topics.set(key, open);
    return open;
  }
}

function watchAnew(kind: TopicKind, key: string): void {
  kind.unwatch(key);
  kind.watch(key);
}
