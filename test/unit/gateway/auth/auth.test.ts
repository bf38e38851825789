import assert from "node:assert/strict";
import { createHmac, createPublicKey, generateKeyPairSync, sign as signWith } from "node:crypto";
import { describe, it } from "node:test";
import { type AuthOptions, createAuth } from "../../../../daemon/gateway/auth/auth.ts";
import type { Claims } from "../../../../daemon/gateway/auth/claims.ts";
import { fixedKeys, publicKeys, secretKeys } from "../../../../daemon/gateway/auth/jwt-key.ts";
import { SECRET } from "../../../support/tokens.ts";

const NOW_SECONDS = 1_778_241_600;
const now = (): number => NOW_SECONDS * 1000;
const CLAIMS = { exp: NOW_SECONDS + 3600, iat: NOW_SECONDS, ownerId: "7" };

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const pem = (key: { export(options: { type: "spki"; format: "pem" }): string | Buffer }): string =>
  String(key.export({ type: "spki", format: "pem" }));

const encode = (value: unknown): string =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

/** Signs whatever it is given, as no library would. */
function forge(header: unknown, payload: unknown, sign: (input: string) => Buffer): string {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${sign(input).toString("base64url")}`;
}
const hmac =
  (secret: string | Buffer, hash = "sha256") =>
  (input: string) =>
    createHmac(hash, secret).update(input).digest();
const byRsa = (input: string): Buffer => signWith("sha256", Buffer.from(input), rsa.privateKey);
const byEc = (input: string): Buffer =>
  signWith("sha256", Buffer.from(input), { key: ec.privateKey, dsaEncoding: "ieee-p1363" });

/** Keys that are at hand give the answer at once. */
function createSyncAuth(options: AuthOptions) {
  const auth = createAuth(options);
  return { verify: (token: string) => auth.verify(token) as Claims | undefined };
}

const hs = createSyncAuth({ keys: fixedKeys(secretKeys(SECRET, undefined)), now });
const rs = createSyncAuth({ keys: fixedKeys(publicKeys(pem(rsa.publicKey))), now });
const es = createSyncAuth({ keys: fixedKeys(publicKeys(pem(ec.publicKey))), now });
const good = (payload: unknown, header: unknown = { alg: "HS256", typ: "JWT" }): string =>
  forge(header, payload, hmac(SECRET));

describe("A token's signature", () => {
  it("HS256, RS256 and ES256 are taken, each by the key that was configured", () => {
    assert.deepEqual(hs.verify(good(CLAIMS))?.topics, ["owner:7"]);
    assert.deepEqual(rs.verify(forge({ alg: "RS256" }, CLAIMS, byRsa))?.topics, ["owner:7"]);
    assert.deepEqual(es.verify(forge({ alg: "ES256" }, CLAIMS, byEc))?.topics, ["owner:7"]);
  });

  it("The header never chooses the algorithm: none, a public key as secret, another family or hash", () => {
    const nothing = (): Buffer => Buffer.alloc(0);
    for (const alg of ["none", "None", "NONE", "", null, undefined, ["HS256"], "HS256 "]) {
      assert.equal(hs.verify(forge({ alg }, CLAIMS, nothing)), undefined);
      assert.equal(rs.verify(forge({ alg }, CLAIMS, nothing)), undefined);
    }
    for (const key of [
      pem(rsa.publicKey),
      pem(rsa.publicKey).trim(),
      createPublicKey(pem(rsa.publicKey)).export({ type: "spki", format: "der" }),
    ]) {
      assert.equal(rs.verify(forge({ alg: "HS256" }, CLAIMS, hmac(key))), undefined);
      assert.equal(rs.verify(forge({ alg: "RS256" }, CLAIMS, hmac(key))), undefined);
    }
    assert.equal(rs.verify(forge({ alg: "ES256" }, CLAIMS, byEc)), undefined);
    assert.equal(es.verify(forge({ alg: "RS256" }, CLAIMS, byRsa)), undefined);
    assert.equal(hs.verify(forge({ alg: "RS256" }, CLAIMS, byRsa)), undefined);
    assert.equal(hs.verify(forge({ alg: "HS384" }, CLAIMS, hmac(SECRET, "sha384"))), undefined);
    assert.equal(hs.verify(forge({ alg: "HS512" }, CLAIMS, hmac(SECRET, "sha512"))), undefined);
  });

  it("A token of another secret, or changed by one letter anywhere, is refused", () => {
    assert.equal(hs.verify(forge({ alg: "HS256" }, CLAIMS, hmac(`${SECRET}!`))), undefined);
    const token = good(CLAIMS);
    for (let at = 0; at < token.length; at++) {
      const letter = token[at] === "A" ? "B" : "A";
      assert.equal(hs.verify(token.slice(0, at) + letter + token.slice(at + 1)), undefined, `letter ${at}`);
    }
  });

  it("Each token has one spelling", () => {
    const token = good(CLAIMS);
    const [header, payload, signature] = token.split(".");
    for (const other of [
      `${token}=`,
      `${token} `,
      ` ${token}`,
      `${token}\n`,
      `${header}=.${payload}.${signature}`,
      `${token}.`,
      `${token}.x`,
    ]) {
      assert.equal(hs.verify(other), undefined);
    }
    assert.equal(
      hs.verify(token.replaceAll("-", "+").replaceAll("_", "/")) ?? "refused",
      /[-_]/.test(token) ? "refused" : hs.verify(token),
    );
  });

  it("A signature has one spelling too, where the library would take several", () => {
    const token = forge({ alg: "RS256" }, CLAIMS, byRsa);
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const last = token[token.length - 1] ?? "";
    // 2048 bits in 342 letters: the last letter's lower four bits say nothing.
    const loose = token.slice(0, -1) + alphabet[alphabet.indexOf(last) + 1];
    assert.ok(rs.verify(token));
    for (const other of [loose, `${token}==`, `${token}A`]) assert.equal(rs.verify(other), undefined);
  });

  it("Headers that change how a token is read are refused, and those that name a key are ignored", () => {
    for (const extra of [
      { crit: ["exp"] },
      { crit: [] },
      { b64: false },
      { b64: true },
      { typ: "dpop+jwt" },
      { typ: 7 },
      { typ: "JWE" },
    ]) {
      assert.equal(hs.verify(good(CLAIMS, { alg: "HS256", ...extra })), undefined, JSON.stringify(extra));
    }
    const kids = ["../../dev/null", "' or 1=1", "__proto__", "x".repeat(10_000)];
    for (const extra of [
      { jku: "http://evil" },
      { jwk: { kty: "oct", k: "x" } },
      { x5u: "http://evil" },
      ...kids.map((kid) => ({ kid })),
    ]) {
      assert.deepEqual(hs.verify(good(CLAIMS, { alg: "HS256", ...extra }))?.topics, ["owner:7"]);
      assert.equal(hs.verify(forge({ alg: "HS256", ...extra }, CLAIMS, hmac("x"))), undefined);
    }
    for (const typ of ["JWT", "jwt", "at+jwt", "application/at+jwt"])
      assert.ok(hs.verify(good(CLAIMS, { alg: "HS256", typ })));
  });

  it("What isn't a signed token is refused: JWE, JSON serialisation, garbage", () => {
    const five = ["a", "b", "c", "d", "e"].map(encode).join(".");
    const garbage = [
      "",
      ".",
      "..",
      "a.b.c",
      five,
      JSON.stringify({ payload: encode(CLAIMS), signatures: [] }),
      "\0",
      "💥.💥.💥",
    ];
    garbage.push(good("not json"), good("null"), good("[]"), good('"7"'), forge("not json", CLAIMS, hmac(SECRET)));
    for (const token of garbage) assert.equal(hs.verify(token), undefined, token);
  });

  it("While the secret changes, tokens of both are taken, and the roles don't matter", () => {
    const next = "the next secret of the tests, as long as well";
    const both = createSyncAuth({ keys: fixedKeys(secretKeys(SECRET, next)), now });
    assert.ok(both.verify(good(CLAIMS)));
    assert.ok(both.verify(forge({ alg: "HS256" }, CLAIMS, hmac(next))));
    assert.equal(hs.verify(forge({ alg: "HS256" }, CLAIMS, hmac(next))), undefined);
  });
});

describe("A token's time", () => {
  it("exp is required and ends the token, a little late for clocks that differ", () => {
    const { exp: _, ...forEver } = CLAIMS;
    assert.equal(hs.verify(good(forEver)), undefined);
    assert.ok(hs.verify(good({ ...CLAIMS, exp: NOW_SECONDS - 9 })));
    assert.equal(hs.verify(good({ ...CLAIMS, exp: NOW_SECONDS - 10 })), "expired");
    const forged = forge({ alg: "HS256" }, { ...CLAIMS, exp: NOW_SECONDS - 10 }, hmac("x"));
    assert.equal(hs.verify(forged), undefined, "who forges one hears nothing of its time");
    assert.equal(hs.verify(good(CLAIMS))?.expiresAtMs, (CLAIMS.exp + 10) * 1000);
  });

  it("nbf and iat in the future are refused", () => {
    for (const claim of ["nbf", "iat"]) {
      assert.ok(hs.verify(good({ ...CLAIMS, [claim]: NOW_SECONDS + 10 })), claim);
      assert.equal(hs.verify(good({ ...CLAIMS, [claim]: NOW_SECONDS + 11 })), undefined, claim);
    }
  });

  it("Times that are no numbers are refused", () => {
    const odd = ['"1778245200"', "null", "[]", "{}", "true", "1e400", "-1e400", '"NaN"'];
    for (const claim of ["exp", "nbf", "iat"]) {
      for (const value of odd) {
        const rest = JSON.stringify({ ...CLAIMS, [claim]: undefined }).slice(1);
        const token = good(`{"${claim}":${value},${rest}`);
        const isOver = claim === "exp" && value === "-1e400";
        assert.equal(hs.verify(token), isOver ? "expired" : undefined, `${claim} ${value}`);
      }
    }
  });

  it("A token may live for no longer than configured, from an iat that is there", () => {
    const auth = createSyncAuth({ keys: fixedKeys(secretKeys(SECRET, undefined)), now, maxLifetimeSeconds: 3600 });
    assert.ok(auth.verify(good(CLAIMS)));
    assert.equal(auth.verify(good({ ...CLAIMS, exp: CLAIMS.exp + 1 })), undefined);
    assert.equal(auth.verify(good({ ...CLAIMS, iat: CLAIMS.iat - 1 })), undefined);
    assert.equal(auth.verify(good({ ...CLAIMS, iat: undefined })), undefined);
  });

  it("A leeway of more than a minute is refused", () => {
    assert.throws(
      () => createAuth({ keys: fixedKeys(secretKeys(SECRET, undefined)), now, leewaySeconds: 61 }),
      RangeError,
    );
    assert.throws(
      () => createAuth({ keys: fixedKeys(secretKeys(SECRET, undefined)), now, leewaySeconds: Number.NaN }),
      RangeError,
    );
  });
});

describe("A token's claims", () => {
  it("iss and aud must be the configured ones, where they are configured", () => {
    const auth = createSyncAuth({
      keys: fixedKeys(secretKeys(SECRET, undefined)),
      now,
      issuer: "https://issuer",
      audience: "deltad",
    });
    const cases: readonly (readonly [object, boolean])[] = [
      [{ iss: "https://issuer", aud: "deltad" }, true],
      [{ iss: "https://issuer", aud: ["other", "deltad"] }, true],
      [{ iss: "https://issuer" }, false],
      [{ aud: "deltad" }, false],
      [{ iss: "https://issuer/", aud: "deltad" }, false],
      [{ iss: ["https://issuer"], aud: "deltad" }, false],
      [{ iss: "https://issuer", aud: "deltad2" }, false],
      [{ iss: "https://issuer", aud: [] }, false],
      [{ iss: "https://issuer", aud: [["deltad"]] }, false],
    ];
    for (const [claims, isGood] of cases) {
      assert.equal(auth.verify(good({ ...CLAIMS, ...claims })) !== undefined, isGood, JSON.stringify(claims));
    }
  });

  it("Owners are strings or safe integers, at most 256; anything else is no token", () => {
    const topics = (claims: object): readonly string[] | undefined =>
      hs.verify(good({ exp: CLAIMS.exp, ...claims }))?.topics;
    assert.deepEqual(topics({ ownerId: 7 }), ["owner:7"]);
    assert.deepEqual(topics({ ownerId: -0 }), ["owner:0"]);
    assert.deepEqual(topics({ ownerId: Number.MAX_SAFE_INTEGER }), ["owner:9007199254740991"]);
    assert.deepEqual(topics({ owners: ["7", 7, "b"] }), ["owner:7", "owner:b"]);
    assert.deepEqual(topics({ ownerId: "a", owners: ["b"] }), ["owner:a", "owner:b"]);
    assert.equal(topics({ owners: Array.from({ length: 256 }, (_, index) => index) })?.length, 256);
    const bad: unknown[] = [2 ** 53, 1.5, true, null, {}, [], ["7"], "", "\ud800", "\0", "x".repeat(257)];
    for (const value of bad) {
      assert.equal(topics({ ownerId: value }), undefined, JSON.stringify(value));
      assert.equal(topics({ owners: [value] }), undefined, JSON.stringify(value));
      assert.equal(topics({ ownerId: 7, owners: [8, value] }), undefined, JSON.stringify(value));
    }
    for (const claims of [{}, { owners: [] }, { owners: "7" }, { owners: { 0: "7" } }, { ownerid: 7 }])
      assert.equal(topics(claims), undefined);
    assert.equal(topics({ owners: Array.from({ length: 257 }, (_, index) => index) }), undefined);
  });

  it("Topics are named in full, at most 256; an owner may be among them; anything else is no token", () => {
    const topics = (claims: object): readonly string[] | undefined =>
      hs.verify(good({ exp: CLAIMS.exp, ...claims }))?.topics;
    assert.deepEqual(topics({ topics: ["room:42", "platform:all"] }), ["room:42", "platform:all"]);
    assert.deepEqual(topics({ ownerId: 7, owners: ["8"], topics: ["owner:7", "owner:9", "room:a:b"] }), [
      "owner:7",
      "owner:8",
      "owner:9",
      "room:a:b",
    ]);
    assert.equal(topics({ topics: Array.from({ length: 256 }, (_, index) => `room:${index}`) })?.length, 256);
    const bad: unknown[] = [7, null, {}, "", "7", ":7", "room:", "Room:7", "1room:7", "ro om:7", " room:7", "room:\0"];
    bad.push("room:\ud800", `${"r".repeat(33)}:7`, `room:${"x".repeat(300)}`);
    for (const value of bad) {
      assert.equal(topics({ topics: [value] }), undefined, JSON.stringify(value));
      assert.equal(topics({ ownerId: 7, topics: ["room:1", value] }), undefined, JSON.stringify(value));
    }
    for (const claims of [{ topics: [] }, { topics: "room:7" }, { topics: { 0: "room:7" } }])
      assert.equal(topics(claims), undefined);
    assert.equal(topics({ topics: Array.from({ length: 257 }, (_, index) => `room:${index}`) }), undefined);
  });

  it("Only the role admin, spelled so, is an administrator's", () => {
    const admin = (role: unknown): boolean | undefined => hs.verify(good({ ...CLAIMS, role }))?.isAdmin;
    assert.deepEqual(["admin", "Admin", "owner", "administrator"].map(admin), [true, false, false, false]);
    assert.deepEqual([true, 1, ["admin"], null].map(admin), [undefined, undefined, undefined, undefined]);
    assert.deepEqual(hs.verify(good({ exp: CLAIMS.exp, role: "admin" }))?.topics, []);
    assert.equal(hs.verify(good({ exp: CLAIMS.exp, role: "Admin" })), undefined);
  });

  it("A claim behind __proto__ is none", () => {
    assert.equal(hs.verify(good(`{"exp":${CLAIMS.exp},"__proto__":{"ownerId":"8","role":"admin"}}`)), undefined);
  });
});
