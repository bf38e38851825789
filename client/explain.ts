/** `@deltad/client/explain`: what an application can tell people about a connection that is gone, in their language. */
import { CLOSE, CLOSE_MEANINGS } from "../protocol/codes.ts";
import { ENGLISH, PORTUGUESE, type Sentences } from "./sentences.ts";

/** A `Cause`, as far as it takes to tell what it is. */
export interface Ending {
  readonly kind: "requested" | "silence" | "token" | "protocol" | "code" | "nack";
  readonly code?: string | number | undefined;
  readonly reason: string;
}

/**
 * One sentence that says why there is no connection, and what to do where somebody can do something: in Portuguese for `pt`, `pt-BR` and
 * the like, else in English.
 */
export function explain({ kind, code, reason }: Ending, language = "en"): string {
  const sentences = language.startsWith("pt") ? PORTUGUESE : ENGLISH;
  if (kind === "code") return sentences[closeSentence(code, reason)];
  if (kind === "nack") return sentences[nackSentence(code, reason)];
  return sentences[kind];
}

function closeSentence(code: unknown, reason: string): keyof Sentences {
  switch (code) {
    case CLOSE.goingAway.code:
    case CLOSE.draining.code:
      return "goingAway";
    case CLOSE.internal.code:
      return "internal";
    case CLOSE.overloaded.code:
      return "overloaded";
    case CLOSE.tooSlow.code:
      return "tooSlow";
    case CLOSE.expired.code:
      return "expired";
    case CLOSE.unauthenticated.code:
      return reason === CLOSE_MEANINGS.expired ? "expired" : "unauthenticated";
    case CLOSE.origin.code:
      return "origin";
    case CLOSE.malformed.code:
    case CLOSE.subprotocol.code:
      return "protocol";
    case CLOSE.authenticationTimeout.code:
      return "late";
    case CLOSE.tooMany.code:
      return "tooMany";
    default:
      return "unreachable";
  }
}

function nackSentence(code: unknown, reason: string): keyof Sentences {
  // Of a topic that was open, the reason is the code of its end.
  switch (code === "topic_closed" ? reason : code) {
    case "removed":
    case "deleted":
      return reason as "removed" | "deleted";
    case "too_large":
      return "tooLarge";
    case "forbidden":
      return "forbidden";
    case "unknown_topic":
    case "invalid_message":
      return "unknownTopic";
    case "too_many_messages":
    case "too_many_subscriptions":
      return "tooMany";
    default:
      return "overloaded";
  }
}
