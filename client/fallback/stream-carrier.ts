import type { DownFrame } from "../../protocol/down.ts";
import type { CLOSE_EVENT, EVENT_STREAM_TYPE } from "../../protocol/event-stream.ts";
import {
  type Carrier,
  closeCodeOf,
  fetchTopic,
  type FrameRequest,
  type HttpEnvironment,
  refusalOf,
  refuse,
} from "./carrier.ts";

// Written out: the module that names them brings a library along.
const ACCEPT: typeof EVENT_STREAM_TYPE = "text/event-stream";
const CLOSE: typeof CLOSE_EVENT = "close";

/** A proxy that holds answers back shows nothing of a stream; the daemon's welcome comes at once. */
const FIRST_WITHIN_MS = 10_000;

/** Frames by server-sent events. */
export const streamCarrier: Carrier = async (request, environment) => {
  const { fetch, setTimeout, clearTimeout } = environment;
  const { baseUrl, token, topics, signal, end } = request;
  const query = new URLSearchParams([...topics.keys()].map((topic): [string, string] => ["topic", topic]));
  const lastEventId = lastEventIdOf(request);
  const firstTimer = setTimeout(() => end(1006), FIRST_WITHIN_MS);
  try {
    const response = await fetch(`${baseUrl}/v1/stream?${query}`, {
      headers: {
        accept: ACCEPT,
        authorization: `Bearer ${token}`,
        ...(lastEventId !== undefined && { "last-event-id": lastEventId }),
      },
      signal,
    });
    if (refusalOf(response.status) !== undefined) {
      clearTimeout(firstTimer);
      if (await refuseSome(request, environment)) return await streamCarrier(request, environment);
    }
    if (!response.ok || !response.body) return end(closeCodeOf(response.status));
    const events = new EventStreamReader();
    const body = response.body.getReader();
    for (let part = await body.read(); !part.done; part = await body.read()) {
      clearTimeout(firstTimer);
      for (const { event, data } of events.read(part.value)) {
        if (event === CLOSE) {
          const { code, reason } = JSON.parse(data) as { readonly code: number; readonly reason: string };
          return end(code, reason);
        }
        request.emit(withOwnId(JSON.parse(data) as DownFrame, request));
      }
    }
  } finally {
    clearTimeout(firstTimer);
  }
};

/** A stream is refused as a whole: asks for each topic alone which it is. False where it is none of them. */
async function refuseSome(request: FrameRequest, environment: HttpEnvironment): Promise<boolean> {
  const before = request.topics.size;
  for (const topic of request.topics.keys()) {
    const { status } = await fetchTopic(topic, {}, request, environment);
    refuse(topic, status, request, environment);
  }
  return request.topics.size < before;
}

/** Has the form of the daemon's own ids: a cursor, or with several topics one for each. */
function lastEventIdOf({ topics }: FrameRequest): string | undefined {
  const cursors: [string, string][] = [];
  for (const [topic, { resume }] of topics) if (resume !== undefined) cursors.push([topic, resume]);
  if (topics.size === 1) return cursors[0]?.[1];
  return cursors.length === 0 ? undefined : new URLSearchParams(cursors).toString();
}

/** The daemon counts the topics of the query; the client has its own ids. */
function withOwnId(frame: DownFrame, { topics }: FrameRequest): DownFrame {
  if (frame.type !== "snapshot" && frame.type !== "rows" && frame.type !== "ack" && frame.type !== "nack") return frame;
  const id = [...topics.values()][Number(frame.id) - 1]?.id;
  return id === undefined ? frame : { ...frame, id };
}

/** One message of a server-sent event stream. */
interface StreamMessage {
  /** `message` where the stream names none. */
  readonly event: string;
  readonly data: string;
}

/** Takes a stream apart as it comes, in pieces of any size. Comments and fields that aren't needed are skipped. */
class EventStreamReader {
  readonly #decoder = new TextDecoder();
  #rest = "";

  read(chunk: Uint8Array): StreamMessage[] {
    this.#rest += this.#decoder.decode(chunk, { stream: true }).replaceAll("\r", "");
    const blocks = this.#rest.split("\n\n");
    this.#rest = blocks.pop() ?? "";
    return blocks.flatMap((block) => {
      const data = fieldOf(block, "data");
      return data === undefined ? [] : { event: fieldOf(block, "event") ?? "message", data };
    });
  }
}

function fieldOf(block: string, name: string): string | undefined {
  const line = block.split("\n").find((each) => each.startsWith(`${name}:`));
  return line?.slice(name.length + 1).trimStart();
}
