/**
 * What daemons tell each other of who is there and who types, over peers who lose things but never confuse them.
 *
 * A daemon owns what it says of its own users. It tells a change when it happens, and every 5 s a digest of all: who holds something else of it,
 * or knows that it missed something, asks, and says what it holds by the digests of 256 parts. What differs is told again, some of it at a
 * time. So whatever was lost, all hold the same one digest later, and a room of 20,000 of which one change was lost costs 80 users, not
 * 20,000. What comes from one daemon comes in order: what is said last of a user is right.
 *
 * A daemon that begins to hear others, or hears them again, knows of none how many they are. It counts as incomplete for a second, in which
 * they greet it, and until whoever did has told all. One that comes later makes the others incomplete only where it does not tell all in time:
 * its clients are few and come after it.
 *
 * Who types is told for as long as it holds, and counts from when it was said, however late it comes.
 */
import type { PeerListener, Peers } from "../bus/peers.ts";
import type { Timers } from "../config/timers.ts";
import { TYPING_MS } from "../../protocol/limits.ts";
import type { ChannelPresence } from "./channel-presence.ts";
import { DelayGauge } from "./delay-gauge.ts";
import type { Member } from "./member.ts";
import { keyOf, MemberSet } from "./member-set.ts";
import type { OwnMembers } from "./own-members.ts";
import {
  type Here,
  hereOf,
  lengthOf,
  memberOf,
  type PresenceMessage,
  readPresenceMessage,
} from "./presence-message.ts";
import type { Roster } from "./roster.ts";
import { absentBy, Slices } from "./slices.ts";

export interface ExchangeOptions extends Timers {
  readonly peers: Pick<Peers, "node" | "say" | "listen" | "onPartial">;
  readonly roster: Roster;
  readonly own: OwnMembers;
  readonly channelOf: (topic: string) => ChannelPresence | undefined;
  readonly channels: () => Iterable<ChannelPresence>;
  readonly monotonicMs: () => number;
  /** Others can be heard, or can't, or it is known, or not, that all of their users are known. */
  readonly completed: () => void;
}

const KIND = "presence";
/** Changes closer than this are told together. */
const TELL_MS = 50;
export const DIGEST_MS = 5_000;
const ASK_MS = 500;
/** In which those that are there greet who begins to hear them. By PostgreSQL it takes some 0.2 s. */
export const GREETING_MS = 1_000;
/** In which one that comes later tells all of its users. */
const LATE_MS = 2 * DIGEST_MS;
/** Characters in one message, or one user's more. */
const MOST_CHARACTERS = 24_000;
/** A daemon that was told to stop lets 20,000 clients come back spread over 20 s. */
const MOVING_MS = 30_000;

export class PresenceExchange implements PeerListener {
  readonly #options: ExchangeOptions;
  readonly #others = new Map<string, MemberSet>();
  /** Those of which the whole has not come yet, and since when it should have. */
  readonly #incomplete = new Map<string, number>();
  readonly #gauges = new Map<string, DelayGauge>();
  /** What is to be told: users by topic, and whether they were removed. */
  readonly #changed = new Map<string, readonly [topic: string, user: string, isRemoved: boolean]>();
  readonly #typing = new Map<string, readonly [topic: string, user: string]>();
  readonly #slices: Slices;
  readonly #asks = new Set<string>();
  #mayAskMs = Number.NEGATIVE_INFINITY;
  #isDigestDue = false;
  #timer: unknown;
  #digestTimer: unknown;
  /** Until others have greeted. */
  #greetingTimer: unknown;
  #isOver = false;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    this.#slices = new Slices(options.own.members);
    options.peers.listen(KIND, this);
    options.peers.onPartial((isPartial) => this.#awaitGreetings(isPartial));
  }

  /** Not all users of others are known. */
  get isIncomplete(): boolean {
    const nowMs = this.#options.monotonicMs();
    return this.#greetingTimer !== undefined || [...this.#incomplete.values()].some((dueMs) => dueMs <= nowMs);
  }

