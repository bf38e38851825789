import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, it } from "node:test";
import jsonwebtoken from "jsonwebtoken";
import { createAuth } from "../../../../daemon/gateway/auth/auth.ts";
import { JwksKeys } from "../../../../daemon/gateway/auth/jwks.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { eventually, pause } from "../../../support/real-time.ts";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const otherRsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });

const jwk = (key: KeyObject, kid: string | undefined, more: object = {}): object => ({
  ...key.export({ format: "jwk" }),
  ...(kid === undefined ? {} : { kid }),
  use: "sig",
  ...more,
});

describe("Keys from a JWKS URL", () => {
  let server: Server;
  let answer: { status: number; body: string } | "nothing" | ((response: ServerResponse) => void);
  let reads = 0;
  let warned: string[] = [];
  let clock: ManualClock;
  let verify: (token: string) => Promise<readonly string[] | undefined>;

  const publish = (...keys: object[]): void => {
    answer = { status: 200, body: JSON.stringify({ keys }) };
  };
  const token = (key: KeyObject, algorithm: "RS256" | "ES256", keyid: string | undefined): string =>
    jsonwebtoken.sign({ ownerId: "7", iat: clock.now() / 1000, exp: clock.now() / 1000 + 360_000 }, key, {
      algorithm,
      ...(keyid === undefined ? {} : { keyid }),
    });

  beforeEach(async () => {
    reads = 0;
    server = createServer((_, response) => {
      reads++;
      if (answer === "nothing") return;
      if (typeof answer === "function") return answer(response);
      response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.body);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    clock = new ManualClock();
    const quiet = (): void => {};
    warned = [];
    const warn = ({ error }: { error?: unknown }): void => void warned.push(String(error));
    const log = { debug: quiet, info: quiet, warn, error: quiet };
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
    const auth = createAuth({ keys: new JwksKeys({ url, now: clock.now, log, timeoutMs: 300 }), now: clock.now });
    verify = async (text) => {
      const claims = await auth.verify(text);
      return claims === "expired" ? undefined : claims?.topics;
    };
  });

  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  it("Two keys at once, of two kinds, each by its id and its own algorithm; the set is read once", async () => {
    publish(jwk(rsa.publicKey, "a"), jwk(ec.publicKey, "b"));
    assert.deepEqual(await verify(token(rsa.privateKey, "RS256", "a")), ["owner:7"]);
    assert.deepEqual(await verify(token(ec.privateKey, "ES256", "b")), ["owner:7"]);
    assert.equal(reads, 1);
    assert.equal(await verify(token(rsa.privateKey, "RS256", "b")), undefined);
    assert.equal(await verify(token(ec.privateKey, "ES256", "a")), undefined);
    assert.equal(await verify(token(otherRsa.privateKey, "RS256", "a")), undefined);
  });

  it("A rotation is followed: a new key is taken when its first token comes, an old one is refused once it is gone", async () => {
    publish(jwk(rsa.publicKey, "old"));
    const old = token(rsa.privateKey, "RS256", "old");
    assert.ok(await verify(old));
    publish(jwk(rsa.publicKey, "old"), jwk(otherRsa.publicKey, "new"));
    clock.advance(5_000);
    assert.ok(await verify(token(otherRsa.privateKey, "RS256", "new")));
    assert.ok(await verify(old));
    publish(jwk(otherRsa.publicKey, "new"));
    clock.advance(300_000);
    assert.equal(await verify(old), undefined);
    assert.ok(await verify(token(otherRsa.privateKey, "RS256", "new")));
  });

  it("However many ids are made up, the set is read once in five seconds, and those that are known go on", async () => {
    publish(jwk(rsa.publicKey, "a"));
    const good = token(rsa.privateKey, "RS256", "a");
    await verify(good);
    const made = ["../../etc/passwd", "' or 1=1 --", "__proto__", "constructor", "http://evil", "x".repeat(1_000_000)];
    for (const kid of [...made, ...Array.from({ length: 50 }, (_, index) => `made-up-${index}`)]) {
      assert.equal(await verify(token(rsa.privateKey, "RS256", kid)), undefined);
    }
    assert.equal(reads, 1);
    clock.advance(5_000);
    await Promise.all(made.map((kid) => verify(token(rsa.privateKey, "RS256", kid))));
    assert.equal(reads, 2);
    assert.ok(await verify(good));
  });

  it("A key that is weak, symmetric, for encryption or of another algorithm is no key", async () => {
    const weak = generateKeyPairSync("rsa", { modulusLength: 1024 });
    const odd = generateKeyPairSync("ec", { namedCurve: "P-384" });
    publish(
      jwk(weak.publicKey, "weak"),
      jwk(odd.publicKey, "curve"),
      jwk(rsa.publicKey, "encrypts", { use: "enc" }),
      jwk(rsa.publicKey, "other", { alg: "PS256" }),
      { kty: "oct", kid: "secret", k: Buffer.alloc(32).toString("base64url") },
      jwk(ec.publicKey, "good"),
    );
    assert.ok(await verify(token(ec.privateKey, "ES256", "good")));
    for (const kid of ["encrypts", "other"]) assert.equal(await verify(token(rsa.privateKey, "RS256", kid)), undefined);
    const confused = { algorithm: "HS256", keyid: "secret" } as const;
    assert.equal(await verify(jsonwebtoken.sign({ ownerId: 7, exp: 9e9 }, Buffer.alloc(32), confused)), undefined);
  });

  it("A token without kid is taken only where there is one key", async () => {
    publish(jwk(rsa.publicKey, undefined));
    assert.ok(await verify(token(rsa.privateKey, "RS256", undefined)));
    publish(jwk(rsa.publicKey, "a"), jwk(otherRsa.publicKey, "b"));
    clock.advance(300_000);
    assert.equal(await verify(token(rsa.privateKey, "RS256", undefined)), undefined);
  });

  it("While the server is away the last keys are used for an hour; then, and before the first, nobody can be judged", async () => {
    answer = { status: 500, body: "" };
    const good = token(rsa.privateKey, "RS256", "a");
    await assert.rejects(verify(good), /cannot be read/);
    publish(jwk(rsa.publicKey, "a"));
    clock.advance(5_000);
    assert.ok(await verify(good));
    for (const body of ["not json", "{}", '{"keys":[]}', "null"]) {
      answer = { status: 200, body };
      clock.advance(300_000);
      assert.ok(await verify(good), body);
    }
    clock.advance(3_600_000);
    await assert.rejects(verify(good), /cannot be read/);
  });

  it("A server that answers nothing is not waited for", async () => {
    answer = "nothing";
    const startedAt = performance.now();
    await assert.rejects(verify(token(rsa.privateKey, "RS256", "a")), /cannot be read/);
    assert.ok(performance.now() - startedAt < 2_000);
  });

  it("An answer without an end is given up after half a megabyte, with its connection", async () => {
    let isClosed = false;
    answer = (response) => {
      response.on("close", () => (isClosed = true));
      const fill = (): void => {
        if (response.destroyed) return;
        if (response.write("x".repeat(65_536))) setImmediate(fill);
        else response.once("drain", fill);
      };
      fill();
    };
    await assert.rejects(verify(token(rsa.privateKey, "RS256", "a")), /cannot be read/);
    await eventually("the connection's end", () => isClosed);
    assert.match(warned.join(), /longer than 524288 bytes/);
  });

  it("An answer that drips is given up in time, with its connection", async () => {
    let isClosed = false;
    answer = (response) => {
      response.on("close", () => (isClosed = true));
      void (async () => {
        while (!response.destroyed) {
          response.write(" ");
          await pause(20, "duration");
        }
      })();
    };
    await assert.rejects(verify(token(rsa.privateKey, "RS256", "a")), /cannot be read/);
    await eventually("the connection's end", () => isClosed);
    assert.match(warned.join(), /no answer from DELTAD_JWKS_URL/);
  });

  it("What is no key among the keys costs nothing but itself", async () => {
    const odd = [
      null,
      7,
      "key",
      [],
      {},
      { kty: "RSA" },
      { kty: "EC", crv: "P-256", x: "AA", y: "AA", kid: "b" },
      { kid: 1 },
    ];
    answer = { status: 200, body: JSON.stringify({ keys: [...odd, jwk(rsa.publicKey, "a")] }) };
    assert.ok(await verify(token(rsa.privateKey, "RS256", "a")));
  });
});
