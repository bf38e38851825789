import type { TokenName } from "./claims.ts";

/** A row of deltad.revocation. */
export interface Revocation {
  readonly tokenId: string | null;
  readonly subject: string | null;
  /** Seconds since 1970. */
  readonly issuedUntil: number | null;
}

/**
 * Tokens that are no longer taken: by `jti`, or by `sub` and `iat`. Never by a token's text, of which there may be several for one token.
 */
export class RevokedTokens {
  readonly #ids = new Set<string>();
  /** Up to when, in seconds since 1970. */
  readonly #subjects = new Map<string, number>();

  constructor(revocations: readonly Revocation[]) {
    for (const { tokenId, subject, issuedUntil } of revocations) {
      if (tokenId !== null) this.#ids.add(tokenId);
      if (subject === null || issuedUntil === null) continue;
      this.#subjects.set(subject, Math.max(issuedUntil, this.#subjects.get(subject) ?? issuedUntil));
    }
  }

  /** A token of a revoked subject that doesn't say when it was issued may be an old one. */
  has({ id, subject, issuedAtSeconds = Number.NEGATIVE_INFINITY }: TokenName): boolean {
    if (id !== undefined && this.#ids.has(id)) return true;
    const until = subject === undefined ? undefined : this.#subjects.get(subject);
    return until !== undefined && issuedAtSeconds <= until;
  }
}