  changed(topic: string, user: string, isRemoved: boolean): void {
    // Who comes later asks.
    if (this.#others.size === 0) return;
    this.#changed.set(keyOf(topic, user), [topic, user, isRemoved]);
    this.#tellSoon();
  }

  typingChanged(topic: string, user: string): void {
    if (this.#others.size === 0) return;
    this.#typing.set(keyOf(topic, user), [topic, user]);
    this.#tellSoon();
  }

  heard(from: string, body: unknown): void {
    const message = readPresenceMessage(body);
    if (message === undefined) return;
    const { changes = [], typing = [], slices = [], digest, asks = [] } = message;
    const lateMs = this.#gaugeOf(from).lateMs(message.at, this.#options.monotonicMs());
    const members = this.#membersOf(from);
    for (const change of changes) {
      if (change.length === 5) this.#put(members, memberOf(change, from));
      else this.#drop(members, from, change[0], change[1], change[2] === 1);
    }
    for (const slice of slices) {
      for (const { topic, user } of absentBy(slice, members)) this.#drop(members, from, topic, user, false);
      for (const one of slice[3]) this.#put(members, memberOf(one, from));
    }
    for (const [topic, user, forMs] of typing) this.#hearTyping(from, topic, user, forMs - lateMs);
    if (digest !== undefined) this.#compare(from, members, digest);
    for (const [node, digests] of asks) if (node === this.#options.peers.node) this.#answer(new Map(digests));
  }

  missed(from: string): void {
    this.#asks.add(from);
    if (!this.#others.has(from)) {
      const nowMs = this.#options.monotonicMs();
      this.#incomplete.set(from, this.#greetingTimer === undefined ? nowMs + LATE_MS : nowMs);
      // It knows nothing of this one either.
      this.#isDigestDue = true;
      this.#options.completed();
    }
    this.#membersOf(from);
    this.#tellSoon();
  }

  gone(from: string, why: "silent" | "moving"): void {
    const { roster, own, channels } = this.#options;
    for (const { topic, user } of this.#others.get(from) ?? []) {
      own.adopt(topic, user);
      roster.drop({ node: from, topic, user }, why === "moving" ? MOVING_MS : undefined);
    }
    this.#others.delete(from);
    this.#asks.delete(from);
    this.#incomplete.delete(from);
    for (const channel of channels()) channel.signEnds(from);
    this.#options.completed();
  }

  stop(): void {
    this.#isOver = true;
    this.#options.clearTimeout(this.#timer);
    this.#options.clearTimeout(this.#digestTimer);
    this.#options.clearTimeout(this.#greetingTimer);
  }

  #awaitGreetings(isPartial: boolean): void {
    const { setTimeout, clearTimeout, completed } = this.#options;
    clearTimeout(this.#greetingTimer);
    this.#greetingTimer = undefined;
    if (!isPartial && !this.#isOver)
      this.#greetingTimer = setTimeout(() => {
        this.#greetingTimer = undefined;
        completed();
      }, GREETING_MS);
    completed();
  }

  #put(members: MemberSet, member: Member): void {
    members.put(member);
    this.#options.roster.put(member);
  }

  #drop(members: MemberSet, node: string, topic: string, user: string, isRemoved: boolean): void {
    if (members.delete(topic, user) === undefined) return;
    this.#options.own.adopt(topic, user);
    this.#options.roster.drop({ node, topic, user }, isRemoved ? 0 : undefined);
  }

