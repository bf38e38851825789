import type { Log } from "../../config/log.ts";
import type { Request } from "../transports/transport.ts";

/**
 * Whether a page of this origin may read what the daemon serves (CWE-1385): no origin at all (not a browser), the host that the request
 * itself names, or one of the allowed. Compared whole and as sent: browsers write scheme and host in lower case, a host in another script
 * as its `xn--` form, and leave a scheme's own port away. `null` (files, sandboxed frames) is never allowed: anybody can be it.
 */
export type IsAllowedOrigin = (request: Request) => boolean;

export interface OriginOptions {
  /** Origins of pages that may connect, besides the daemon's own. */
  readonly allowed: readonly string[];
  readonly log: Pick<Log, "warn">;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const WARN_EVERY_MS = 60_000;
/** How many origins are named in one such time: anybody can make origins up. */
const MOST_WARNINGS = 20;
const LONGEST_ORIGIN = 200;

/** Warns of each origin that is refused, once a minute: whoever develops a page meets it first, and a browser says nothing of why. */
export function originCheck({ allowed, log, now }: OriginOptions): IsAllowedOrigin {
  const warned = new Set<string>();
  let since = now();
  const warn = (origin: string): void => {
    if (now() - since >= WARN_EVERY_MS) {
      warned.clear();
      since = now();
    }
    if (warned.has(origin) || warned.size >= MOST_WARNINGS) return;
    warned.add(origin);
    log.warn({ origin: origin.slice(0, LONGEST_ORIGIN), DELTAD_ORIGINS: allowed }, adviceFor(origin));
  };
  return (request) => {
    const origin = request.header("origin");
    if (origin === undefined || origin === "" || allowed.includes(origin)) return true;
    const host = request.header("host");
    if (host !== undefined && (origin === `http://${host}` || origin === `https://${host}`)) return true;
    warn(origin);
    return false;
  };
}

function adviceFor(origin: string): string {
  const advice = "refused a page of this origin: if it is yours, add the origin to DELTAD_ORIGINS";
  const isLocal = /^https?:\/\/(localhost|127\.0\.0\.1)(:|$)/.test(origin);
  return isLocal ? `${advice} (localhost and 127.0.0.1 are two origins, and each port is another)` : advice;
}
