import { hash } from "node:crypto";

/** 132 bits: nobody finds a text by guessing, and no two texts of a database's life share them. */
const LENGTH = 22;

/**
 * A digest that only who knows the secret can make: 22 characters of base64url. SHA-3 needs no HMAC around it, as nothing can be appended
 * to what it hashed (G. Bertoni et al., Cryptographic sponge functions, 2011, on keyed sponges).
 * @param incarnation the secret of one life of the change rows (sql/incarnation.sql), in hexadecimal: all are of one length
 * @param purpose what is made for one is never taken for another
 */
export function keyedDigest(incarnation: string, purpose: "cursor" | "event", text: string): string {
  return hash("sha3-256", `${incarnation}${purpose} ${text}`, "base64url").slice(0, LENGTH);
}
