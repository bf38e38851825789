/** Who is at which channel and who types there, over all daemons of the database. */
import type { Peers } from "../bus/peers.ts";
import type { Timers } from "../config/timers.ts";
import type { TellSide, TopicSide } from "../hub/topic-side.ts";
import { ChannelPresence, type PresenceServices, type Shows } from "./channel-presence.ts";
import { PresenceExchange } from "./exchange.ts";
import { OwnMembers } from "./own-members.ts";
import { Roster } from "./roster.ts";

export interface PresenceOptions extends Timers {
  readonly peers: Peers;
  /** Changes of one channel closer than this are told together. */
  readonly minIntervalMs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly monotonicMs: () => number;
  /** 0 to 1. */
  readonly random: () => number;
}

export class Presence {
  readonly #services: PresenceServices;
  readonly #roster: Roster;
  readonly #exchange: PresenceExchange;
  /** By topic. */
  readonly #channels = new Map<string, ChannelPresence>();
  #isPartial: boolean;

  constructor(options: PresenceOptions) {
    const { peers, now } = options;
    const channelOf = (topic: string): ChannelPresence | undefined => this.#channels.get(topic);
    this.#roster = new Roster({ ...options, changed: (topic, user) => channelOf(topic)?.changed(user) });
    const own = new OwnMembers({
      node: peers.node,
      roster: this.#roster,
      now,
      changed: (topic, user, isRemoved) => this.#exchange.changed(topic, user, isRemoved),
    });
    const isPartial = (): boolean => peers.isPartial || this.#exchange.isIncomplete;
    const completed = (): void => {
      if (isPartial() === this.#isPartial) return;
      this.#isPartial = isPartial();
      for (const channel of this.#channels.values()) channel.partialChanged();
    };
    this.#exchange = new PresenceExchange({
      ...options,
      roster: this.#roster,
      own,
      channelOf,
      channels: () => this.#channels.values(),
      completed,
    });
    this.#isPartial = isPartial();
    this.#services = {
      ...options,
      roster: this.#roster,
      own,
      isPartial,
      typingChanged: (topic, user) => this.#exchange.typingChanged(topic, user),
    };
  }

  /** What goes on beside a channel's rows, until it is stopped. */
  open(topic: string, shows: Shows, tell: TellSide): TopicSide {
    const channel = new ChannelPresence(topic, shows, this.#services, tell, () => this.#channels.delete(topic));
    this.#channels.set(topic, channel);
    return channel;
  }

  /** Nobody is told anything any more. */
  stop(): void {
    this.#roster.stop();
    this.#exchange.stop();
    for (const channel of this.#channels.values()) channel.stop();
  }
}
