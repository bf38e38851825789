/**
 * Batch -> ChannelUpdate: follows the channels of a kind that somebody subscribed to, their rows and who may see them, and publishes both.
 *
 * A channel is loaded at a cut, as owners are (owners/owners.ts says why), and from then on kept by what batches bring. What they bring
 * needs no arithmetic: a changed row comes whole, as it is at the batch's snapshot. What rows a channel holds is its topic's business;
 * here is only who may see it, which is published before any row of the same batch.
 *
 * A bulk statement or TRUNCATE leaves no images: then the channels are loaded again, and their topics send a snapshot.
 */
import type {
  Batch,
  BatchSink,
  ChannelChange,
  ChannelChanges,
  ChannelOperation,
  ChannelWho,
  Cut,
} from "../capture/batch.ts";
import { LastVersions } from "../owners/last-versions.ts";
import { SlowLoads } from "../owners/slow-loads.ts";
import type { StaleReason } from "../owners/published.ts";
import type { Log } from "../config/log.ts";
import type { Timers } from "../config/timers.ts";
import type { ChannelPlan } from "../plan/channel-plan.ts";
import type { Audience } from "./audience.ts";
import type { ChannelLoader } from "./channel-loader.ts";
import { ChannelLoads } from "./channel-loads.ts";
import { ChannelPages, type Page, type PageRequest } from "./channel-pages.ts";
import type { ChannelPosition, PublishChannel } from "./channel-update.ts";
import { type BatchPosition, WatchedChannel } from "./watched-channel.ts";

export interface ChannelsOptions extends Timers {
  readonly plan: ChannelPlan;
  readonly loader: ChannelLoader;
  /** How many loads the loader can run at once. */
  readonly loadsAtOnce: number;
  readonly publish: PublishChannel;
  /** Told when a channel lets somebody in, whether it is watched or not. */
  readonly letIn: (key: string, to: LetIn) => void;
  /** Has the reader read soon. */
  readonly nudge: () => void;
  readonly log: Log;
  readonly monotonicMs: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** A user, or whoever may see an owner. */
export type LetIn = { readonly user: string } | { readonly owner: string };

/** A page, and at which version of its channel it is so. */
export interface ToldPage extends Page {
  readonly at: ChannelPosition;
}

/** Those of one channel. */
interface OwnChanges {
  readonly rows: ChannelChange[];
  readonly who: ChannelWho[];
  readonly ops: ChannelOperation[];
}

/** As many are named in each read, which then costs nothing for the others' rows. */
const NAMED_CHANNELS = 256;

export class Channels implements BatchSink {
  readonly #options: ChannelsOptions;
  readonly #loads: ChannelLoads;
  readonly #pages: ChannelPages;
  /** By key. */
  readonly #channels = new Map<string, WatchedChannel>();
  readonly #versions = new LastVersions();
  readonly #slowLoads = new SlowLoads<WatchedChannel>(({ phase, version }) =>
    phase === "waiting" || phase === "loading" ? version : undefined,
  );
  /** Whoever asked where they stand waits: for the end of a reading that may have begun before that, and then for one that has not. */
  readonly #toLocate = new Set<WatchedChannel>();
  readonly #located = new Set<WatchedChannel>();
  #position: BatchPosition = { epoch: "", incarnation: "", snapshot: "", asOf: 0 };
  /** Why no epoch runs, between two of them. */
  #offline: StaleReason | undefined = "starting";

