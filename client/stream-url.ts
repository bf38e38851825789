import { STREAM_PATH } from "../protocol/version.ts";

/** The WebSocket's address for the daemon's. Throws a TypeError for what isn't one. */
export function streamUrl(url: string): string {
  const { location } = globalThis as { location?: { readonly href: string } };
  const stream = new URL(url, location?.href);
  stream.protocol = stream.protocol.replace(/^http/, "ws");
  stream.pathname = stream.pathname.replace(/\/$/, "") + STREAM_PATH;
  stream.search = "";
  stream.hash = "";
  return stream.href;
}
