/**
 * The topic of a channel: rows by set, from a lower bound on, and who may see them. What newcomers are shown moves only when a change
 * goes out; while nobody knows who may see it, there is nothing to show.
 */
import type { Audience, Reader } from "../../channels/audience.ts";
import type { ChannelPosition, ChannelUpdate, LoadedRows } from "../../channels/channel-update.ts";
import type { ChannelChange } from "../../capture/batch.ts";
import { unreachable } from "../../config/unreachable.ts";
import { encode, type Frame, type Refusal } from "../../hub/frame.ts";
import { isoInstant } from "../../hub/instant.ts";
import type { Consequence, Flush, HistoryRequest, Progress, TopicContent, TopicKind } from "../../hub/topic-content.ts";
import type { NackCode } from "../../../protocol/codes.ts";
import type { PageRequest } from "../../channels/channel-pages.ts";
import type { ToldPage } from "../../channels/channels.ts";
import { type ChannelPlan, MOST_SET_BYTES } from "../../plan/channel-plan.ts";
import { readPosition } from "../../plan/row-order.ts";
import { HeldRows, type Item } from "./held-rows.ts";
import { PendingAnswers } from "./pending-answers.ts";
import { PendingChanges } from "./pending-changes.ts";

/** Follows channels. */
export interface ChannelDemand {
  watch(key: string): void;
  unwatch(key: string): void;
  locate(key: string): void;
  page(key: string, request: PageRequest, answer: (told: ToldPage | undefined) => void): void;
}

export interface ChannelTopicOptions {
  readonly plan: ChannelPlan;
  readonly demand: ChannelDemand;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** More changes than this in one frame are told by a snapshot. */
const MOST_CHANGES = 1_000;
/** One that was too large may be so again, and each subscriber asks. */
const READ_AGAIN_MS = 2_000;

export function channelTopics(options: ChannelTopicOptions): TopicKind<ChannelUpdate> {
  const { demand } = options;
  return {
    watch: (key) => demand.watch(key),
    unwatch: (key) => demand.unwatch(key),
    locate: (key) => demand.locate(key),
    open: (topic, key) => new ChannelTopic(topic, key, options),
  };
}

class ChannelTopic implements TopicContent<ChannelUpdate> {
  readonly #topic: string;
  readonly #key: string;
  readonly #options: ChannelTopicOptions;
  readonly #sets: readonly { readonly name: string; readonly rows: HeldRows }[];
  /** What was accepted and has not gone out: all rows, if they were told, and the changes since. */
  #whole: readonly LoadedRows[] | undefined;
  #accepted: ChannelChange[] = [];
  readonly #answers = new PendingAnswers();
  #audience: Audience | undefined;
  /** Where all that was accepted leads; undefined where that is nothing. */
  #pending: ChannelPosition | undefined;
  #progress: Progress | undefined;
  /** It held more than is sent at once when it was read, or later: from then on nothing is held, until it is read again. */
  #isTooLarge = false;
  /** Its rows have changed since. */
  #hasChanged = false;
  /** When it was read last, in milliseconds since 1970. */
  #readAtMs = 0;
  #snapshotFrame: Frame | undefined;

  constructor(topic: string, key: string, options: ChannelTopicOptions) {
    this.#topic = topic;
    this.#key = key;
    this.#options = options;
    this.#sets = options.plan.sets.map((set) => ({ name: set.name, rows: new HeldRows(set) }));
  }

  get progress(): Progress | undefined {
    return this.#audience === undefined ? undefined : this.#progress;
  }

