/**
 * One channel that somebody subscribed to, and what it publishes.
 *
 *     offline ── an epoch begins ──▶ waiting ── a cut ──▶ loading ── its rows, and what came meanwhile ──▶ live
 *        ▲                             ▲  ▲                  │ it failed                                    │ rows changed without images
 *        └── the epoch ends ── any     │  └──────────────────┘                                              │
 *                                      └───────────────────────────────────────────────────────────────────┘
 *
 * It takes no rows from the batch at whose cut it is loaded, as the load has seen them; what later batches bring while it loads is kept,
 * and follows.
 */
import type { ChannelChanges } from "../capture/batch.ts";
import { printTopic } from "../../protocol/topic.ts";
import type { ChannelPlan } from "../plan/channel-plan.ts";
import type { StaleReason } from "../owners/published.ts";
import { Audience } from "./audience.ts";
import type { ChannelPosition, ChannelUpdate, LoadedRows } from "./channel-update.ts";

/** What a load has found of a channel, at its cut. */
export interface LoadedChannel {
  readonly who: ChannelChanges["who"];
  readonly sets: readonly LoadedRows[];
}

type Phase =
  | { readonly kind: "offline" }
  | { readonly kind: "waiting" }
  /** `cut`: where the load reads; `since`: what batches brought that it has not seen. */
  | { readonly kind: "loading"; readonly cut: BatchPosition; readonly since: Since[] }
  | { readonly kind: "live" }
  | { readonly kind: "gone" };

interface Since {
  readonly changes: ChannelChanges;
  readonly position: BatchPosition;
}

/** Where the batch is that was taken last: what all channels share. */
export type BatchPosition = Omit<ChannelPosition, "version">;

export class WatchedChannel {
  readonly key: string;
  readonly #plan: ChannelPlan;
  readonly #publish: (update: ChannelUpdate) => void;
  #phase: Phase = { kind: "offline" };
  #audience: Audience | undefined;
  #version: number;
  /** It has not been called live yet: its topic may have been stale before it was watched, by another one of this key. */
  #isStale = true;
  /** It has been said that its load takes long. */
  #isLate = false;

  constructor(key: string, plan: ChannelPlan, version: number, publish: (update: ChannelUpdate) => void) {
    this.key = key;
    this.#plan = plan;
    this.#version = version;
    this.#publish = publish;
  }

  get phase(): Phase["kind"] {
    return this.#phase.kind;
  }

  get version(): number {
    return this.#version;
  }

  /** Who may see it; undefined while nobody knows. */
  get audience(): Audience | undefined {
    return this.#audience;
  }

  /** An epoch begins, or rows changed of which there are no images: nobody knows who may see it, until it is loaded. */
  wait(): void {
    if (this.#phase.kind === "gone") return;
    this.#phase = { kind: "waiting" };
    if (this.#audience === undefined) return;
    this.#audience = undefined;
    this.#publish({ kind: "audience", audience: undefined });
  }

  /** Only while it waits. Gives what the load is known by. */
  loadBegins(cut: BatchPosition): object {
    const since: Since[] = [];
    this.#phase = { kind: "loading", cut, since };
    return since;
  }

  /** Nothing where the load was for nothing: the channel has gone on without it. */
  loaded({ who, sets }: LoadedChannel, begun: object): void {
    const phase = this.#phase;
    if (phase.kind !== "loading" || phase.since !== begun) return;
    this.#phase = { kind: "live" };
    this.#audience = new Audience(printTopic({ kind: this.#plan.kind, key: this.key }), this.#plan);
    for (const one of [...who, ...phase.since.flatMap(({ changes }) => changes.who)]) this.#audience.take(one);
    this.#publish({ kind: "audience", audience: this.#audience });
    this.#version += 1;
    this.#publish({ kind: "whole", sets, ...phase.cut, version: this.#version });
    for (const { changes, position } of phase.since) this.#changed(changes, position);
    if (this.#isStale) this.#publish({ kind: "live" });
    this.#isStale = false;
    this.#isLate = false;
  }

  loadFailed(begun: object): boolean {
    const phase = this.#phase;
    if (phase.kind !== "loading" || phase.since !== begun) return false;
    this.#phase = { kind: "waiting" };
    return true;
  }

  /** What a batch brings for this channel. */
  take(changes: ChannelChanges, position: BatchPosition): void {
    this.admit(changes.who);
    if (this.#phase.kind === "loading") this.#phase.since.push({ changes, position });
    else if (this.#phase.kind === "live") this.#changed(changes, position);
  }

  /** Who may see it has changed, whatever becomes of its rows. */
  admit(changes: ChannelChanges["who"]): void {
    const audience = this.#audience;
    if (audience === undefined || changes.length === 0) return;
    for (const who of changes) audience.take(who);
    this.#publish({ kind: "audience", audience });
  }

  /** No epoch runs: nobody knows who may see it, until it is loaded in another one. */
  lose(reason: StaleReason, since: number): void {
    if (this.#phase.kind === "gone") return;
    this.#phase = { kind: "offline" };
    this.#audience = undefined;
    this.#isStale = true;
    this.#isLate = false;
    this.#publish({ kind: "stale", since, reason });
  }

  /** Its load takes long, or fails again and again: who waits for it hears so. */
  late(since: number): void {
    if (this.#isLate) return;
    this.#isLate = true;
    this.#isStale = true;
    this.#publish({ kind: "stale", since, reason: "slow_load" });
  }

  /** Says where it stands, if it can be said. */
  tellPosition(position: BatchPosition): boolean {
    if (this.#phase.kind !== "live") return this.#phase.kind === "gone";
    this.#publish({ kind: "position", ...position, version: this.#version });
    return true;
  }

  letGo(): void {
    this.#phase = { kind: "gone" };
  }

  #changed({ rows: changes, ops = [] }: ChannelChanges, position: BatchPosition): void {
    if (changes.length + ops.length === 0) return;
    const previous = this.#version;
    if (changes.length > 0) this.#version += 1;
    this.#publish({ kind: "changes", changes, ops, previous, ...position, version: this.#version });
  }
}
