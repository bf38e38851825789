import type { Cause } from "../../client/client.ts";
import { CLOSE } from "../../protocol/codes.ts";
import type { Messages } from "../language/english.ts";

/** Says why there is no connection, and what to do where the reader can do something. */
export function explain(cause: Cause, why: Messages["why"]): string {
  if (cause.kind === "code") return explainCode(cause.code, why);
  if (cause.kind === "nack") return explainNack(cause.code, why);
  return why[cause.kind];
}

/** Says why the daemon can't vouch for the numbers. */
export function explainStale(reason: string, why: Messages["why"]): string {
  return reason === "time_zone" ? why.timeZone : why.stale;
}

function explainCode(code: number, why: Messages["why"]): string {
  switch (code) {
    case CLOSE.goingAway.code:
    case CLOSE.draining.code:
      return why.goingAway;
    case CLOSE.internal.code:
      return why.internal;
    case CLOSE.overloaded.code:
      return why.overloaded;
    case CLOSE.tooSlow.code:
      return why.tooSlow;
    case CLOSE.expired.code:
      return why.expired;
    case CLOSE.unauthenticated.code:
      return why.unauthenticated;
    case CLOSE.origin.code:
      return why.origin;
    case CLOSE.malformed.code:
    case CLOSE.subprotocol.code:
      return why.version;
    case CLOSE.tooMany.code:
      return why.tooMany;
    default:
      return why.unreachable;
  }
}

function explainNack(code: string, why: Messages["why"]): string {
  switch (code) {
    case "forbidden":
      return why.forbidden;
    case "unknown_topic":
      return why.unknownOwner;
    case "too_many_messages":
    case "too_many_subscriptions":
      return why.tooMany;
    default:
      return why.overloaded;
  }
}
