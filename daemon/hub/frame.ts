import type { NackCode } from "../../protocol/codes.ts";
import type { DownFrame } from "../../protocol/down.ts";
import type { SettledAnswer } from "../../protocol/operation.ts";

/** The reader is no member, or no more; there is no such thing, or no more; or it holds more than can be sent at once. */
export type Refusal = "removed" | "deleted" | "too_large";

/** A message to a client, encoded once for all that get it. Its fields say what the bytes hold, so that nobody parses what we encoded. */
export interface Frame {
  /** UTF-8 JSON on one line, never changed after it was made. */
  readonly bytes: Uint8Array;
  readonly type: DownFrame["type"];
  /** Undefined where the message is about the connection. */
  readonly topic: string | undefined;
  readonly position: FramePosition;
  /** Milliseconds since 1970. */
  readonly madeMs: number;
  /** Why a topic refuses its receiver, where the frame says so. */
  readonly refusal?: NackCode | Refusal;
  /** What some users get in its place. */
  readonly own?: OwnFrames;
}

export interface OwnFrames {
  /** By `sub`. */
  readonly frames: ReadonlyMap<string, Frame>;
  /** False: everybody else gets nothing. */
  readonly isForOthers: boolean;
}

/** Where the frame brings its receiver, as far as the message says it. */
export interface FramePosition {
  readonly epoch?: string;
  readonly version?: number;
  /** What resumes from here. */
  readonly cursor?: string;
}

export function encode(message: DownFrame): Frame {
  return {
    bytes: Buffer.from(JSON.stringify(message)),
    type: message.type,
    topic: "topic" in message ? message.topic : undefined,
    position: positionOf(message),
    madeMs: message.timestamp,
  };
}

/** What a user gets of a frame; undefined: nothing. */
export function frameFor(frame: Frame, user: string | undefined): Frame | undefined {
  const { own } = frame;
  if (own === undefined) return frame;
  return (user === undefined ? undefined : own.frames.get(user)) ?? (own.isForOthers ? frame : undefined);
}

interface OwnFields {
  readonly id?: string;
  readonly recovered?: boolean;
  readonly at?: string;
  readonly error?: string;
  readonly ops?: readonly SettledAnswer[];
}

/** The same frame, with what is this receiver's alone. */
export function withFields(frame: Frame, fields: OwnFields): Frame {
  const own = JSON.stringify(fields);
  if (own === "{}") return frame;
  const { type, topic, position, madeMs } = frame;
  const bytes = Buffer.concat([Buffer.from(`${own.slice(0, -1)},`), frame.bytes.subarray(1)]);
  return { bytes, type, topic, position, madeMs };
}

const DATA = ',"data":';

/** The same snapshot for a receiver that resumes from elsewhere. Its data, which may be large, are neither parsed nor encoded again. */
export function withCursor({ bytes, position, ...rest }: Frame, cursor: string): Frame {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  // No field before them holds these characters: within a text a quotation mark has a backslash before it.
  const end = whole.indexOf(DATA);
  const head = JSON.parse(`${whole.toString("utf8", 0, end)}}`) as object;
  const own = JSON.stringify({ ...head, cursor });
  return {
    ...rest,
    position: { ...position, cursor },
    bytes: Buffer.concat([Buffer.from(own.slice(0, -1)), whole.subarray(end)]),
  };
}

const NOWHERE: FramePosition = {};

function positionOf(message: DownFrame): FramePosition {
  if (!("version" in message)) return "cursor" in message ? { cursor: message.cursor } : NOWHERE;
  // Written out: of what is spread and added to, V8 makes a hidden class for each object, three times its size.
  const { epoch, version } = message;
  return "cursor" in message ? { epoch, version, cursor: message.cursor } : { epoch, version };
}
