/** Who may ask the admin listener, by tokens that the operator has given names. */
import { createHash, timingSafeEqual } from "node:crypto";
import { tokenIn } from "../gateway/sessions/handshake.ts";

export interface AdminToken {
  /** Of the holder, for the log. */
  readonly name: string;
  readonly secret: string;
}

/**
 * The holder of the token in an Authorization header, `Bearer …`; undefined where it is none of them. How long that takes says nothing of the
 * tokens: each is compared, by digests of one length.
 */
export function createHolderOf(
  tokens: readonly AdminToken[],
): (authorization: string | undefined) => string | undefined {
  const known = tokens.map(({ name, secret }) => ({ name, digest: digestOf(secret) }));
  return (authorization) => {
    const shown = digestOf(tokenIn(authorization) ?? "");
    let holder: string | undefined;
    for (const { name, digest } of known) if (timingSafeEqual(digest, shown)) holder = name;
    return holder;
  };
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
