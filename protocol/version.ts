/** The WebSocket subprotocol: offered by clients, echoed by the daemon. A change that old clients can't ignore makes it `v2`. */
export const PROTOCOL = "deltad.v1";

/** Offered beside {@link PROTOCOL} by servers and tools that can't set headers: `bearer.<token>`. Never echoed. */
export const BEARER_PREFIX = "bearer.";

/** Where the stream is. */
export const STREAM_PATH = "/v1/stream";
