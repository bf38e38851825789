import type { DownFrame } from "../../protocol/down.ts";
import type { CLOSE_EVENT, EVENT_STREAM_TYPE } from "../../protocol/event-stream.ts";
import { EventStreamReader } from "./event-stream-reader.ts";
import type { Carrier, Demand } from "./http-socket.ts";
import { codeOf } from "./refusal-code.ts";

// Written out: the module that names them brings a library along.
const ACCEPT: typeof EVENT_STREAM_TYPE = "text/event-stream";
const CLOSE: typeof CLOSE_EVENT = "close";

/** A proxy that holds answers back shows nothing of a stream; the daemon's welcome comes at once. */
const FIRST_WITHIN_MS = 10_000;

/** Frames by server-sent events. */
export const streamCarrier: Carrier = async (demand, { fetch, setTimeout, clearTimeout }) => {
  const { baseUrl, token, topics, signal, end } = demand;
  const query = new URLSearchParams([...topics.keys()].map((topic): [string, string] => ["topic", topic]));
  const lastEventId = lastEventIdOf(demand);
  const patience = setTimeout(() => end(1006), FIRST_WITHIN_MS);
  try {
    const response = await fetch(`${baseUrl}/v1/stream?${query}`, {
      headers: {
        accept: ACCEPT,
        authorization: `Bearer ${token}`,
        ...(lastEventId !== undefined && { "last-event-id": lastEventId }),
      },
      signal,
    });
    if (!response.ok || !response.body) return end(codeOf(response.status));
    const events = new EventStreamReader();
    const body = response.body.getReader();
    for (let part = await body.read(); !part.done; part = await body.read()) {
      clearTimeout(patience);
      for (const { event, data } of events.read(part.value)) {
        if (event === CLOSE) return end((JSON.parse(data) as { code: number }).code);
        demand.emit(withOwnId(JSON.parse(data) as DownFrame, demand));
      }
    }
  } finally {
    clearTimeout(patience);
  }
};

/** As the daemon's own ids are: a cursor, or with several topics one for each. */
function lastEventIdOf({ topics }: Demand): string | undefined {
  const cursors: [string, string][] = [];
  for (const [topic, { resume }] of topics) if (resume !== undefined) cursors.push([topic, resume]);
  if (topics.size === 1) return cursors[0]?.[1];
  return cursors.length === 0 ? undefined : new URLSearchParams(cursors).toString();
}

/** The daemon counts the topics of the query; the client has its own ids. */
function withOwnId(frame: DownFrame, { topics }: Demand): DownFrame {
  if (frame.type !== "snapshot" && frame.type !== "ack" && frame.type !== "nack") return frame;
  const id = [...topics.values()][Number(frame.id) - 1]?.id;
  return id === undefined ? frame : { ...frame, id };
}
