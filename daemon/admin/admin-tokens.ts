/** Who may ask the admin listener, by tokens that the operator has given names. */
import { createHash, timingSafeEqual } from "node:crypto";
import { tokenIn } from "../gateway/sessions/handshake.ts";

export interface Holder {
  /** For the log. */
  readonly name: string;
  readonly mayAct: boolean;
}

export interface AdminToken extends Holder {
  readonly secret: string;
}

/**
 * The holder of the token in an Authorization header, `Bearer …`; undefined where it is none of them. How long that takes says nothing of the
 * tokens: each is compared, by digests of one length.
 */
export function createHolderOf(
  tokens: readonly AdminToken[],
): (authorization: string | undefined) => Holder | undefined {
  const known = tokens.map(({ name, mayAct, secret }) => ({ holder: { name, mayAct }, digest: digestOf(secret) }));
  return (authorization) => {
    const shown = digestOf(tokenIn(authorization) ?? "");
    let found: Holder | undefined;
    for (const { holder, digest } of known) if (timingSafeEqual(digest, shown)) found = holder;
    return found;
  };
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
