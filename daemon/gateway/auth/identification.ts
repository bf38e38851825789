/** From tokens to identities, and from the names that clients write to the topics that they may see. */
import type { NackCode } from "../../../protocol/codes.ts";
import { parseTopic, printTopic } from "../../../protocol/topic.ts";
import type { Auth } from "./auth.ts";
import type { Claims, TokenName } from "./claims.ts";
import { Identity } from "./identity.ts";

/**
 * The one spelling of a key: `07` and `7` are one owner of a bigint key. `undefined` for text that is no key. Says nothing of whether there
 * is anything of that key. Rejects while the database can't be asked, or is asked too much by this asker.
 * @param asker a name of the token's bearer; undefined: an administrator
 */
export type CanonicalKey = (key: string, asker: string | undefined) => Promise<string | undefined>;

/** The kinds of topics that there are, and how their keys are spelt. */
export type TopicKinds = ReadonlyMap<string, CanonicalKey>;

/** Who may see topics of a kind, where it is not the token that says so. */
export interface GuardedKind {
  /** A claim that lists keys: what it names counts as named by the token. */
  readonly claim?: string | undefined;
  /** Whether a topic exists, and the bearer may see it now. Rejects as {@link CanonicalKey} does. */
  maySee(key: string, identity: Identity): boolean | Promise<boolean>;
}

/** By kind. */
export type GuardedKinds = ReadonlyMap<string, GuardedKind>;

export type Access = { readonly topic: string } | { readonly refusal: NackCode };

export interface Identification {
  /**
   * `undefined` for a token that isn't good, or names something that can't be a topic; `"expired"` for one whose time is over. Rejects as
   * {@link CanonicalKey} does.
   */
  readonly identify: (token: string) => Promise<Identity | "expired" | undefined>;
  /** The topic that a request means, if its sender may see it; else {@link Identity.refusal}. */
  readonly access: (identity: Identity, name: string) => Access | Promise<Access>;
  /** The one spelling of a topic that a bearer names, whoever may see it; undefined for what is none. Rejects as {@link CanonicalKey} does. */
  readonly topicOf: (name: string, bearer: string) => Promise<string | undefined>;
}

/** Whether a token was revoked. Rejects while the database has not been asked. */
export type IsRevoked = (token: TokenName) => Promise<boolean>;

export function createIdentification(
  auth: Auth,
  kinds: TopicKinds,
  isRevoked: IsRevoked,
  guarded: GuardedKinds = new Map(),
): Identification {
  const isGuarded = (name: string): boolean => guarded.has(parseTopic(name)?.kind ?? "");
  return {
    identify: async (token) => {
      const claims = await auth.verify(token);
      if (claims === undefined || claims === "expired") return claims;
      const topics = new Set<string>();
      // A token may name kinds that only another version of the daemon has: they open nothing here.
      const known = claims.topics.filter((name) => kinds.has(parseTopic(name)?.kind ?? "") && !isGuarded(name));
      const listed = [...guarded].flatMap(([kind, { claim }]) =>
        claim === undefined ? [] : (claims.lists.get(claim) ?? []).map((key) => printTopic({ kind, key })),
      );
      for (const topic of await Promise.all(
        [...known, ...listed].map(async (name) => canonicalTopic(name, claims, kinds)),
      )) {
        if (topic === undefined) return undefined;
        topics.add(topic);
      }
      // Last, so that nothing is awaited between this and the session that will be told of later ones.
      if (await isRevoked(claims.token)) return undefined;
      return new Identity(claims, topics, guarded.size > 0);
    },
    // The usual case asks nobody: a client repeats what its welcome said.
    access: (identity, name) =>
      identity.topics.has(name) && !isGuarded(name) ? { topic: name } : askAccess(identity, name, { kinds, guarded }),
    topicOf: (name, bearer) => canonicalTopic(name, { isAdmin: false, bearer }, kinds),
  };
}

async function askAccess(
  identity: Identity,
  name: string,
  { kinds, guarded }: { readonly kinds: TopicKinds; readonly guarded: GuardedKinds },
): Promise<Access> {
  try {
    const topic = await canonicalTopic(name, identity, kinds);
    if (topic === undefined) return { refusal: identity.refusal };
    const { kind = "", key = "" } = parseTopic(topic) ?? {};
    const guard = guarded.get(kind);
    const maySee = guard === undefined ? identity.maySee(topic) : await guard.maySee(key, identity);
    return maySee ? { topic } : { refusal: identity.refusal };
  } catch {
    return { refusal: "unavailable" };
  }
}

/** Undefined for an unknown kind, and for what is no key of its kind. */
async function canonicalTopic(
  name: string,
  { isAdmin, bearer }: Pick<Claims, "isAdmin" | "bearer">,
  kinds: TopicKinds,
): Promise<string | undefined> {
  const topic = parseTopic(name);
  const key = topic && (await kinds.get(topic.kind)?.(topic.key, isAdmin ? undefined : bearer));
  return topic && key !== undefined ? printTopic({ kind: topic.kind, key }) : undefined;
}
