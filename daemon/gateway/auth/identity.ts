import type { Claims, TokenName } from "./claims.ts";

/** The bearer of a good token: what it may do, by topic, and until when. Topics go by their canonical names. */
export class Identity {
  readonly token: TokenName;
  /** Whose token it is: the same for all of one bearer. */
  readonly bearer: string;
  /** Those that the token names. */
  readonly topics: ReadonlySet<string>;
  readonly expiresAtMs: number;
  /** May see every topic, and where it stands in the database. */
  readonly isAdmin: boolean;
  /** All that the token claims, where the database is shown it. */
  readonly claims: Claims["all"];
  /** May be let into channels, which the token does not name. */
  readonly #joins: boolean;

  /** @param topics those that the token names */
  constructor(
    claims: Pick<Claims, "token" | "bearer" | "isAdmin" | "expiresAtMs"> & Partial<Pick<Claims, "all">>,
    topics: ReadonlySet<string>,
    joins = false,
  ) {
    this.token = claims.token;
    this.bearer = claims.bearer;
    this.topics = topics;
    this.expiresAtMs = claims.expiresAtMs;
    this.isAdmin = claims.isAdmin;
    this.claims = claims.all;
    this.#joins = joins;
  }

  /** Whom channels know. */
  get user(): string | undefined {
    return this.token.subject;
  }

  /** Says nothing of whether there is such a topic. */
  maySee(topic: string): boolean {
    return this.isAdmin || this.topics.has(topic);
  }

  /**
   * The answer about what it may not see. An administrator may see every topic, so that the name was none; anybody else hears the same
   * whether the topic, or its kind, exists or not.
   */
  get refusal(): "forbidden" | "unknown_topic" {
    return this.isAdmin ? "unknown_topic" : "forbidden";
  }

  /**
   * How many topics a client that comes back may subscribe to at once. An administrator's, and channels, are not in the token: as many as one
   * connection may have.
   */
  topicsAtOnce(maxSubscriptions: number): number {
    return this.isAdmin || this.#joins ? maxSubscriptions : this.topics.size;
  }

  /**
   * Whether another token may take a connection over from this one. Its subject may not change; where neither token has a `sub`, what it
   * opens stands for the subject, and a refresh only gives it more time.
   */
  isSameSubject(next: Identity): boolean {
    if (this.token.subject !== undefined || next.token.subject !== undefined) {
      return this.token.subject === next.token.subject;
    }
    return (
      this.isAdmin === next.isAdmin &&
      this.topics.size === next.topics.size &&
      [...this.topics].every((topic) => next.topics.has(topic))
    );
  }
}
