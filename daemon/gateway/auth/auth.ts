/** Checks and makes tokens: the only file that knows jsonwebtoken. Nothing about a token is trusted before its signature. */
import { randomUUID } from "node:crypto";
import jsonwebtoken from "jsonwebtoken";
import type { DaemonConfig, JwtKey } from "../../config/config.ts";
import type { Log } from "../../config/log.ts";
import { type ChannelClaims, type Claims, readClaims } from "./claims.ts";
import { JwksKeys } from "./jwks.ts";
import { fixedKeys, type JwtKeys, type KeyFinder, publicKeys, secretKeys } from "./jwt-key.ts";

export interface AuthOptions {
  readonly keys: KeyFinder;
  /** Exact values that tokens must carry, where configured. */
  readonly issuer?: string | undefined;
  readonly audience?: string | undefined;
  /** How far clocks may differ; at most 60. */
  readonly leewaySeconds?: number;
  /** How long a token may live, from `iat` to `exp`. */
  readonly maxLifetimeSeconds?: number | undefined;
  /** Undefined where there are no channels. */
  readonly channels?: ChannelClaims | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export type Verified = Claims | "expired" | undefined;

export interface Auth {
  /**
   * The claims of a good token. `"expired"` for one that is signed well and too old; `undefined` for any other, whatever is wrong with
   * it. Its `expiresAtMs` includes the leeway. At once where the keys are at hand; rejects where they can't be had at the moment.
   */
  verify(token: string): Verified | Promise<Verified>;
}

const MAX_LEEWAY_SECONDS = 60;
const DEFAULT_LEEWAY_SECONDS = 10;

/** @throws ConfigError for a key that no token could be checked with */
export function configuredAuth(config: DaemonConfig, log: Log, channels?: ChannelClaims): Auth {
  return createAuth({
    keys: configuredKeys(config.jwt, log),
    issuer: config.jwtIssuer,
    audience: config.jwtAudience,
    leewaySeconds: config.jwtLeewayS,
    maxLifetimeSeconds: config.jwtMaxLifetimeS,
    channels,
    now: Date.now,
  });
}

function configuredKeys(jwt: JwtKey, log: Log): KeyFinder {
  if ("jwksUrl" in jwt) return new JwksKeys({ url: jwt.jwksUrl, now: Date.now, log });
  return fixedKeys("secret" in jwt ? secretKeys(jwt.secret, jwt.nextSecret) : publicKeys(jwt.publicKey));
}

/** @throws RangeError if the leeway is more than a minute */
export function createAuth(given: AuthOptions): Auth {
  const { keys, issuer, audience, leewaySeconds = DEFAULT_LEEWAY_SECONDS, maxLifetimeSeconds, channels, now } = given;
  if (!(leewaySeconds >= 0 && leewaySeconds <= MAX_LEEWAY_SECONDS)) throw new RangeError("a leeway is 0 to 60 s");
  const check = (token: string, found: JwtKeys | undefined): Verified => {
    if (found === undefined) return undefined;
    const nowSeconds = now() / 1000;
    const options: jsonwebtoken.VerifyOptions & { complete: true } = {
      complete: true,
      algorithms: [found.algorithm],
      clockTimestamp: nowSeconds,
      clockTolerance: leewaySeconds,
      ...(issuer === undefined ? {} : { issuer }),
      ...(audience === undefined ? {} : { audience }),
    };
    for (const key of found.keys) {
      const verified = tryVerify(token, key, options);
      if (verified === "expired") return verified;
      if (verified === undefined || !isPlainHeader(verified.header)) continue;
      const claims = readClaims(verified.payload, { nowSeconds, leewaySeconds, maxLifetimeSeconds }, channels);
      return claims && { ...claims, expiresAtMs: claims.expiresAtMs + leewaySeconds * 1000 };
    }
    return undefined;
  };
  return {
    verify: (token) => {
      if (!isCanonical(token)) return undefined;
      const found = keys.find(keyIdOf(token));
      return found instanceof Promise ? found.then((late) => check(token, late)) : check(token, found);
    },
  };
}

/** The `kid` of a token that nobody has checked yet. */
function keyIdOf(token: string): string | undefined {
  try {
    const keyId: unknown = jsonwebtoken.decode(token, { complete: true })?.header.kid;
    return typeof keyId === "string" ? keyId : undefined;
  } catch {
    return undefined;
  }
}

function tryVerify(
  token: string,
  key: JwtKeys["keys"][number],
  options: jsonwebtoken.VerifyOptions & { complete: true },
): jsonwebtoken.Jwt | "expired" | undefined {
  try {
    return jsonwebtoken.verify(token, key, options);
  } catch (error) {
    // Its time is looked at after its signature: who forges a token does not hear of it.
    return error instanceof jsonwebtoken.TokenExpiredError ? "expired" : undefined;
  }
}

/** The library takes padding, white space and loose trailing bits: one token would have several spellings. */
function isCanonical(token: string): boolean {
  const parts = token.split(".");
  return parts.length === 3 && parts.every((part) => Buffer.from(part, "base64url").toString("base64url") === part);
}

/** The library ignores `crit` and `b64`, which say that the token may not be read the usual way (RFC 7515, 4.1.11; RFC 7797). */
function isPlainHeader(header: { readonly crit?: unknown; readonly b64?: unknown; readonly typ?: unknown }): boolean {
  const { crit, b64, typ } = header;
  if (crit !== undefined || b64 !== undefined) return false;
  return typ === undefined || (typeof typ === "string" && /^(application\/)?(at\+)?jwt$/i.test(typ));
}

export interface TokenRequest {
  readonly owners: readonly string[];
  /** Names of topics of any kind; undefined: none beside the owners'. */
  readonly topics?: readonly string[] | undefined;
  /** `sub`; undefined: none. */
  readonly subject?: string | undefined;
  /** Opens every owner. */
  readonly isAdmin: boolean;
  readonly ttlSeconds: number;
  /** As the daemon asks for them; undefined: none. */
  readonly issuer?: string | undefined;
  readonly audience?: string | undefined;
}

/** A token that a daemon with this secret takes. */
export function signToken(secret: string, request: TokenRequest): string {
  const { owners, topics = [], subject, isAdmin, ttlSeconds, issuer, audience } = request;
  const claims = {
    owners,
    ...(topics.length === 0 ? {} : { topics }),
    ...(subject === undefined ? {} : { sub: subject }),
    ...(isAdmin ? { role: "admin" } : {}),
    ...(issuer === undefined ? {} : { iss: issuer }),
    ...(audience === undefined ? {} : { aud: audience }),
  };
  return jsonwebtoken.sign(claims, secret, { algorithm: "HS256", expiresIn: ttlSeconds, jwtid: randomUUID() });
}
