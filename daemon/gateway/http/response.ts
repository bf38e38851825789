import type { Response } from "../transports/transport.ts";

/** Headers of every answer: nothing is guessed from content, and no referrer or frame leaks where the page's token goes. */
const SAFE_HEADERS = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
} as const;

export type Headers = Readonly<Record<string, string>>;

/** One that is all there: no stream. */
export interface WholeResponse extends Response {
  readonly body: Uint8Array | string;
}

export function respondWith(
  status: number,
  contentType: string,
  body: Uint8Array | string,
  headers: Headers = {},
): WholeResponse {
  return { status, headers: { ...SAFE_HEADERS, "content-type": contentType, ...headers }, body };
}

export function plain(status: number, text: string, headers: Headers = {}): WholeResponse {
  return respondWith(status, "text/plain; charset=utf-8", `${text}\n`, headers);
}

export function json(status: number, body: Uint8Array | string, headers: Headers = {}): Response {
  return respondWith(status, "application/json", body, headers);
}

/** Answers a request that can be read in more ways than one: nothing that follows on its connection can be trusted either. */
export function badRequest(): Response {
  return plain(400, "bad request", { connection: "close" });
}

/** For a client that has the document already: no body, so nothing about one either. */
export function notModified(headers: Headers): Response {
  return { status: 304, headers: { ...SAFE_HEADERS, ...headers }, body: "" };
}

/** Where a WebSocket of version 13 is served, and nothing was asked for that could come instead. */
export function upgradeRequired(): Response {
  return plain(426, "this is a WebSocket, or text/event-stream for who accepts it", {
    upgrade: "websocket",
    "sec-websocket-version": "13",
  });
}
