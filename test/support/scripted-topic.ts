import { setImmediate } from "node:timers/promises";
import type { Send } from "../../daemon/hub/delivery.ts";
import type { Frame } from "../../daemon/hub/frame.ts";
import type { SubscribedTopic } from "../../daemon/hub/subscribed-topic.ts";
import { Subscription } from "../../daemon/hub/subscription.ts";
import type { Progress, Replay, ReplayStep, ResumePoint } from "../../daemon/hub/topic-content.ts";
import { textFrame, textOf } from "./text-frame.ts";

/** What a subscription asked of history, which answers when the test says so. */
export interface Asked {
  readonly since: string;
  /** What was missed, a step of frames for each list; undefined where nobody can say: all of it, or what follows. */
  readonly answer: (steps: readonly (readonly string[] | undefined)[] | undefined) => Promise<void>;
  /** How often the replay was paused. */
  pauses: number;
  /** How often it was stopped. */
  stops: number;
}

export function progress(version: number, { epoch = "e", events = 0 } = {}): Progress {
  const position = { incarnation: "incarnation", snapshot: `${version}:${version}:`, asOf: 0 };
  return { epoch, version, events, position, had: position };
}

/** A topic of which the test says the state, and a subscriber that writes down what it gets. A cursor is any text; `forged` is none. */
export function scriptedTopic() {
  const sent: string[] = [];
  const asked: Asked[] = [];
  const topic = {
    progress: undefined as Progress | undefined,
    staleFrame: undefined as Frame | undefined,
    isForged: (cursor: string): boolean => cursor === "forged",
    liveFrame: () => textFrame("live"),
    ackFrame: (id: string) => textFrame(`ack ${id}`),
    isGuarded: false,
    hasSide: false,
    refusal: () => undefined,
    closedFrame: (reason: string) => textFrame(`closed ${reason}`),
    history: () => undefined,
    nackFrame: (id: string) => textFrame(`nack ${id}`),
    snapshotFrame: (lacking?: ResumePoint) => {
      const { version, position } = topic.progress ?? {};
      return textFrame(JSON.stringify({ version, cursor: cursorOf(lacking ?? position) }));
    },
    replay: (since: ResumePoint): Promise<Replay | undefined> | undefined => {
      if ("cursor" in since && topic.isForged(since.cursor)) return undefined;
      return new Promise((resolve) => {
        const one: Asked = {
          since: cursorOf(since),
          pauses: 0,
          stops: 0,
          answer: async (steps) => {
            resolve(steps && replayOf(steps, one));
            await setImmediate();
          },
        };
        asked.push(one);
      });
    },
    deliver: (subscription: Subscription, send: Send<Subscription>, cost: number) => void send(subscription, 0, cost),
    leave: () => void sent.push("left"),
  };
  const subscriber = {
    blocked: false,
    blockAfter: Number.POSITIVE_INFINITY,
    send: (frame: Frame) => {
      sent.push(textOf(frame));
      if (sent.length >= subscriber.blockAfter) subscriber.blocked = true;
    },
  };
  const subscription = new Subscription(topic satisfies SubscribedTopic<Subscription>, subscriber);
  /** The topic goes on to the next progress, and this subscription hears of it or not. */
  const moveTo = (to: Progress, { isHeard = true, frames = 1 } = {}): void => {
    const from = topic.progress;
    topic.progress = to;
    if (!isHeard) return;
    if (from?.epoch !== to.epoch) return subscription.catchUp();
    const flush = Array.from({ length: frames }, () => textFrame(`flush ${to.version}`));
    subscription.follow({ from, to, frames: flush });
  };
  return { topic, subscriber, subscription, moveTo, asked, taken: (): string[] => sent.splice(0) };
}

function cursorOf(point: ResumePoint | undefined): string {
  if (point === undefined) return "";
  return "cursor" in point ? point.cursor : point.snapshot;
}

/** Each frame's cursor is its text. */
function replayOf(steps: readonly (readonly string[] | undefined)[], asked: Asked): Replay {
  let at = 0;
  return {
    isEmpty: steps.length === 0,
    next: async (): Promise<ReplayStep | undefined> => {
      const step = steps[at++];
      const frames = step?.map((text) => ({ ...textFrame(text), position: { cursor: text } }));
      return frames && { frames, isLast: at >= steps.length };
    },
    pause: () => void (asked.pauses += 1),
    stop: () => void (asked.stops += 1),
  };
}
