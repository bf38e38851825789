import type { Request } from "./transport.ts";

/**
 * Whether a page of this origin may open a stream (CWE-1385): no origin at all (not a browser), the host that the request itself names,
 * or one of the allowed, compared whole. `null` (files, sandboxed frames) is an origin like any other.
 */
export function isAllowedOrigin(request: Request, allowed: readonly string[]): boolean {
  const origin = request.header("origin");
  if (origin === undefined || origin === "") return true;
  if (allowed.includes(origin)) return true;
  const host = request.header("host");
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`);
}
