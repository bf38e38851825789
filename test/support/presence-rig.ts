/** Daemons as far as presence goes, on one clock and a lossy bus: their peers, their hub with topics that hold a number, and clients of them. */
import { BusPeers } from "../../daemon/bus/peers.ts";
import type { Reader } from "../../daemon/channels/audience.ts";
import { SessionTopics } from "../../daemon/gateway/sessions/session-topics.ts";
import type { Frame } from "../../daemon/hub/frame.ts";
import { Hub } from "../../daemon/hub/hub.ts";
import type { Subscriber } from "../../daemon/hub/subscriber.ts";
import type { Subscription } from "../../daemon/hub/subscription.ts";
import type { TopicKind } from "../../daemon/hub/topic-content.ts";
import type { SideRequest } from "../../daemon/hub/topic-side.ts";
import { Presence } from "../../daemon/presence/presence.ts";
import type { NackCode } from "../../protocol/codes.ts";
import type { DownFrame } from "../../protocol/down.ts";
import { Counters } from "./counter-topic.ts";
import { HeldTimers } from "./held-timers.ts";
import type { LossyBus } from "./lossy-bus.ts";
import type { ManualClock } from "./manual-clock.ts";
import { ShownPresence } from "./shown-presence.ts";
import { textOf } from "./text-frame.ts";

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const SECRET = "5e".repeat(32);

export class PresenceDaemon {
  readonly timers: HeldTimers;
  readonly peers: BusPeers;
  readonly hub: Hub;
  readonly clients = new Set<PresenceClient>();
  /** What went to all who attend a channel. */
  flushes = 0;
  readonly #presence: Presence;

  constructor(node: string, bus: LossyBus, clock: ManualClock, random: () => number = () => 0) {
    this.timers = new HeldTimers(clock);
    const { setTimeout, clearTimeout } = this.timers;
    const timers = { setTimeout, clearTimeout };
    this.peers = new BusPeers({ bus: bus.open(this.timers), node, log, monotonicMs: clock.now, ...timers });
    this.#presence = new Presence({
      peers: this.peers,
      minIntervalMs: 50,
      now: clock.now,
      monotonicMs: clock.now,
      random,
      ...timers,
    });
    const counters = new Counters();
    const room: Omit<TopicKind, "watch"> = {
      unwatch: () => undefined,
      locate: () => undefined,
      open: (topic) => counters.open(topic),
      openSide: (topic, tell) =>
        this.#presence.open(topic, { presence: true, typing: true }, (flush) => {
          this.flushes += 1;
          tell(flush);
        }),
    };
    this.hub = new Hub({
      kinds: new Map<string, TopicKind>([
        ["room", { ...room, watch: (key) => this.hub.publish("room", key, 0) }],
        // The test publishes.
        ["slow", { ...room, watch: () => undefined }],
      ]),
      minIntervalMs: 50,
      idleMs: 60_000,
      log,
      now: clock.now,
      ...timers,
      setImmediate: (callback) => void this.timers.setTimeout(callback, 0),
    });
    this.peers.start();
    this.peers.begin(SECRET);
  }

  join(user: string | undefined, topic = "room:1", isAdmin = false): PresenceClient {
    const client = new PresenceClient(this, user, topic, isAdmin);
    client.subscribe();
    return client;
  }

  /** It says goodbye, then its clients are cut. */
  drain(): readonly PresenceClient[] {
    const clients = [...this.clients];
    this.peers.leave();
    for (const client of clients) client.leave();
    this.#presence.stop();
    void this.peers.stop();
    return clients;
  }

  /** Nothing of it is said or done any more. */
  kill(): void {
    this.timers.isHeld = true;
    this.clients.clear();
  }
}

/** One connection. */
export class PresenceClient {
  readonly user: string | undefined;
  readonly topic: string;
  readonly heard: DownFrame[] = [];
  readonly shown = new ShownPresence();
  blocked = false;
  isAdmin: boolean;
  readonly #daemon: PresenceDaemon;
  readonly #topics: SessionTopics;
  #subscription: Subscription | undefined;

  constructor(daemon: PresenceDaemon, user: string | undefined, topic: string, isAdmin: boolean) {
    this.#daemon = daemon;
    this.user = user;
    this.topic = topic;
    this.isAdmin = isAdmin;
    const isBlocked = (): boolean => this.blocked;
    const reader = (): Reader => ({ isAdmin: this.isAdmin, user, maySee: () => true });
    const subscriber: Subscriber = {
      get blocked() {
        return isBlocked();
      },
      stays: true,
      get reader() {
        return reader();
      },
      send: (frame) => this.#take(frame),
    };
    const subscribe: Hub["subscribe"] = (...of) => (this.#subscription = daemon.hub.subscribe(...of));
    this.#topics = new SessionTopics({ subscribe, wait: (...of) => daemon.hub.wait(...of) }, subscriber, 1);
  }

  subscribe(): void {
    this.#daemon.clients.add(this);
    this.#topics.subscribe(this.topic, "s", undefined);
  }

  say(request: SideRequest): NackCode | undefined {
    return this.#topics.attend(this.topic, request);
  }

  types(on = true): NackCode | undefined {
    return this.say({ type: "typing", topic: this.topic, on });
  }

  present(said: { readonly state?: unknown; readonly away?: boolean }): NackCode | undefined {
    return this.say({ type: "present", id: "p", topic: this.topic, ...said });
  }

  drained(): void {
    this.blocked = false;
    this.#subscription?.catchUp();
  }

  /** @param isRemoved it may not see the topic any more */
  leave(isRemoved = false): void {
    this.#daemon.clients.delete(this);
    this.#subscription?.close(isRemoved);
  }

  /** `+ana`, `-ana`, since the last time. */
  news(): string[] {
    return this.shown.news.splice(0);
  }

  #take(frame: Frame): void {
    const message = JSON.parse(textOf(frame)) as DownFrame;
    this.heard.push(message);
    this.shown.take(message);
  }
}
