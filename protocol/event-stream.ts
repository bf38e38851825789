import * as v from "valibot";

/** The type that a client accepts to get the stream as server-sent events: the same frames as a WebSocket's, as the data of messages. */
export const EVENT_STREAM_TYPE = "text/event-stream";

/** The name of the last event: why the stream ends, as a WebSocket's close would say it. Frames come without an event name. */
export const CLOSE_EVENT = "close";

/** The data of {@link CLOSE_EVENT}; the codes are those of `codes.ts`. */
export const closeEvent = v.object({ code: v.pipe(v.number(), v.integer()), reason: v.string() });
