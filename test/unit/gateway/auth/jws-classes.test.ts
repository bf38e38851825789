/**
 * What Wycheproof's vectors for JSON Web Signature try, as data of our own, since no package carries those: each class of mistake that
 * verifiers have made, with keys made here.
 */
import assert from "node:assert/strict";
import { constants, createHmac, generateKeyPairSync, sign } from "node:crypto";
import { describe, it } from "node:test";
import { createAuth } from "../../../../daemon/gateway/auth/auth.ts";
import { fixedKeys, type JwtKeys, publicKeys, secretKeys } from "../../../../daemon/gateway/auth/jwt-key.ts";
import { SECRET } from "../../../support/tokens.ts";

const NOW_SECONDS = 1_778_241_600;
const PAYLOAD = `{"exp":${NOW_SECONDS + 60},"ownerId":"7"}`;
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const pem = (key: typeof rsa.publicKey): string => String(key.export({ type: "spki", format: "pem" }));
/** The order of P-256's group. */
const ORDER = BigInt("0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");

const base64url = (bytes: Buffer | string): string => Buffer.from(bytes).toString("base64url");
const number = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(64, "0"), "hex");
const value = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString("hex")}`);

function accepts(keys: JwtKeys, token: string): boolean {
  return createAuth({ keys: fixedKeys(keys), now: () => NOW_SECONDS * 1000 }).verify(token) !== undefined;
}

/** A class: its name, its tokens, and whether they are good. */
function judge(keys: JwtKeys, cases: Readonly<Record<string, string>>, isGood = false): void {
  for (const [name, token] of Object.entries(cases)) assert.equal(accepts(keys, token), isGood, name);
}

describe("HS256", () => {
  const keys = secretKeys(SECRET, undefined);
  const mac = (input: string, hash = "sha256"): Buffer => createHmac(hash, SECRET).update(input).digest();
  const header = base64url('{"alg":"HS256"}');
  const input = `${header}.${base64url(PAYLOAD)}`;
  const tag = mac(input);
  const withTag = (bytes: Buffer): string => `${input}.${base64url(bytes)}`;
  const withHeader = (text: string): string => {
    const head = `${base64url(text)}.${base64url(PAYLOAD)}`;
    return `${head}.${base64url(mac(head))}`;
  };

  it("A whole tag is taken, also where the header has spaces and unknown fields", () => {
    judge(keys, { plain: withTag(tag), spaces: withHeader('{ "alg" : "HS256" , "x" : 1 }') }, true);
  });

  it("A tag that is cut, empty, longer, of zeros, or changed in one bit is refused", () => {
    judge(keys, {
      empty: withTag(Buffer.alloc(0)),
      "no separator": input,
      half: withTag(tag.subarray(0, 16)),
      "one byte less": withTag(tag.subarray(0, 31)),
      "one byte more": withTag(Buffer.concat([tag, Buffer.alloc(1)])),
      twice: withTag(Buffer.concat([tag, tag])),
      zeros: withTag(Buffer.alloc(32)),
      ones: withTag(Buffer.alloc(32, 0xff)),
      hex: `${input}.${tag.toString("hex")}`,
    });
    for (let bit = 0; bit < 256; bit++) {
      const changed = Buffer.from(tag);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.equal(accepts(keys, withTag(changed)), false, `bit ${bit}`);
    }
  });

  it("A tag of another hash, or over something else, is refused", () => {
    judge(keys, {
      sha1: withTag(mac(input, "sha1")),
      sha384: withTag(mac(input, "sha384")),
      sha512: withTag(mac(input, "sha512")),
      payload: withTag(mac(base64url(PAYLOAD))),
      decoded: withTag(mac(`{"alg":"HS256"}.${PAYLOAD}`)),
      "key as text": withTag(createHmac("sha256", base64url(SECRET)).update(input).digest()),
    });
  });

  it("A header that names no algorithm, another, or two, is refused", () => {
    const headers = [
      "{}",
      '{"alg":null}',
      '{"alg":"none"}',
      '{"alg":"hs256"}',
      '{"alg":"HS256\\u0000"}',
      '{"alg":["HS256"]}',
      '{"alg":"HS512"}',
      '{"alg":"RS256"}',
      '{"alg":"HS256","alg":"none"}',
      '{"ALG":"HS256"}',
      '"HS256"',
      "[]",
      "null",
      "",
      '{"alg":"HS256"',
      '\ufeff{"alg":"HS256"}x',
    ];
    judge(keys, Object.fromEntries(headers.map((text) => [text, withHeader(text)])));
  });

  it("Every other spelling of a good token is refused: padding, white space, the other alphabet, more dots", () => {
    const good = withTag(tag);
    const [head = "", body = "", tail = ""] = good.split(".");
    judge(keys, {
      "padding of the tag": `${good}=`,
      "padding of the header": `${head}==.${body}.${tail}`,
      "a space": `${head} .${body}.${tail}`,
      "a line end": `${good}\n`,
      "a carriage return": `${head}\r\n.${body}.${tail}`,
      "a tab in the tag": `${tail.slice(0, 5)}\t${tail.slice(5)}`,
      "a dot before": `.${good}`,
      "a dot behind": `${good}.`,
      "an empty payload": `${head}..${tail}`,
      "the other alphabet": withTag(Buffer.alloc(32, 0xfb)).replaceAll("-", "+").replaceAll("_", "/"),
      "no ASCII": `${good.slice(0, -1)}Ａ`,
    });
  });
});

describe("ES256", () => {
  const keys = publicKeys(pem(ec.publicKey));
  const input = `${base64url('{"alg":"ES256"}')}.${base64url(PAYLOAD)}`;
  const signature = sign("sha256", Buffer.from(input), { key: ec.privateKey, dsaEncoding: "ieee-p1363" });
  const [r, s] = [value(signature.subarray(0, 32)), value(signature.subarray(32))];
  const withSignature = (bytes: Buffer): string => `${input}.${base64url(bytes)}`;
  const pair = (first: bigint, second: bigint): string => withSignature(Buffer.concat([number(first), number(second)]));

  it("Both of a signature's two values of s are valid, as in ECDSA they are", () => {
    judge(keys, { plain: withSignature(signature), other: pair(r, ORDER - s) }, true);
  });

  it("Values of r and s outside 1 to n - 1 are refused, as in CVE-2022-21449", () => {
    const edges = {
      zero: 0n,
      one: 1n,
      "n - 1": ORDER - 1n,
      n: ORDER,
      "n + 1": ORDER + 1n,
      "2^256 - 1": 2n ** 256n - 1n,
    };
    for (const [first, a] of Object.entries(edges)) {
      for (const [second, b] of Object.entries(edges))
        assert.equal(accepts(keys, pair(a, b)), false, `${first}, ${second}`);
      judge(keys, { [`r is ${first}`]: pair(a, s), [`s is ${first}`]: pair(r, a) });
    }
  });

  it("Another form, length, hash, curve or key is refused", () => {
    const other = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const p384 = generateKeyPairSync("ec", { namedCurve: "P-384" });
    const by = (key: typeof ec.privateKey, hash: string): string =>
      withSignature(sign(hash, Buffer.from(input), { key, dsaEncoding: "ieee-p1363" }));
    judge(keys, {
      DER: withSignature(sign("sha256", Buffer.from(input), ec.privateKey)),
      cut: withSignature(signature.subarray(0, 63)),
      half: withSignature(signature.subarray(0, 32)),
      empty: withSignature(Buffer.alloc(0)),
      longer: withSignature(Buffer.concat([signature, Buffer.alloc(1)])),
      padded: withSignature(
        Buffer.concat([Buffer.alloc(1), signature.subarray(0, 32), Buffer.alloc(1), signature.subarray(32)]),
      ),
      swapped: pair(s, r),
      "another hash": by(ec.privateKey, "sha512"),
      "another key": by(other.privateKey, "sha256"),
      "another curve": by(p384.privateKey, "sha256"),
    });
  });
});

describe("RS256", () => {
  const keys = publicKeys(pem(rsa.publicKey));
  const input = `${base64url('{"alg":"RS256"}')}.${base64url(PAYLOAD)}`;
  const signature = sign("sha256", Buffer.from(input), rsa.privateKey);
  const withSignature = (bytes: Buffer): string => `${input}.${base64url(bytes)}`;

  it("PKCS#1 v1.5 with SHA-256 is taken", () => {
    judge(keys, { plain: withSignature(signature) }, true);
  });

  it("Another padding, hash, length, key or number of the same class is refused", () => {
    const other = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const { n = "" } = rsa.publicKey.export({ format: "jwk" }) as { n?: string };
    const modulus = value(Buffer.from(n, "base64url"));
    const larger = Buffer.from((value(signature) + modulus).toString(16).padStart(514, "0"), "hex");
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    judge(keys, {
      PSS: withSignature(sign("sha256", Buffer.from(input), { key: rsa.privateKey, padding })),
      "SHA-1": withSignature(sign("sha1", Buffer.from(input), rsa.privateKey)),
      "SHA-512": withSignature(sign("sha512", Buffer.from(input), rsa.privateKey)),
      "a leading zero": withSignature(Buffer.concat([Buffer.alloc(1), signature])),
      cut: withSignature(signature.subarray(0, 255)),
      empty: withSignature(Buffer.alloc(0)),
      zero: withSignature(Buffer.alloc(256)),
      one: withSignature(Buffer.concat([Buffer.alloc(255), Buffer.from([1])])),
      "the signature and the modulus": withSignature(larger),
      "another key": withSignature(sign("sha256", Buffer.from(input), other.privateKey)),
    });
  });
});