  #hearTyping(from: string, topic: string, user: string, leftMs: number): void {
    const channel = this.#options.channelOf(topic);
    if (leftMs > 0) channel?.sign(user, from, TYPING_MS - leftMs);
    else channel?.signEnds(from, user);
  }

  #compare(from: string, members: MemberSet, digest: number): void {
    if (members.digest !== digest) {
      this.#asks.add(from);
      this.#tellSoon();
    } else if (this.#incomplete.delete(from)) this.#options.completed();
  }

  #answer(theirs: ReadonlyMap<number, number>): void {
    const ours = this.#options.own.members.digests();
    for (const at of new Set([...ours.keys(), ...theirs.keys()]))
      if (ours.get(at) !== theirs.get(at)) this.#slices.add(at);
    this.#isDigestDue = true;
    this.#tellSoon();
  }

  #membersOf(node: string): MemberSet {
    const members = this.#others.get(node) ?? new MemberSet();
    this.#others.set(node, members);
    this.#digestSoon();
    return members;
  }

  #gaugeOf(node: string): DelayGauge {
    const gauge = this.#gauges.get(node) ?? new DelayGauge();
    this.#gauges.delete(node);
    this.#gauges.set(node, gauge);
    const [oldest] = this.#gauges.keys();
    if (this.#gauges.size > 1_000 && oldest !== undefined) this.#gauges.delete(oldest);
    return gauge;
  }

  #digestSoon(): void {
    if (this.#isOver) return;
    this.#digestTimer ??= this.#options.setTimeout(() => {
      this.#digestTimer = undefined;
      if (this.#others.size === 0) return;
      this.#options.completed();
      this.#isDigestDue = true;
      this.#tellSoon();
      this.#digestSoon();
    }, DIGEST_MS);
  }

  #tellSoon(): void {
    if (this.#isOver) return;
    this.#timer ??= this.#options.setTimeout(() => {
      this.#timer = undefined;
      this.#tell();
    }, TELL_MS);
  }

  #tell(): void {
    const { peers, monotonicMs } = this.#options;
    const changes = takeFirst(this.#changed, (change) => this.#changeOf(change));
    const typing = takeFirst(this.#typing, (typist) => this.#signOf(typist));
    const slices = this.#slices.take(MOST_CHARACTERS);
    const said: Partial<PresenceMessage> = {
      ...(changes.length > 0 && { changes }),
      ...(typing.length > 0 && { typing }),
      ...(slices.length > 0 && { slices }),
      ...this.#takeAsks(),
    };
    const hasMore = this.#changed.size > 0 || this.#typing.size > 0 || !this.#slices.isEmpty;
    if (this.#isDigestDue && !hasMore) {
      this.#isDigestDue = false;
      said.digest = this.#options.own.members.digest;
    }
    if (Object.keys(said).length > 0) peers.say(KIND, { at: Math.round(monotonicMs()), ...said });
    if (hasMore || this.#asks.size > 0) this.#tellSoon();
  }

  #changeOf([topic, user, isRemoved]: readonly [string, string, boolean]): Here | [string, string, 0 | 1] {
    const member = this.#options.own.members.get(topic, user);
    return member ? hereOf(member) : [topic, user, isRemoved ? 1 : 0];
  }

  #signOf([topic, user]: readonly [string, string]): [string, string, number] {
    return [topic, user, Math.round(this.#options.channelOf(topic)?.typesForMs(user) ?? 0)];
  }

  #takeAsks(): Pick<PresenceMessage, "asks"> | undefined {
    const nowMs = this.#options.monotonicMs();
    if (this.#asks.size === 0 || nowMs < this.#mayAskMs) return undefined;
    this.#mayAskMs = nowMs + ASK_MS;
    const asks = [...this.#asks].map((node): [string, [number, number][]] => [
      node,
      [...this.#membersOf(node).digests()],
    ]);
    this.#asks.clear();
    return { asks };
  }
}

/** Takes the first that wait, as they are said, until these have {@link MOST_CHARACTERS}. */
function takeFirst<Key, Value, Said extends readonly (string | number | null)[]>(
  waiting: Map<Key, Value>,
  say: (value: Value) => Said,
): Said[] {
  const all: Said[] = [];
  let characters = 0;
  for (const [key, value] of waiting) {
    if (characters >= MOST_CHARACTERS) break;
    waiting.delete(key);
    const said = say(value);
    characters += lengthOf(said);
    all.push(said);
  }
  return all;
}
