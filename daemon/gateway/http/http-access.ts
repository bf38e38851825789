/** Identifies a client over HTTP by the token of its `Authorization` header, and says whether it may see the topics that it asks for. */
import type { NackCode } from "../../../protocol/codes.ts";
import { bearerToken } from "../sessions/handshake.ts";
import type { Identification } from "../auth/identification.ts";
import type { Identity } from "../auth/identity.ts";
import type { Refusal } from "../../hub/frame.ts";
import { json } from "./response.ts";
import type { Request, Response } from "../transports/transport.ts";

/** It may be otherwise after so many seconds. */
export const RETRY = { "retry-after": "5" } as const;

/** Answers that say why not, all of one form. */
export const REFUSALS = {
  unauthenticated: refusal(401, "unauthenticated", { "www-authenticate": "Bearer" }),
  forbidden: refusal(403, "forbidden"),
  unknown_topic: refusal(404, "unknown_topic"),
  unknown_rows: refusal(404, "unknown_rows"),
  bad_receipt: refusal(400, "bad_receipt"),
  foreign_receipt: refusal(409, "foreign_receipt"),
  too_large: refusal(413, "too_large"),
  too_many_requests: refusal(429, "too_many_requests", { "retry-after": "1" }),
  too_many_operations: refusal(429, "too_many_operations", { "retry-after": "1" }),
  unavailable: refusal(503, "unavailable", RETRY),
  stale: refusal(503, "stale", RETRY),
  timed_out: refusal(504, "timed_out"),
} as const;

/** Who may ask for what over HTTP. */
export interface HttpIdentification extends Pick<Identification, "identify" | "access"> {
  /** False for who asks too often. */
  readonly isWithinRate: (identity: Identity) => boolean;
}

export type Permission =
  | { readonly token: string; readonly identity: Identity; readonly topics: readonly string[] }
  | { readonly refusal: Response };

/**
 * @param wanted the topics' names as the client wrote them; undefined: all that the token names
 * @returns the canonical names, each once, or one refusal for all, the same whether a refused topic exists or not
 */
export async function permit(
  request: Request,
  wanted: readonly string[] | undefined,
  { identify, access, isWithinRate }: HttpIdentification,
): Promise<Permission> {
  try {
    const token = bearerToken(request);
    const identity = token === undefined ? undefined : await identify(token);
    if (token === undefined || identity === undefined || identity === "expired")
      return { refusal: REFUSALS.unauthenticated };
    if (!isWithinRate(identity)) return { refusal: REFUSALS.too_many_requests };
    if (wanted === undefined) return { token, identity, topics: [...identity.topics] };
    const topics = new Set<string>();
    for (const answer of await Promise.all(wanted.map(async (name) => access(identity, name)))) {
      if (!("topic" in answer)) return { refusal: refusalOf(answer.refusal, identity) };
      topics.add(answer.topic);
    }
    return { token, identity, topics: [...topics] };
  } catch {
    return { refusal: REFUSALS.unavailable };
  }
}

export function refusal(status: number, code: string, headers: Readonly<Record<string, string>> = {}): Response {
  return json(status, `${JSON.stringify({ error: code })}\n`, headers);
}

/** What a refusal of a topic is over HTTP; one that may see no topic, or no more, hears the same as of a topic that is none. */
export function refusalOf(why: NackCode | Refusal, identity: Identity): Response {
  switch (why) {
    case "forbidden":
    case "removed":
    case "deleted":
      return REFUSALS[identity.refusal];
    case "unknown_topic":
    case "unknown_rows":
    case "too_large":
    case "bad_receipt":
    case "foreign_receipt":
    case "timed_out":
      return REFUSALS[why];
    default:
      return REFUSALS.unavailable;
  }
}
