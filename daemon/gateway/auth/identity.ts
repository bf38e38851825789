import type { NackCode } from "../../../protocol/codes.ts";
import type { Auth } from "./auth.ts";
import type { TokenName } from "./claims.ts";

/** Who is at the other end. */
export interface Identity {
  readonly token: TokenName;
  /** Canonical texts of the owners' keys. */
  readonly owners: ReadonlySet<string>;
  /** May see every owner. */
  readonly isAdmin: boolean;
  readonly expiresAtMs: number;
}

/**
 * The canonical text of an owner's key, by the database's own key type: `07` and `7` are one owner of a bigint key. `undefined` if it isn't a
 * value of that type. Says nothing of whether the owner exists. Rejects while the database can't be asked.
 */
export type CanonicalOwner = (id: string) => Promise<string | undefined>;

export type Access = { readonly owner: string } | { readonly refusal: NackCode };

export interface Identification {
  /** `undefined` for a token that isn't good, or names something that can't be an owner. Rejects as {@link CanonicalOwner} does. */
  readonly identify: (token: string) => Promise<Identity | undefined>;
  /** The owner that a request means, if its sender may see it. The answer is the same whether that owner exists or not. */
  readonly access: (identity: Identity, id: string) => Access | Promise<Access>;
}

/** Whether a token was revoked. Rejects while the database has not been asked. */
export type IsRevoked = (token: TokenName) => Promise<boolean>;

export function createIdentification(auth: Auth, canonicalOwner: CanonicalOwner, isRevoked: IsRevoked): Identification {
  return {
    identify: async (token) => {
      const claims = await auth.verify(token);
      if (claims === undefined) return undefined;
      const owners = new Set<string>();
      for (const owner of await Promise.all(claims.owners.map(canonicalOwner))) {
        if (owner === undefined) return undefined;
        owners.add(owner);
      }
      // Last, so that nothing is awaited between this and the session that will be told of later ones.
      if (await isRevoked(claims.token)) return undefined;
      return { token: claims.token, owners, isAdmin: claims.isAdmin, expiresAtMs: claims.expiresAtMs };
    },
    // The usual case asks nobody: a client repeats what its welcome said.
    access: (identity, id) => (identity.owners.has(id) ? { owner: id } : askAccess(identity, id, canonicalOwner)),
  };
}

async function askAccess(identity: Identity, id: string, canonicalOwner: CanonicalOwner): Promise<Access> {
  try {
    const owner = await canonicalOwner(id);
    if (owner !== undefined && (identity.isAdmin || identity.owners.has(owner))) return { owner };
    return { refusal: identity.isAdmin ? "unknown_owner" : "forbidden" };
  } catch {
    return { refusal: "unavailable" };
  }
}
