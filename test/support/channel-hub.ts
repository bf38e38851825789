/** The real hub with one kind of channels, `room:1`, of which the test publishes what the database would bring. */
import type { ChannelWho } from "../../daemon/capture/batch.ts";
import { Audience } from "../../daemon/channels/audience.ts";
import type { ChannelUpdate, LoadedRows } from "../../daemon/channels/channel-update.ts";
import type { Frame } from "../../daemon/hub/frame.ts";
import { Hub } from "../../daemon/hub/hub.ts";
import type { ChannelPlan } from "../../daemon/plan/channel-plan.ts";
import { type ChannelDemand, channelTopics } from "../../daemon/topics/channel/channel-topic.ts";
import { ManualClock } from "./manual-clock.ts";

const ignore = (): void => undefined;

export const USER = { isAdmin: false, user: "ana", maySee: () => false };
const AT = { epoch: "e", incarnation: "i", snapshot: "1:1:", asOf: 0 };

/** @param page how the database answers to whoever asks for older rows */
export function channelHub(plan: ChannelPlan, page: ChannelDemand["page"] = (_, __, answer) => answer(undefined)) {
  const watched: string[] = [];
  const demand: ChannelDemand = {
    watch: (key) => void watched.push(`watch ${key}`),
    unwatch: (key) => void watched.push(`unwatch ${key}`),
    locate: ignore,
    page,
  };
  const clock = new ManualClock();
  const { now, setTimeout, clearTimeout } = clock;
  const hub = new Hub({
    kinds: new Map([["room", channelTopics({ plan, demand, now })]]),
    minIntervalMs: 0,
    idleMs: 60_000,
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    now,
    setTimeout,
    clearTimeout,
    setImmediate,
  });
  let version = 0;
  const publish = (update: ChannelUpdate): void => hub.publish("room", "1", update);
  return {
    hub,
    clock,
    watched,
    publish,
    /** The channel is read: who may see it (undefined: it is there), and all its rows. */
    load: (who: readonly ChannelWho["who"][], sets: readonly LoadedRows[] = [[]]): void => {
      const audience = new Audience("room:1", plan);
      for (const one of who) audience.take({ who: one, times: 1 });
      publish({ kind: "audience", audience });
      publish({ kind: "whole", ...AT, version: (version += 1), sets });
    },
    change: (changes: Extract<ChannelUpdate, { kind: "changes" }>["changes"]): void => {
      const previous = version;
      publish({ kind: "changes", ...AT, previous, version: (version += 1), changes, ops: [] });
    },
    /** Operations were done, which changed these rows or none. */
    operate: (
      ops: Extract<ChannelUpdate, { kind: "changes" }>["ops"],
      changes: Extract<ChannelUpdate, { kind: "changes" }>["changes"] = [],
    ): void => {
      const previous = version;
      if (changes.length > 0) version += 1;
      publish({ kind: "changes", ...AT, previous, version, changes, ops });
    },
    /** What a subscriber gets, as text. */
    subscribe: (id?: string, reader = USER): string[] => {
      const got: string[] = [];
      const send = ({ bytes }: Frame): void => void got.push(told(JSON.parse(Buffer.from(bytes).toString()) as object));
      hub.subscribe("room:1", { blocked: false, reader, send }, id);
      return got;
    },
  };
}

function told(frame: { readonly type?: string; readonly code?: string; readonly reason?: string }): string {
  return [frame.type, frame.code ?? frame.reason].filter(Boolean).join(" ");
}
