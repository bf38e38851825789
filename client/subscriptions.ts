/**
 * Which follower stands for which topic on one socket: asks, and hands each frame to its follower. The daemon spells a topic its own way
 * (`owner:07` is `owner:7`) and says so in the answer that carries the request's id.
 */
import type { Down } from "../protocol/down.ts";
import type { EventFrame } from "../protocol/down/event.ts";
import type { Up } from "../protocol/up.ts";

type FrameOf<Type extends Down["type"]> = Extract<Down, { type: Type }>;
/** A frame about one topic. */
export type TopicFrame = FrameOf<"snapshot" | "metrics_updated" | "stale" | "live">;

export interface Follower {
  /** As the application spells it. */
  readonly topic: string;
  /** The last that was seen; undefined: nothing was. */
  readonly cursor: string | undefined;
  readonly isRefused: boolean;
  /** False: it has missed something and needs the whole document. */
  take(frame: TopicFrame): boolean;
  happened(event: EventFrame): void;
  /** The daemon won't tell of this topic. */
  refuse(code: string): void;
}

/** What trying again on another socket doesn't help. */
const FOR_GOOD: ReadonlySet<string> = new Set(["forbidden", "unknown_topic", "too_many_subscriptions"]);

export class Subscriptions {
  readonly #send: (message: Up) => void;
  /** The id of all that is asked for each: only one request at a time is open, and a refusal may come at any time. */
  readonly #ids = new Map<Follower, string>();
  readonly #asked = new Map<string, Follower>();
  /** By the topic as the daemon spells it. */
  readonly #named = new Map<string, Follower>();
  readonly #awaitsSnapshot = new Set<Follower>();
  #requests = 0;

  constructor(send: (message: Up) => void) {
    this.#send = send;
  }

  /** Asks for the topic, anew if it was asked for before. */
  add(follower: Follower): void {
    const { topic, cursor } = follower;
    const id = this.nextId();
    this.#forget(follower);
    this.#ids.set(follower, id);
    this.#asked.set(id, follower);
    this.#named.set(topic, follower);
    this.#awaitsSnapshot.add(follower);
    this.#send({ type: "subscribe", id, topic, ...(cursor !== undefined && { resume: cursor }) });
  }

  remove(follower: Follower): void {
    this.#forget(follower);
    this.#send({ type: "unsubscribe", id: this.nextId(), topic: follower.topic });
  }

  take(frame: TopicFrame): void {
    if (frame.type === "snapshot" && frame.id !== undefined) this.answered(frame.id, frame.topic);
    const follower = this.#named.get(frame.topic);
    if (!follower) return;
    if (frame.type === "snapshot") this.#awaitsSnapshot.delete(follower);
    if (follower.take(frame) || this.#awaitsSnapshot.has(follower)) return;
    this.#awaitsSnapshot.add(follower);
    this.#send({ type: "snapshot", id: this.#ids.get(follower) ?? this.nextId(), topic: follower.topic });
  }

  happened(event: EventFrame): void {
    this.#named.get(event.topic)?.happened(event);
  }

  /** A request was done; `topic` is how the daemon spells its topic, where it says so. */
  answered(id: string, topic: string | undefined): void {
    const follower = this.#asked.get(id);
    if (follower && topic !== undefined) this.#named.set(topic, follower);
  }

  /** What that refusal means for the socket: `stopped` where nobody is left on it, `lost` where another one may do better. */
  refused({ id, code }: FrameOf<"nack">): "lost" | "stopped" | undefined {
    const follower = this.#asked.get(id);
    if (!follower) return undefined;
    if (!FOR_GOOD.has(code)) return "lost";
    follower.refuse(code);
    return [...this.#ids.keys()].every(({ isRefused }) => isRefused) ? "stopped" : undefined;
  }

  nextId(): string {
    this.#requests += 1;
    return String(this.#requests);
  }

  #forget(follower: Follower): void {
    this.#ids.delete(follower);
    this.#awaitsSnapshot.delete(follower);
    for (const names of [this.#named, this.#asked]) {
      for (const [name, each] of names) if (each === follower) names.delete(name);
    }
  }
}
