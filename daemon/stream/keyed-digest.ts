import { createCipheriv, hash } from "node:crypto";
import { rememberLast } from "./remember-last.ts";

/** 132 bits: nobody finds a text by guessing, and no two texts of a database's life share them. */
export const DIGEST_LENGTH = 22;

/**
 * A digest that only who knows the secret can make: 22 characters of base64url. SHA-3 needs no HMAC around it, as nothing can be appended
 * to what it hashed (G. Bertoni et al., Cryptographic sponge functions, 2011, on keyed sponges).
 * @param incarnation the secret of one life of the change rows (sql/incarnation.sql), in hexadecimal: all are of one length
 * @param purpose what is made for one is never taken for another
 */
export function keyedDigest(incarnation: string, purpose: "cursor" | "event" | "peer", text: string): string {
  return hash("sha3-256", `${incarnation}${purpose} ${text}`, "base64url").slice(0, DIGEST_LENGTH);
}

/**
 * The bytes, made unreadable for who lacks the secret; the same again makes them what they were.
 * @param digest a {@link keyedDigest} of the bytes: never the same for two different texts
 */
export function seal(incarnation: string, digest: string, bytes: Uint8Array): Buffer {
  const counter = Buffer.alloc(COUNTER_BYTES);
  counter.write(digest, "base64url");
  return createCipheriv("aes-256-ctr", sealingKey(incarnation), counter).update(bytes);
}

const COUNTER_BYTES = 16;

const sealingKey = rememberLast((incarnation: string) => hash("sha3-256", `${incarnation}seal`, "buffer"));
