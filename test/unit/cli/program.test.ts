import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CommanderError } from "commander";
import { runProgram } from "../../../daemon/cli/program.ts";
import type { Environment } from "../../../daemon/config/config.ts";
import { ConfigError } from "../../../daemon/config/errors.ts";
import { OPTIONS } from "../../../daemon/config/options.ts";
import { type Auth, createAuth } from "../../../daemon/gateway/auth/auth.ts";
import type { Claims } from "../../../daemon/gateway/auth/claims.ts";
import { fixedKeys, secretKeys } from "../../../daemon/gateway/auth/jwt-key.ts";
import { demo } from "../../../demo/cli/demo.ts";
import { recordedShell } from "../../support/recorded-shell.ts";

const SECRET = "0123456789abcdef0123456789abcdef";

async function run(args: string, environment: Environment = {}) {
  const shell = recordedShell({ environment });
  let error: unknown;
  await runProgram(shell, () => Promise.resolve(demo), args.split(" ").filter(Boolean)).catch(
    (thrown: unknown) => (error = thrown),
  );
  return { error, printed: shell.printed, complaints: shell.complaints.join("") };
}

describe("the command line", () => {
  const commands = [
    "",
    "demo",
    "demo write",
    "start",
    "migrate",
    "migrate plan",
    "migrate apply",
    "migrate status",
    "migrate export",
    "migrate uninstall",
    "token",
    "token revoke",
    "verify",
    "doctor",
    "cost",
    "top",
    "why",
  ];
  for (const command of commands) {
    it(`deltad ${command} --help explains it and ends well`.replace("  ", " "), async () => {
      const { error, printed } = await run(`${command} --help`);
      assert.ok(error instanceof CommanderError && error.exitCode === 0, String(error));
      assert.match(printed.join("\n"), new RegExp(`^Usage: ${`deltad ${command}`.trim()}`));
    });
  }

  const misused = [
    "",
    "frobnicate",
    "demo frobnicate",
    "demo --database",
    "demo write now",
    "migrate",
    "migrate frobnicate",
    "migrate plan --config",
    "migrate export --out somewhere",
    "migrate export --format liquibase --out somewhere",
    "verify --owner",
    "doctor now",
    "cost --rows many",
    "start now",
    "start --port 1",
    "token --ttl 1h",
    "token --owner",
    "token --topic listing",
    "token --owner 1 --ttl soon",
  ];
  for (const args of misused) {
    it(`deltad ${args}: bad usage`.replace(" :", ":"), async () => {
      const { error, complaints } = await run(args);
      assert.ok(error instanceof CommanderError && error.exitCode !== 0, String(error));
      assert.notEqual(complaints, "");
    });
  }

  it("deltad start --help lists every option of the environment", async () => {
    const { printed } = await run("start --help");
    for (const { name } of Object.values(OPTIONS)) assert.match(printed.join("\n"), new RegExp(`^  ${name} `, "m"));
  });

  it("deltad demo --help leaves out what the demo does not heed", async () => {
    const { printed } = await run("demo --help");
    assert.match(printed.join("\n"), /^  DELTAD_PORT /m);
    assert.doesNotMatch(printed.join("\n"), /^  (DATABASE_URL|DELTAD_CONFIG|DELTAD_JWKS_URL) /m);
  });

  it("deltad start refuses a bad configuration before it connects to anything", async () => {
    const { error } = await run("start", {
      DELTAD_JWT_SECRET: SECRET,
      DATABASE_URL: "postgresql://127.0.0.1:1/x",
      DELTAD_HOTS: "::",
    });
    assert.ok(error instanceof ConfigError);
    assert.match(error.message, /did you mean DELTAD_HOST\?/);
  });
});

async function claimsOf(auth: Auth, token = ""): Promise<Claims> {
  const claims = await auth.verify(token);
  assert.ok(claims !== undefined && claims !== "expired");
  return claims;
}

describe("deltad token", () => {
  const environment = { DELTAD_JWT_SECRET: SECRET };

  it("signs what a daemon with the same secret takes, for as long as was asked", async () => {
    const { printed } = await run("token --owner 7 --owner Cascais --ttl 30m", environment);
    const nowMs = Date.now();
    const auth = createAuth({ keys: fixedKeys(secretKeys(SECRET, undefined)), leewaySeconds: 0, now: () => nowMs });
    const claims = await claimsOf(auth, printed[0]);
    assert.deepEqual(claims.topics, ["owner:7", "owner:Cascais"]);
    assert.equal(claims.isAdmin, false);
    assert.ok(Math.abs(claims.expiresAtMs - nowMs - 1_800_000) < 5_000);
  });

  it("gives each token a name of its own, and the subject that was asked for: by either it can be revoked", async () => {
    const auth = createAuth({ keys: fixedKeys(secretKeys(SECRET, undefined)), now: Date.now });
    const { printed } = await run("token --owner 7 --subject u1", environment);
    const again = await run("token --owner 7 --subject u1", environment);
    const [one, other] = [await claimsOf(auth, printed[0]), await claimsOf(auth, again.printed[0])];
    assert.equal(one.token.subject, "u1");
    assert.ok(one.token.id !== undefined && one.token.id !== other.token.id);
  });

  it("opens topics of other kinds, which need no owner beside them", async () => {
    const auth = createAuth({ keys: fixedKeys(secretKeys(SECRET, undefined)), now: Date.now });
    const { printed } = await run("token --topic trends:7 --topic platform:all", environment);
    assert.deepEqual((await claimsOf(auth, printed[0])).topics, ["trends:7", "platform:all"]);
    const both = await run("token --owner 7 --topic trends:7", environment);
    assert.deepEqual((await claimsOf(auth, both.printed[0])).topics, ["owner:7", "trends:7"]);
  });

  it("needs nothing but a subject for a member of channels", async () => {
    const keys = fixedKeys(secretKeys(SECRET, undefined));
    const auth = createAuth({ keys, now: Date.now, channels: { lists: [] } });
    const { printed } = await run("token --subject ana", environment);
    const claims = await claimsOf(auth, printed[0]);
    assert.deepEqual([claims.token.subject, claims.topics, claims.isAdmin], ["ana", [], false]);
  });

  it("needs no owner for an admin", async () => {
    const { printed } = await run("token --admin", environment);
    const auth = createAuth({ keys: fixedKeys(secretKeys(SECRET, undefined)), now: Date.now });
    assert.equal((await claimsOf(auth, printed[0])).isAdmin, true);
  });

  it("says what to do where there is neither a secret nor a demo", async () => {
    const { error } = await run("token --owner 1");
    assert.ok(error instanceof ConfigError);
    assert.match(error.message, /npm start, or set DELTAD_JWT_SECRET$/);
  });

  it("refuses a misspelt option rather than sign with another secret", async () => {
    const { error } = await run("token --owner 1", { ...environment, DELTAD_JWT_SECERT: SECRET });
    assert.ok(error instanceof ConfigError);
  });
});
