import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { ConfigError } from "../../../../daemon/config/errors.ts";
import { publicKeys, secretKeys } from "../../../../daemon/gateway/auth/jwt-key.ts";

const spki = (key: KeyObject): string => String(key.export({ type: "spki", format: "pem" }));
const isConfigError = (pattern: RegExp) => (error: Error) =>
  error instanceof ConfigError && pattern.test(error.message);

it("A secret has at least 32 bytes, and the message says how to make one but not what it was", () => {
  assert.equal(secretKeys("x".repeat(32), undefined).algorithm, "HS256");
  assert.equal(secretKeys("é".repeat(16), undefined).keys.length, 1);
  assert.throws(
    () => secretKeys("x".repeat(31), undefined),
    isConfigError(/^DELTAD_JWT_SECRET has 31 bytes.*openssl rand/),
  );
  assert.throws(() => secretKeys("x".repeat(32), "short one"), isConfigError(/^DELTAD_JWT_SECRET_NEXT has 9 bytes/));
  assert.throws(
    () => secretKeys("x".repeat(32), "short one"),
    (error: Error) => !error.message.includes("short one"),
  );
});

it("A public key fixes the algorithm: RSA from 2048 bits RS256, P-256 ES256; no other key is taken", () => {
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
  assert.equal(publicKeys(spki(rsa.publicKey)).algorithm, "RS256");
  assert.equal(publicKeys(spki(generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey)).algorithm, "ES256");
  const others = [
    generateKeyPairSync("rsa", { modulusLength: 1024 }),
    generateKeyPairSync("rsa-pss", { modulusLength: 2048 }),
    generateKeyPairSync("ec", { namedCurve: "P-384" }),
    generateKeyPairSync("ec", { namedCurve: "secp256k1" }),
    generateKeyPairSync("ed25519"),
  ];
  for (const { publicKey } of others)
    assert.throws(() => publicKeys(spki(publicKey)), isConfigError(/RSA key of at least 2048/));
  const secret = String(rsa.privateKey.export({ type: "pkcs8", format: "pem" }));
  assert.throws(() => publicKeys(secret), isConfigError(/private key/));
});

it("A public key comes as PEM, with real or written line ends, or as the path of a file", () => {
  const pem = spki(generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey);
  assert.equal(publicKeys(pem.replaceAll("\n", "\\n")).algorithm, "ES256");
  const folder = mkdtempSync(join(tmpdir(), "deltad-key-"));
  writeFileSync(join(folder, "key.pem"), pem);
  writeFileSync(join(folder, "junk.pem"), "-----BEGIN PUBLIC KEY-----\njunk\n-----END PUBLIC KEY-----\n");
  assert.equal(publicKeys(join(folder, "key.pem")).algorithm, "ES256");
  assert.throws(() => publicKeys(join(folder, "junk.pem")), isConfigError(/not a public key in PEM form/));
  assert.throws(() => publicKeys(join(folder, "nothing.pem")), isConfigError(/neither a PEM key nor a file.*ENOENT/));
  rmSync(folder, { recursive: true });
});
