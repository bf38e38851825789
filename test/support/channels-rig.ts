/** The real channels of a kind on a clock that the test moves, over a loader that answers when the test says so. */
import { setImmediate } from "node:timers/promises";
import type { Batch } from "../../daemon/capture/batch.ts";
import { Channels } from "../../daemon/channels/channels.ts";
import type { ChannelUpdate } from "../../daemon/channels/channel-update.ts";
import type { LoadedChannel } from "../../daemon/channels/watched-channel.ts";
import type { PagesLoad } from "../../daemon/channels/channel-loader.ts";
import type { ChannelPlan } from "../../daemon/plan/channel-plan.ts";
import { ManualClock } from "./manual-clock.ts";

const ignore = (): void => undefined;

/** A load that the loader was asked for. */
export interface AskedLoad {
  readonly keys: readonly string[];
  /** Of each key the same, or what `found` gives; a channel that is there without it. */
  readonly answer: (found?: LoadedChannel) => Promise<void>;
  readonly fail: (error: Error) => Promise<void>;
}

export function batchAt(snapshot: string, more: Partial<Batch> = {}): Batch {
  const nothing = { grains: [], resets: [], events: [], withheld: [], dimensions: [] };
  return { epoch: "e", snapshot, clock: 0, ...nothing, ...more };
}

export function channelsRig(plan: ChannelPlan) {
  const clock = new ManualClock(0);
  const loads: AskedLoad[] = [];
  const told = new Map<string, ChannelUpdate[]>();
  const rig = { nudges: 0 };
  let pages = 0;
  const channels = new Channels({
    plan,
    loader: {
      load: ({ keys }) => {
        let resolve: (found: ReadonlyMap<string, LoadedChannel>) => void = ignore;
        let reject: (error: Error) => void = ignore;
        const promise = new Promise<ReadonlyMap<string, LoadedChannel>>((...settle) => ([resolve, reject] = settle));
        loads.push({
          keys,
          answer: async (found) => {
            const there = (key: string): LoadedChannel => ({
              who: [{ channel: key, who: undefined, times: 1 }],
              sets: [],
            });
            resolve(new Map(keys.map((key) => [key, found ?? there(key)])));
            await setImmediate();
          },
          fail: async (error) => {
            reject(error);
            await setImmediate();
          },
        });
        return { imported: Promise.resolve(), channels: promise };
      },
      loadPages: (): PagesLoad => {
        pages += 1;
        return { imported: Promise.resolve(), pages: Promise.resolve([[]]) };
      },
    },
    loadsAtOnce: 2,
    publish: (key, update) => void told.set(key, [...(told.get(key) ?? []), update]),
    letIn: ignore,
    nudge: () => void (rig.nudges += 1),
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    monotonicMs: clock.now,
    now: clock.now,
    setTimeout: clock.setTimeout,
    clearTimeout: clock.clearTimeout,
  });
  channels.begin("e", "i");
  return {
    channels,
    clock,
    rig,
    /** Loads, in the order in which they began. */
    loads,
    /** What was published about a channel. */
    told: (key: string): readonly ChannelUpdate[] => told.get(key) ?? [],
    kinds: (key: string): readonly string[] => (told.get(key) ?? []).map(({ kind }) => kind),
    pagesRead: () => pages,
    /** As the reader does when it is nudged, and something waits. */
    cut: async (snapshot: string): Promise<boolean> => {
      clock.advance(100);
      if (!channels.wantsCut()) return false;
      await channels.applyCut(batchAt(snapshot), { snapshotId: "s" });
      return true;
    },
  };
}
