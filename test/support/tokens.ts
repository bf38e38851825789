import jsonwebtoken from "jsonwebtoken";

/** 32 bytes or more. */
export const SECRET = "a secret of the tests, long enough for HS256";

/** A token that is good for an hour from `nowMs` unless its claims say otherwise. */
export function token(claims: object, nowMs: number, secret: string = SECRET): string {
  const nowSeconds = Math.floor(nowMs / 1000);
  return jsonwebtoken.sign({ iat: nowSeconds, exp: nowSeconds + 3600, ...claims }, secret, { algorithm: "HS256" });
}