  constructor(options: ChannelsOptions) {
    this.#options = options;
    this.#pages = new ChannelPages(options);
    this.#loads = new ChannelLoads({
      ...options,
      atOnce: options.loadsAtOnce,
      // Pages wait for room, and whoever asked where a channel stands for its load.
      ended: () => {
        if (this.wantsCut() || this.#located.size > 0) options.nudge();
      },
    });
  }

  /** Who may see a channel; undefined where it is not watched, nobody knows yet, or they are too many to be known. */
  audienceOf(key: string): Audience | undefined {
    const audience = this.#channels.get(key)?.audience;
    return audience?.isTooLarge ? undefined : audience;
  }

  watch(key: string): void {
    const { plan, publish, now } = this.#options;
    if (this.#channels.has(key)) return;
    const version = this.#versions.of(key);
    const channel = new WatchedChannel(key, plan, version, (update) => publish(key, update));
    this.#channels.set(key, channel);
    if (this.#offline === undefined) this.#load(channel);
    else channel.lose(this.#offline, now() * 1000);
  }

  unwatch(key: string): void {
    const channel = this.#channels.get(key);
    if (channel === undefined) return;
    this.#channels.delete(key);
    this.#loads.remove(channel);
    this.#pages.end(channel);
    this.#toLocate.delete(channel);
    this.#located.delete(channel);
    channel.letGo();
    this.#versions.remember(key, channel.version);
  }

  /** In which phase each watched channel is. */
  phases(): readonly WatchedChannel["phase"][] {
    return Array.from(this.#channels.values(), ({ phase }) => phase);
  }

  /** Has it read again at the next cut; gives false where nobody watches it. */
  reload(key: string): boolean {
    const channel = this.#channels.get(key);
    // Between two epochs it waits for the next one anyway.
    if (channel !== undefined && this.#offline === undefined) this.#load(channel, true);
    return channel !== undefined;
  }

  /** Answers with older rows as they are at the channel's version at that moment, which the position names; undefined where they can't be had. */
  page(key: string, request: PageRequest, answer: (told: ToldPage | undefined) => void): void {
    const channel = this.#channels.get(key);
    const set = this.#options.plan.sets[request.set];
    if (channel?.phase !== "live" || set === undefined) return answer(undefined);
    this.#pages.ask(channel, set, request, (page) =>
      answer(page && { ...page, at: { ...this.#position, version: channel.version } }),
    );
  }

  /** Reads the database after this, and then publishes where the channel stands; nothing of one that is stale. */
  locate(key: string): void {
    const channel = this.#channels.get(key);
    if (channel === undefined) return;
    this.#toLocate.add(channel);
    this.#options.nudge();
  }

  begin(epoch: string, incarnation: string): void {
    this.#loads.clear();
    this.#versions.clear();
    this.#offline = undefined;
    this.#position = { ...this.#position, epoch, incarnation };
    for (const channel of this.#channels.values()) this.#load(channel);
  }

  lost(_reason: string, since = this.#options.now() * 1000): void {
    this.#loads.clear();
    this.#pages.end();
    this.#toLocate.clear();
    this.#located.clear();
    this.#offline = "database";
    for (const channel of this.#channels.values()) channel.lose("database", since);
  }

  zones(): readonly string[] {
    return [];
  }

  /** The channels whose rows are wanted. */
  owners(): readonly string[] | undefined {
    return this.#channels.size <= NAMED_CHANNELS ? [...this.#channels.keys()] : undefined;
  }

  named(): readonly string[] {
    return [];
  }

  /** Nothing that is read for channels fails at a row. */
  unreadable(): void {
    return undefined;
  }

  wantsCut(): boolean {
    return this.#loads.isReady || (this.#pages.areWaiting && this.#loads.hasRoom);
  }

  needsCut(batch: Batch): boolean {
    return this.#loads.hasRoom && this.#outdated(batch).length > 0;
  }

  async apply(batch: Batch): Promise<void> {
    this.#begin(batch);
    this.#take(batch, new Set());
    this.#endBatch();
  }

  async applyCut(batch: Batch, cut: Cut): Promise<void> {
    this.#begin(batch);
    const { channels, imported } = this.#loads.start(cut, this.#position);
    this.#take(batch, channels);
    // After the batch, which a page has seen.
    await Promise.all([imported, this.#loads.hasRoom ? this.#pages.start(cut) : undefined]);
    this.#endBatch();
  }

  /** Drops everything; publishes nothing from then on. */
  stop(): void {
    for (const channel of this.#channels.values()) channel.letGo();
    this.#channels.clear();
    this.#loads.clear();
  }

  #begin(batch: Batch): void {
    const { snapshot, clock } = batch;
    const { monotonicMs, now } = this.#options;
    for (const channel of this.#slowLoads.find(this.#channels.values(), monotonicMs())) channel.late(now() * 1000);
    this.#position = { ...this.#position, snapshot, asOf: clock };
    for (const channel of this.#outdated(batch)) this.#load(channel, true);
  }

  #load(channel: WatchedChannel, isUrgent = false): void {
    this.#pages.end(channel);
    channel.wait();
    this.#loads.add(channel, isUrgent);
  }

  /** `loading`: those that begin to load at the batch's cut, and have seen its rows. */
  #take({ channels }: Batch, loading: ReadonlySet<WatchedChannel>): void {
    if (channels === undefined) return;
    for (const [channel, changes] of this.#byChannel(channels)) {
      if (loading.has(channel)) {
        channel.take({ rows: [], who: [], ops: changes.ops }, this.#position);
        continue;
      }
      channel.take(changes, this.#position);
      this.#pages.take(channel, changes.rows);
    }
    const isOwner = this.#options.plan.members.kind === "owner";
    for (const { channel, who, times } of channels.who)
      if (times > 0 && who !== undefined) this.#options.letIn(channel, isOwner ? { owner: who } : { user: who });
  }

  #byChannel({ rows, who, ops = [] }: ChannelChanges): Map<WatchedChannel, OwnChanges> {
    const found = new Map<WatchedChannel, OwnChanges>();
    const of = (key: string): OwnChanges | undefined => {
      const channel = this.#channels.get(key);
      if (channel === undefined) return undefined;
      const changes = found.get(channel) ?? { rows: [], who: [], ops: [] };
      found.set(channel, changes);
      return changes;
    };
    for (const row of rows) of(row.channel)?.rows.push(row);
    for (const one of who) of(one.channel)?.who.push(one);
    for (const one of ops) of(one.channel)?.ops.push(one);
    return found;
  }

  /** Those of which rows changed without images. */
  #outdated({ resets }: Batch): readonly WatchedChannel[] {
    if (resets.length === 0) return [];
    const named = new Set(resets.map(({ owner }) => owner));
    return [...this.#channels.values()].filter(({ key }) => named.has(undefined) || named.has(key));
  }

  #endBatch(): void {
    for (const channel of this.#located) if (channel.tellPosition(this.#position)) this.#located.delete(channel);
    if (this.#toLocate.size === 0) return;
    for (const channel of this.#toLocate) this.#located.add(channel);
    this.#toLocate.clear();
    this.#options.nudge();
  }
}
