import { hash } from "node:crypto";
import * as v from "valibot";
import { topic } from "../../../protocol/fields.ts";
import type { JsonObject } from "../../../protocol/json.ts";
import { MAX_KEY_LENGTH } from "../../../protocol/limits.ts";
import { ownerTopic } from "../../../protocol/topic.ts";

/** Identifies a token, for a refresh and for revocations. */
export interface TokenName {
  /** `sub`. */
  readonly subject: string | undefined;
  /** `jti`. */
  readonly id: string | undefined;
  /** `iat`. */
  readonly issuedAtSeconds: number | undefined;
}

/** A token's claims about its bearer, as the token spells them. */
export interface Claims {
  readonly token: TokenName;
  /** Whose token it is: its `sub`; where it has none, what it opens. */
  readonly bearer: string;
  /** Names of topics, each once, before their keys were canonicalised. */
  readonly topics: readonly string[];
  readonly isAdmin: boolean;
  readonly expiresAtMs: number;
  /** The lists by whose names channels ask. */
  readonly lists: ReadonlyMap<string, readonly string[]>;
  /** The whole payload, where it is shown to the database; undefined where nobody asks. */
  readonly all: JsonObject | undefined;
}

/** What channels ask of tokens; undefined where there are none. */
export interface ChannelClaims {
  /** Claims that list keys of channels. */
  readonly lists: readonly string[];
  /** What is written for a bearer is shown all of them. */
  readonly areShown?: boolean;
}

/** More names than this would make one sign-in hundreds of look-ups. */
const MAX_TOPICS = 256;

/** A number beyond the safe integers has already become another key. */
const keyClaim = v.union([v.pipe(v.string(), v.maxLength(MAX_KEY_LENGTH)), v.pipe(v.number(), v.safeInteger())]);

const ownerClaim = v.pipe(
  keyClaim,
  v.transform((key) => ownerTopic(String(key))),
  topic,
);

const listClaim = v.optional(
  v.pipe(
    v.array(keyClaim),
    v.maxLength(MAX_TOPICS),
    v.transform((keys) => [...new Set(keys.map(String))]),
  ),
  [],
);

const seconds = v.pipe(v.number(), v.finite());

const claims = v.object({
  exp: seconds,
  iat: v.optional(seconds),
  /** Judged with the signature; here only its form. */
  nbf: v.optional(seconds),
  sub: v.optional(v.string()),
  jti: v.optional(v.string()),
  ownerId: v.optional(ownerClaim),
  owners: v.optional(v.pipe(v.array(ownerClaim), v.maxLength(MAX_TOPICS))),
  /** Of any kind. */
  topics: v.optional(v.pipe(v.array(topic), v.maxLength(MAX_TOPICS))),
  role: v.optional(v.string()),
});

export interface TimeRules {
  readonly nowSeconds: number;
  readonly leewaySeconds: number;
  readonly maxLifetimeSeconds: number | undefined;
}

/**
 * Reads a verified token's payload. Undefined if a claim has the wrong form, if `iat` lies in the future, if it lives for too long, or if it
 * names no topic and is no administrator's.
 */
export function readClaims(
  payload: unknown,
  { nowSeconds, leewaySeconds, maxLifetimeSeconds }: TimeRules,
  channels?: ChannelClaims,
): Claims | undefined {
  const result = v.safeParse(claims, payload);
  if (!result.success) return undefined;
  const { exp, iat, sub, jti, ownerId, owners = [], topics = [], role } = result.output;
  if (iat !== undefined && iat > nowSeconds + leewaySeconds) return undefined;
  if (maxLifetimeSeconds !== undefined && !(iat !== undefined && exp - iat <= maxLifetimeSeconds)) return undefined;
  const named = [...new Set([...(ownerId === undefined ? [] : [ownerId]), ...owners, ...topics])];
  const isAdmin = role === "admin";
  const lists = new Map<string, readonly string[]>();
  for (const name of channels?.lists ?? []) {
    const list = v.safeParse(listClaim, (payload as Readonly<Record<string, unknown>>)[name]);
    if (!list.success) return undefined;
    lists.set(name, list.output);
  }
  // Channels know a bearer by its `sub`, whatever else its token names.
  const joins = channels !== undefined && sub !== undefined;
  if (named.length === 0 && !isAdmin && !joins) return undefined;
  return {
    token: { subject: sub, id: jti, issuedAtSeconds: iat },
    bearer: sub ?? hash("sha256", named.join(" ")),
    topics: named,
    isAdmin,
    expiresAtMs: exp * 1000,
    lists,
    all: channels?.areShown ? (payload as JsonObject) : undefined,
  };
}
