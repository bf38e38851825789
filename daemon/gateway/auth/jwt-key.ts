import { createPublicKey, createSecretKey, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { ConfigError } from "../../config/errors.ts";

/** How tokens are signed: one algorithm, fixed by the key and never by a token's header. */
export interface JwtKeys {
  readonly algorithm: "HS256" | "RS256" | "ES256";
  /** Tried in order: a secret and the one that follows it, or one public key. */
  readonly keys: readonly KeyObject[];
}

/** The keys that a token may be signed with; undefined if there is none for it. Rejects where they can't be had at the moment. */
export interface KeyFinder {
  /** @param keyId the token's `kid`: only looked up, never trusted */
  find(keyId: string | undefined): JwtKeys | undefined | Promise<JwtKeys | undefined>;
}

/** Keys that stay the same. */
export function fixedKeys(keys: JwtKeys): KeyFinder {
  return { find: () => keys };
}

/** RFC 7518, section 3.2: a key of the hash's size or larger. */
const MIN_SECRET_BYTES = 32;
/** RFC 7518, section 3.3. */
const MIN_RSA_BITS = 2048;

/**
 * @param secret signs and verifies
 * @param nextSecret accepted too, while tokens change from one to the other
 * @throws ConfigError if either is shorter than 32 bytes
 */
export function secretKeys(secret: string, nextSecret: string | undefined): JwtKeys {
  const keys = [checkedSecret("DELTAD_JWT_SECRET", secret)];
  if (nextSecret !== undefined) keys.push(checkedSecret("DELTAD_JWT_SECRET_NEXT", nextSecret));
  return { algorithm: "HS256", keys };
}

/**
 * @param pemOrPath the public key itself, or the file that holds it
 * @throws ConfigError unless it is an RSA key of 2048 bits or more, or an EC key on P-256
 */
export function publicKeys(pemOrPath: string): JwtKeys {
  const pem = pemOrPath.includes("-----BEGIN ") ? pemOrPath.replaceAll("\\n", "\n") : readPem(pemOrPath);
  if (pem.includes("PRIVATE KEY-----")) {
    throw new ConfigError("DELTAD_JWT_PUBLIC_KEY holds a private key: give deltad the public one only");
  }
  const key = parsePem(pem);
  const algorithm = algorithmOf(key);
  if (algorithm !== undefined) return { algorithm, keys: [key] };
  throw new ConfigError(
    "DELTAD_JWT_PUBLIC_KEY must be an RSA key of at least 2048 bits, or an EC key on the curve P-256",
  );
}

/** The one algorithm that a public key is for; undefined for keys that are too weak or of another kind. */
export function algorithmOf(key: KeyObject): "RS256" | "ES256" | undefined {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === "rsa" && (details?.modulusLength ?? 0) >= MIN_RSA_BITS) return "RS256";
  return type === "ec" && details?.namedCurve === "prime256v1" ? "ES256" : undefined;
}

/** A key object: jsonwebtoken would try bytes as a public key first, at each token, which costs forty times the check itself. */
function checkedSecret(name: string, secret: string): KeyObject {
  const bytes = Buffer.from(secret);
  if (bytes.length >= MIN_SECRET_BYTES) return createSecretKey(bytes);
  throw new ConfigError(
    `${name} has ${bytes.length} bytes and needs at least ${MIN_SECRET_BYTES}: make one with "openssl rand -base64 48"`,
  );
}

function readPem(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unreadable";
    throw new ConfigError(`DELTAD_JWT_PUBLIC_KEY is neither a PEM key nor a file that can be read (${code})`);
  }
}

function parsePem(pem: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch {
    throw new ConfigError("DELTAD_JWT_PUBLIC_KEY is not a public key in PEM form (-----BEGIN PUBLIC KEY-----)");
  }
}
