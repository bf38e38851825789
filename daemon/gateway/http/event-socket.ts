/** Server-sent events as the socket of a session: each frame one message, whose id is where the client stands after it. */
import { CLOSE_EVENT } from "../../../protocol/event-stream.ts";
import type { Frame } from "../../hub/frame.ts";
import { idOfOne, type ResumePoints } from "./resume-points.ts";
import type { EventStream, Socket } from "../transports/transport.ts";

interface Message {
  /** With the id that it has in a stream of one topic, if the frame carries a cursor: the same bytes for all of these. */
  readonly alone: Uint8Array;
  /** Without an id. */
  readonly data: Uint8Array;
  /** Of frames that carry a cursor. */
  readonly point: { readonly topic: string; readonly cursor: string } | undefined;
}

/** A frame goes to many streams, and is wrapped once. */
const messages = new WeakMap<Frame, Message>();

export function eventSocket(stream: EventStream, points: ResumePoints): Socket {
  return {
    send: (frames) => {
      const chunks: Uint8Array[] = [];
      for (const frame of frames) {
        const { alone, data, point } = messageOf(frame);
        if (points.isOfOne || point === undefined) chunks.push(alone);
        else chunks.push(Buffer.from(`id: ${points.move(point.topic, point.cursor)}\n`), data);
      }
      stream.send(joined(chunks));
    },
    bufferedBytes: () => stream.bufferedBytes(),
    close: (code, reason) => {
      stream.send(Buffer.from(`event: ${CLOSE_EVENT}\ndata: ${JSON.stringify({ code, reason })}\n\n`));
      stream.end();
    },
  };
}

/** By its first chunk: what was joined last. */
const joints = new WeakMap<Uint8Array, { readonly chunks: readonly Uint8Array[]; readonly bytes: Uint8Array }>();

/**
 * One write for all: each is a chunk of the answer with a call of its own, which for thousands of events in a row would cost more
 * than all else. The readers of one topic are sent the same chunks, which are joined once.
 */
function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const [first] = chunks;
  if (first === undefined || chunks.length === 1) return first ?? Buffer.alloc(0);
  const known = joints.get(first);
  if (known?.chunks.length === chunks.length && known.chunks.every((chunk, at) => chunk === chunks[at])) {
    return known.bytes;
  }
  const bytes = Buffer.concat(chunks);
  joints.set(first, { chunks, bytes });
  return bytes;
}

function messageOf(frame: Frame): Message {
  let message = messages.get(frame);
  if (message === undefined) {
    message = makeMessage(frame);
    messages.set(frame, message);
  }
  return message;
}

/** JSON text holds no line break, so that a frame is one line. */
function makeMessage({ bytes, topic, position }: Frame): Message {
  const { cursor } = position;
  const point = topic === undefined || cursor === undefined ? undefined : { topic, cursor };
  const id = Buffer.from(point === undefined ? "" : `id: ${idOfOne(point.cursor)}\n`);
  const alone = Buffer.concat([id, Buffer.from("data: "), bytes, Buffer.from("\n\n")]);
  return { alone, data: alone.subarray(id.length), point };
}