  get isOutdated(): boolean {
    // Absolute, as the clock may be set back.
    if (Math.abs(this.#options.now() - this.#readAtMs) < READ_AGAIN_MS) return false;
    return (this.#isTooLarge && this.#hasChanged) || (this.#audience?.isOutdated ?? false);
  }

  refusal(reader: Reader | undefined): Refusal | undefined {
    if (this.#audience === undefined) return undefined;
    if (!this.#audience.exists) return "deleted";
    if (this.#audience.isTooLarge) return "too_large";
    if (reader === undefined || !this.#audience.admits(reader)) return "removed";
    return this.#isTooLarge ? "too_large" : undefined;
  }

  accept(update: ChannelUpdate): Consequence {
    switch (update.kind) {
      case "audience":
        // It is read again: what it held then decides.
        if (update.audience === undefined && this.#isTooLarge) this.forget();
        this.#audience = update.audience;
        return { kind: "audience" };
      case "whole":
        this.#accepted = [];
        this.#whole = update.sets;
        this.#readAtMs = this.#options.now();
        this.#pending = update;
        return { kind: "flush" };
      case "changes": {
        const head = this.#pending ?? this.#progress;
        if (head?.epoch !== update.epoch || head.version !== update.previous) return { kind: "broken" };
        this.#pending = update;
        if (this.#isTooLarge && this.#whole === undefined) this.#hasChanged = true;
        else this.#accepted.push(...update.changes);
        for (const operation of update.ops) this.#answers.add(operation);
        return { kind: "flush" };
      }
      case "position": {
        const head = this.#pending ?? this.#progress;
        if (head?.epoch !== update.epoch || head.version !== update.version) return { kind: "broken" };
        this.#pending = update;
        return { kind: "located" };
      }
      case "stale":
        this.forget();
        return { kind: "stale", since: update.since, reason: update.reason };
      case "live":
        return { kind: "live" };
    }
    return unreachable(update);
  }

  flush(isHeard: boolean): Flush | undefined {
    const [before, pending] = [this.#progress, this.#pending];
    if (pending === undefined) return undefined;
    const { epoch, version, incarnation, snapshot, asOf } = pending;
    const position = { incarnation, snapshot, asOf };
    const to: Progress = { epoch, version, events: 0, position, had: position };
    const isStillTooLarge = this.#isTooLarge && this.#whole === undefined;
    const changes = this.#takeAccepted();
    this.#pending = undefined;
    this.#progress = to;
    this.#snapshotFrame = undefined;
    if (!isStillTooLarge) this.#measure();
    // Whoever is here is then told to go, or gets a snapshot, after which clients ask again what became of their operations.
    const isFollowed = !this.#isTooLarge && changes !== undefined && before?.epoch === epoch;
    const isMoved = version !== before?.version;
    if (!isFollowed || !isHeard || (!isMoved && this.#answers.isEmpty)) {
      this.#answers.clear();
      return { from: isFollowed ? before : undefined, to, frames: [] };
    }
    const frame = encode({
      type: "rows_changed",
      timestamp: this.#options.now(),
      topic: this.#topic,
      epoch,
      version,
      previous: before.version,
      asOf: isoInstant(asOf),
      changes: changes.map((change) => [...change]),
    });
    return { from: before, to, frames: [this.#answers.putInto(frame, isMoved)] };
  }

  snapshotFrame(): Frame {
    const progress = this.#progress;
    if (progress === undefined) throw new Error("no rows yet");
    this.#snapshotFrame ??= encode({
      type: "rows",
      timestamp: this.#options.now(),
      topic: this.#topic,
      epoch: progress.epoch,
      version: progress.version,
      asOf: isoInstant(progress.position.asOf),
      sets: Object.fromEntries(
        this.#sets.map(({ name, rows }) => [name, { items: rows.items(), from: rows.from ?? null }]),
      ),
    });
    return this.#snapshotFrame;
  }

  history({ id, rows, before, limit }: HistoryRequest, answer: (answer: Frame | NackCode) => void): void {
    const { plan, demand } = this.#options;
    const set = plan.sets.findIndex(({ name }) => name === rows);
    const place = readPosition(before, plan.sets[set]?.order ?? []);
    if (set < 0 || place === undefined) return answer("unknown_rows");
    demand.page(this.#key, { set, before: place, limit }, (told) => {
      if (told === undefined) return answer("unavailable");
      const items: Item[] = [];
      for (const { key, position, row } of told.rows) {
        if (row.data === "too large") return answer("too_large");
        items.push([key, position, row.data]);
      }
      const { epoch, version } = told.at;
      const from = told.isFirst ? null : (items[0]?.[1] ?? before);
      const timestamp = this.#options.now();
      answer(encode({ type: "history", timestamp, topic: this.#topic, id, epoch, version, rows, items, from }));
    });
  }

  /** What became of rows in between nobody says: a snapshot has all of it. */
  replay(): undefined {
    return undefined;
  }

  forget(): void {
    this.#whole = undefined;
    this.#accepted = [];
    this.#answers.clear();
    this.#audience = undefined;
    this.#pending = undefined;
    this.#progress = undefined;
    this.#snapshotFrame = undefined;
    this.#isTooLarge = false;
    this.#hasChanged = false;
  }

  #measure(): void {
    this.#hasChanged = false;
    this.#isTooLarge = this.#sets.some(({ rows }) => rows.isTooLarge);
    if (this.#isTooLarge) for (const { rows } of this.#sets) rows.replace([]);
  }

  /** What frames say of it; undefined where a snapshot says it. */
  #takeAccepted(): ReturnType<PendingChanges["all"]> | undefined {
    const [whole, accepted] = [this.#whole, this.#accepted];
    this.#whole = undefined;
    this.#accepted = [];
    const changes = new PendingChanges();
    if (whole !== undefined) for (const [at, { rows }] of this.#sets.entries()) rows.replace(whole[at] ?? []);
    for (const change of accepted) {
      const set = this.#sets[change.set];
      if (set !== undefined) changes.add(set.name, set.rows.take(change));
    }
    const bytes = accepted.reduce((sum, { row }) => sum + (row?.bytes ?? 0), 0);
    const fits = changes.size <= MOST_CHANGES && bytes <= MOST_SET_BYTES;
    return whole === undefined && fits ? changes.all() : undefined;
  }
}
