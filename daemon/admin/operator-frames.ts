/** What connections were sent, at whichever daemon they are or were; and what became of a transaction on those that follow a topic. */
import * as v from "valibot";
import type { Questions } from "../bus/questions.ts";
import type { BusPeers } from "../bus/peers.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { CONNECTION_INFO, connectionInfo } from "../gateway/sessions/connection-info.ts";
import type { FrameRecorder, RecordedFrame } from "../gateway/sessions/frame-recorder.ts";
import type { EndedConnection } from "../gateway/sessions/recordings.ts";
import { askOthers, type Reach } from "./all-daemons.ts";
import { DELIVERY, deliveryOf } from "./delivery.ts";
import type { PublicationLog } from "./publication-log.ts";

export interface FramesOptions {
  readonly gateway: Pick<Gateway, "listed" | "ended">;
  readonly publications: Pick<PublicationLog, "find">;
  readonly questions: Pick<Questions, "ask" | "answer">;
  readonly peers: Pick<BusPeers, "node">;
}

/** Why a connection ended, and when (ISO 8601). */
const ENDED = v.object({ close: v.string(), reason: v.string(), at: v.string() });
const FRAME = v.object({
  at: v.string(),
  type: v.string(),
  topic: v.optional(v.string()),
  bytes: v.number(),
  version: v.optional(v.number()),
  delayMs: v.number(),
  bufferedBytes: v.number(),
});
const FRAMES = v.object({ connection: CONNECTION_INFO, ended: v.optional(ENDED), frames: v.array(FRAME) });
export type FramesAnswer = v.InferOutput<typeof FRAMES> & { readonly daemon: string };

export const ABOUT_TOLD = v.object({
  topic: v.string(),
  transaction: v.pipe(v.string(), v.regex(/^[1-9]\d{0,17}$/)),
  subject: v.optional(v.string()),
});
/** Which transaction, on which topic; where a subject is named, only its connections are looked at. */
type AboutTold = v.InferOutput<typeof ABOUT_TOLD>;

const TOLD = v.object({
  /** The version of the topic at that daemon that brings the transaction, and when it was published, ISO 8601. Absent where it brought none. */
  published: v.optional(v.object({ version: v.number(), at: v.string(), mayBeEarlier: v.boolean() })),
  connections: v.array(
    v.object({
      id: v.string(),
      subject: v.optional(v.string()),
      delivery: v.optional(DELIVERY),
      ended: v.optional(ENDED),
    }),
  ),
});
export interface ToldAnswer extends Reach {
  readonly daemons: readonly (v.InferOutput<typeof TOLD> & { readonly daemon: string })[];
}

/** Of each daemon. */
const MOST_CONNECTIONS = 20;

type Known = Pick<FramesAnswer, "connection" | "frames" | "ended">;

export class OperatorFrames {
  readonly #options: FramesOptions;

  constructor(options: FramesOptions) {
    this.#options = options;
    options.questions.answer("frames", (id) => ({ found: typeof id === "string" ? this.#of(id) : undefined }));
    options.questions.answer("told", (body) => {
      const { success, output } = v.safeParse(ABOUT_TOLD, body);
      return success ? this.#told(output) : undefined;
    });
  }

  /** Undefined where no daemon that answered knows it, or no more. */
  async frames(id: string): Promise<FramesAnswer | undefined> {
    const { questions, peers } = this.#options;
    const own = this.#of(id);
    if (own !== undefined) return { daemon: peers.node, ...own };
    const { answers } = await askOthers(questions, "frames", id, v.object({ found: v.optional(FRAMES) }));
    for (const [daemon, { found }] of answers) if (found !== undefined) return { daemon, ...found };
    return undefined;
  }

  async told(about: AboutTold): Promise<ToldAnswer> {
    const { questions, peers } = this.#options;
    const { answers, ...reach } = await askOthers(questions, "told", about, TOLD);
    const all = new Map([[peers.node, this.#told(about)], ...answers]);
    return { daemons: Array.from(all, ([daemon, told]) => ({ daemon, ...told })), ...reach };
  }

  #of(id: string): Known | undefined {
    const { gateway } = this.#options;
    for (const one of gateway.listed()) {
      if (one.id === id) return { connection: connectionInfo(one), frames: framesOf(one.recorder) };
    }
    const ended = gateway.ended.get(id);
    return ended && { connection: ended.info, ended: endingOf(ended), frames: framesOf(ended.recorder) };
  }

  #told({ topic, transaction, subject }: AboutTold): v.InferOutput<typeof TOLD> {
    const { gateway, publications } = this.#options;
    const found = publications.find(topic, BigInt(transaction));
    const isMeant = (whose: string | undefined): boolean => subject === undefined || subject === whose;
    const open = [...gateway.listed()].filter((one) => one.topics.has(topic) && isMeant(one.reader?.user));
    const ended = [...gateway.ended.values()].filter(
      ({ info }) => info.topics.includes(topic) && isMeant(info.subject),
    );
    const told = (id: string, whose: string | undefined, recorder: FrameRecorder | undefined, isBlocked: boolean) => ({
      id,
      ...(whose !== undefined && { subject: whose }),
      ...(found &&
        recorder && { delivery: deliveryOf(topic, found.version, framesIn(found.epoch, recorder), isBlocked) }),
    });
    return {
      ...(found && {
        published: { version: found.version, at: new Date(found.atMs).toISOString(), mayBeEarlier: found.mayBeEarlier },
      }),
      connections: [
        ...open
          .slice(0, MOST_CONNECTIONS)
          .map(({ id, reader, recorder, isBlocked }) => told(id, reader?.user, recorder, isBlocked)),
        ...ended.slice(-MOST_CONNECTIONS).map((one) => ({
          ...told(one.info.id, one.info.subject, one.recorder, false),
          ended: endingOf(one),
        })),
      ],
    };
  }
}

/** Versions of another epoch must not be taken for those that are looked for. */
function framesIn(epoch: string, recorder: FrameRecorder): readonly RecordedFrame[] {
  return recorder.epoch === epoch ? recorder.frames() : [];
}

function endingOf({ close, reason, atMs }: EndedConnection): v.InferOutput<typeof ENDED> {
  return { close, reason, at: new Date(atMs).toISOString() };
}

function framesOf(recorder: FrameRecorder | undefined): v.InferOutput<typeof FRAME>[] {
  return (recorder?.frames() ?? []).map(({ atMs, topic, version, ...rest }) => ({
    at: new Date(atMs).toISOString(),
    ...rest,
    ...(topic !== undefined && { topic }),
    ...(version !== undefined && { version }),
  }));
}
