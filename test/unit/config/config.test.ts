import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Environment, isGiven, readConfig, readOption } from "../../../daemon/config/config.ts";
import { ConfigError } from "../../../daemon/config/errors.ts";

const SECRET = "0123456789abcdef0123456789abcdef";
const ENOUGH: Environment = {
  DATABASE_URL: "postgresql://app:hunter2@db.example:5432/market",
  DELTAD_JWT_SECRET: SECRET,
};

function refusal(environment: Environment): string {
  let caught: unknown;
  try {
    readConfig(environment);
  } catch (error) {
    caught = error;
  }
  assert.ok(caught instanceof ConfigError, `expected a ConfigError, got ${String(caught)}`);
  return caught.message;
}

describe("the configuration", () => {
  it("has the documented defaults, and is frozen to its depths", () => {
    const whole = readConfig(ENOUGH);
    const { optionsInUse, ...config } = whole;
    assert.deepEqual(
      optionsInUse.filter(({ origin }) => origin === "environment").map(({ name }) => name),
      Object.keys(ENOUGH),
    );
    assert.deepEqual(config, {
      databaseUrl: ENOUGH["DATABASE_URL"],
      configFile: "deltad.config.ts",
      host: "127.0.0.1",
      port: 8080,
      transport: "auto",
      jwt: { secret: SECRET, nextSecret: undefined },
      jwtIssuer: undefined,
      jwtAudience: undefined,
      jwtLeewayS: 10,
      jwtMaxLifetimeS: undefined,
      trustedProxies: [],
      messagesPerSecond: 10,
      maxMessageBytes: 16_384,
      maxJsonDepth: 16,
      operationsPerSecond: 50,
      maxPendingOperations: 512,
      maxSubscriptions: 1_000,
      maxConnections: 20_000,
      maxConnectionsPerAddress: 2_000,
      maxHttpConnectionsPerAddress: 2_000,
      requestsPerSecondPerAddress: 1_000,
      requestsPerSecond: 100,
      maxConnectionsPerTopic: 2_000,
      maxConnectionsPerUser: 50,
      maxUnauthenticated: 2_000,
      maxUnauthenticatedPerAddress: 500,
      maxRows: 1_000,
      maxRowBytes: 65_536,
      origins: [],
      heartbeatMs: 30_000,
      minIntervalMs: 50,
      retention: 86_400,
      retainedRows: 1_000_000,
      suspendAfter: 86_400,
      suspendRows: 10_000_000,
      auditInterval: 60,
      busUrl: undefined,
      adminPort: undefined,
      adminHost: "127.0.0.1",
      adminTokens: [],
      adminActTokens: [],
      logLevel: "info",
    });
    for (const value of [whole, optionsInUse, config.jwt, config.origins]) assert.ok(Object.isFrozen(value));
  });

  it("takes an empty variable for one that is not set", () => {
    assert.equal(readConfig({ ...ENOUGH, DELTAD_PORT: "", PORT: "" }).port, 8080);
    assert.equal(isGiven({ DELTAD_PORT: "" }, "port"), false);
  });

  it("takes PORT only where DELTAD_PORT is not set, and names the one it complains about", () => {
    assert.equal(readConfig({ ...ENOUGH, PORT: "3000" }).port, 3000);
    assert.equal(readConfig({ ...ENOUGH, PORT: "3000", DELTAD_PORT: "4000" }).port, 4000);
    assert.equal(isGiven({ PORT: "3000" }, "port"), true);
    assert.match(refusal({ ...ENOUGH, PORT: "http" }), /^PORT must be a whole number from 0 to 65535$/);
    assert.match(refusal({ ...ENOUGH, PORT: "1", DELTAD_PORT: "65536" }), /^DELTAD_PORT must be/);
  });

  it("takes each of the three transports and no other word", () => {
    for (const transport of ["auto", "uws", "ws"] as const) {
      assert.equal(readConfig({ ...ENOUGH, DELTAD_TRANSPORT: transport }).transport, transport);
    }
    assert.equal(refusal({ ...ENOUGH, DELTAD_TRANSPORT: "uWS" }), "DELTAD_TRANSPORT must be auto, uws or ws");
  });

  it("takes a bus by Redis with or without TLS, credentials, a port and a database", () => {
    for (const url of ["redis://bus.example", "redis://[::1]:6379/", "rediss://ana:hunter%252@bus.example:6380/1"])
      assert.equal(readConfig({ ...ENOUGH, DELTAD_BUS_URL: url }).busUrl, url);
  });

  it("reads origins as a list of exact origins", () => {
    const origins = "https://app.example.com, http://localhost:3000,";
    assert.deepEqual(readConfig({ ...ENOUGH, DELTAD_ORIGINS: origins }).origins, [
      "https://app.example.com",
      "http://localhost:3000",
    ]);
  });

  const refused: readonly (readonly [name: string, value: string, message: RegExp])[] = [
    ["DATABASE_URL", "mysql://db.example/market", /must be a URL like postgresql:/],
    ["DATABASE_URL", "db.example", /must be a URL like postgresql:/],
    ["DELTAD_BUS_URL", "nats://ana:hunter2@bus.example", /must be a URL like redis:/],
    ["DELTAD_BUS_URL", "redis:///1", /must be a URL like redis:/],
    ["DELTAD_BUS_URL", "redis:foo", /must be a URL like redis:/],
    ["DELTAD_BUS_URL", "redis://bus.example/abc", /must be a URL like redis:.*the number of a database/],
    ["DELTAD_BUS_URL", "redis://ana:hun%ss@bus.example", /must be a URL like redis:.*%25/],
    ["DELTAD_HOST", "http://0.0.0.0", /must be an address/],
    ["DELTAD_PORT", "-1", /whole number/],
    ["DELTAD_PORT", "80.5", /whole number/],
    ["DELTAD_PORT", "0x50", /whole number/],
    ["DELTAD_JWT_SECRET", "only-31-bytes-0123456789abcdef0", /at least 32 bytes; .*openssl rand/],
    ["DELTAD_JWT_SECRET_NEXT", "short", /at least 32 bytes/],
    ["DELTAD_ORIGINS", "https://app.example.com/", /without a path/],
    ["DELTAD_ORIGINS", "*", /must be origins/],
    ["DELTAD_ORIGINS", "null", /must be origins/],
    ["DELTAD_JWKS_URL", "http://keys.example/jwks.json", /must be an https URL/],
    ["DELTAD_JWKS_URL", "http://localhost.evil.example/", /must be an https URL/],
    ["DELTAD_JWKS_URL", "file:///etc/keys", /must be an https URL/],
    ["DELTAD_JWT_LEEWAY_S", "61", /from 0 to 60/],
    ["DELTAD_TRUSTED_PROXIES", "proxy.example", /must be addresses or ranges/],
    ["DELTAD_TRUSTED_PROXIES", "10.0.0.0/33", /must be addresses or ranges/],
    ["DELTAD_MAX_MESSAGE_BYTES", "1023", /from 1024 to/],
    ["DELTAD_HEARTBEAT_MS", "999", /from 1000 to 600000/],
    ["DELTAD_HEARTBEAT_MS", "30s", /whole number/],
    ["DELTAD_MIN_INTERVAL_MS", "60001", /from 0 to 60000/],
    ["DELTAD_LOG_LEVEL", "verbose", /must be debug, info, warn, error or silent/],
  ];
  for (const [name, value, message] of refused) {
    it(`refuses ${name}=${value} in one line that does not repeat the value`, () => {
      const text = refusal({ ...ENOUGH, [name]: value });
      assert.match(text, message);
      assert.ok(text.startsWith(`${name} `) && !text.includes("\n"), text);
      if (value.length > 5) assert.ok(!text.includes(value), text);
    });
  }

  it("counts the secret's bytes, not its characters", () => {
    const secret = "ã".repeat(16);
    assert.deepEqual(readConfig({ ...ENOUGH, DELTAD_JWT_SECRET: secret }).jwt, { secret, nextSecret: undefined });
  });

  it("wants exactly one way to check tokens", () => {
    const publicKey = "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----";
    const { DATABASE_URL } = ENOUGH;
    assert.match(refusal({ DATABASE_URL }), /^set DELTAD_JWT_SECRET \(/);
    assert.match(refusal({ ...ENOUGH, DELTAD_JWT_PUBLIC_KEY: publicKey }), /are both set: keep one$/);
    assert.deepEqual(readConfig({ DATABASE_URL, DELTAD_JWT_PUBLIC_KEY: publicKey }).jwt, { publicKey });
    for (const jwksUrl of [
      "https://id.example/jwks.json",
      "http://localhost:3000/jwks",
      "http://127.0.0.1/",
      "http://[::1]:1/",
    ]) {
      assert.deepEqual(readConfig({ DATABASE_URL, DELTAD_JWKS_URL: jwksUrl }).jwt, { jwksUrl });
      assert.match(refusal({ ...ENOUGH, DELTAD_JWKS_URL: jwksUrl }), /are both set: keep one$/);
    }
    const next = { DATABASE_URL, DELTAD_JWT_PUBLIC_KEY: publicKey, DELTAD_JWT_SECRET_NEXT: SECRET };
    assert.match(refusal(next), /^DELTAD_JWT_SECRET_NEXT is set without DELTAD_JWT_SECRET/);
  });

  it("says that DATABASE_URL is missing", () => {
    assert.match(refusal({ DELTAD_JWT_SECRET: SECRET }), /^DATABASE_URL is not set: /);
  });

  it("refuses an unknown DELTAD_ name and suggests the nearest", () => {
    assert.equal(
      refusal({ ...ENOUGH, DELTAD_JWT_SECRTE: SECRET }),
      "DELTAD_JWT_SECRTE is not an option of deltad; did you mean DELTAD_JWT_SECRET?",
    );
    assert.equal(
      refusal({ ...ENOUGH, DELTAD_TRANSPORTS: "ws" }),
      "DELTAD_TRANSPORTS is not an option of deltad; did you mean DELTAD_TRANSPORT?",
    );
    assert.equal(
      refusal({ ...ENOUGH, DELTAD_ZZZZZZZZZZZZZZZZZZZZ: "1" }),
      "DELTAD_ZZZZZZZZZZZZZZZZZZZZ is not an option of deltad; --help lists them",
    );
  });

  it("reads one option alone without asking for the others", () => {
    assert.equal(readOption({ DELTAD_JWT_SECRET: SECRET }, "jwtSecret"), SECRET);
    assert.equal(readOption({}, "jwtSecret"), undefined);
    assert.throws(() => readOption({}, "databaseUrl"), ConfigError);
  });
});
