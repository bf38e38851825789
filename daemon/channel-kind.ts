/** One kind of channels: what takes its part of each batch, what the hub asks about its topics, and who may see them. */
import type { OperatedKind } from "./admin/daemon-state.ts";
import { ChannelAccess } from "./channels/channel-access.ts";
import { SnapshotChannelLoader } from "./channels/channel-loader.ts";
import type { ChannelUpdate } from "./channels/channel-update.ts";
import { Channels, type ChannelsOptions, type LetIn } from "./channels/channels.ts";
import { canonicalOwners } from "./database/canonical-owner.ts";
import { CHANNEL_LOADS_AT_ONCE, type Pools } from "./database/pools.ts";
import type { CanonicalKey, GuardedKind } from "./gateway/auth/identification.ts";
import { guardedKind } from "./gateway/auth/guarded-channels.ts";
import type { TopicKind } from "./hub/topic-content.ts";
import type { TellSide } from "./hub/topic-side.ts";
import type { ChannelPlan } from "./plan/channel-plan.ts";
import { printTopic } from "../protocol/topic.ts";
import type { Presence } from "./presence/presence.ts";
import { channelTopics } from "./topics/channel/channel-topic.ts";

/** What all kinds of channels share. */
export interface ChannelKindOptions
  extends Omit<ChannelsOptions, "plan" | "loader" | "loadsAtOnce" | "publish" | "letIn"> {
  readonly pools: Pick<Pools, "channels" | "lookups">;
  readonly publish: (kind: string, key: string, update: ChannelUpdate) => void;
  readonly letIn: (topic: string, to: LetIn) => void;
  readonly presence: Presence;
}

export interface BuiltChannels {
  readonly plan: ChannelPlan;
  readonly channels: Channels;
  readonly topics: TopicKind<ChannelUpdate>;
  readonly keys: CanonicalKey;
  readonly guard: GuardedKind;
  readonly operated: OperatedKind;
}

/** An ALTER TABLE waits for loads, and writes for it. */
const LOAD_TIMEOUT_MS = 10_000;

export function buildChannels(plan: ChannelPlan, options: ChannelKindOptions): BuiltChannels {
  const { pools, publish, letIn, presence, monotonicMs, now } = options;
  const { shows } = plan;
  const channels: Channels = new Channels({
    ...options,
    plan,
    loader: new SnapshotChannelLoader({ plan, sessions: pools.channels, timeoutMs: LOAD_TIMEOUT_MS }),
    loadsAtOnce: CHANNEL_LOADS_AT_ONCE,
    publish: (key, update) => publish(plan.kind, key, update),
    letIn: (key, to) => {
      access.letIn(key, to);
      letIn(printTopic({ kind: plan.kind, key }), to);
    },
  });
  const access: ChannelAccess = new ChannelAccess({
    plan,
    sessions: pools.lookups,
    audienceOf: (key) => channels.audienceOf(key),
    monotonicMs,
  });
  return {
    plan,
    channels,
    topics: {
      ...channelTopics({ plan, demand: channels, now }),
      ...((shows.presence || shows.typing) && {
        openSide: (topic: string, tell: TellSide) => presence.open(topic, shows, tell),
      }),
    },
    keys: canonicalOwners([plan.keyType], pools.lookups, monotonicMs),
    guard: guardedKind(plan, access),
    operated: { kind: plan.kind, phases: () => channels.phases(), reload: (key) => channels.reload(key) },
  };
}
