import type { Request } from "../transports/transport.ts";
import { takesBody } from "./sync.ts";

const HOST = /^(?:\[[\da-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i;

/**
 * Whether a request can mean only one thing, to the daemon and to a proxy before it (RFC 9112, 3.2 and 6.3): it names one host, and has no
 * body, or one of a plain length where that is taken. The transports join headers that come twice, so that two hosts or two lengths are neither.
 */
export function isWellFormed(request: Request): boolean {
  const length = request.header("content-length");
  return (
    HOST.test(request.header("host") ?? "") &&
    (length === undefined || length === "0" || (takesBody(request) && /^\d{1,9}$/.test(length))) &&
    request.header("transfer-encoding") === undefined
  );
}

/** A part of a path; undefined where it is not well encoded. */
export function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
