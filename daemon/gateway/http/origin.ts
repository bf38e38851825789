import type { Request } from "../transports/transport.ts";

/**
 * Whether a page of this origin may read what the daemon serves (CWE-1385): no origin at all (not a browser), the host that the request
 * itself names, or one of the allowed. Compared whole and as sent: browsers write scheme and host in lower case, a host in another script
 * as its `xn--` form, and leave a scheme's own port away. `null` (files, sandboxed frames) is never allowed: anybody can be it.
 */
export function isAllowedOrigin(request: Request, allowed: readonly string[]): boolean {
  const origin = request.header("origin");
  if (origin === undefined || origin === "") return true;
  if (allowed.includes(origin)) return true;
  const host = request.header("host");
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`);
}
