import assert from "node:assert/strict";
import { it } from "node:test";
import { createHolderOf } from "../../../daemon/admin/admin-tokens.ts";
import { readConfig } from "../../../daemon/config/config.ts";
import { ConfigError } from "../../../daemon/config/errors.ts";

const [ONE, OTHER] = ["a".repeat(32), "b".repeat(32)];

it("A token is its holder's, in whatever spelling of the scheme; anything else is nobody's", () => {
  const holderOf = createHolderOf([
    { name: "prometheus", mayAct: false, secret: ONE },
    { name: "ana", mayAct: true, secret: OTHER },
  ]);
  assert.deepEqual(holderOf(`Bearer ${ONE}`), { name: "prometheus", mayAct: false });
  assert.deepEqual(holderOf(`bearer  ${OTHER}`), { name: "ana", mayAct: true });
  const others = [
    undefined,
    "",
    "Bearer",
    "Bearer ",
    ONE,
    `Basic ${ONE}`,
    `Bearer ${ONE}x`,
    `Bearer ${ONE} x`,
    `Bearer ${ONE.slice(1)}`,
  ];
  for (const other of others) assert.equal(holderOf(other), undefined, other);
  assert.equal(createHolderOf([])("Bearer "), undefined);
});

it("Options of the operator's listener are refused in one sentence that says what to do, and repeats no token", () => {
  const refusal = (environment: Readonly<Record<string, string>>): string => {
    try {
      readConfig({ DATABASE_URL: "postgresql://a@b/c", DELTAD_JWT_SECRET: "c".repeat(32), ...environment });
    } catch (error) {
      assert.ok(error instanceof ConfigError);
      assert.ok(!error.message.includes(ONE.slice(0, 8)), error.message);
      return error.message;
    }
    return "none";
  };
  assert.equal(refusal({ DELTAD_ADMIN_PORT: "9464", DELTAD_ADMIN_TOKENS: `prometheus:${ONE}, ana:${OTHER}` }), "none");
  assert.match(
    refusal({ DELTAD_ADMIN_PORT: "9464" }),
    /^DELTAD_ADMIN_PORT is set without DELTAD_ADMIN_TOKENS: name who/,
  );
  assert.equal(refusal({ DELTAD_ADMIN_PORT: "9464", DELTAD_ADMIN_ACT_TOKENS: `ana:${OTHER}` }), "none");
  assert.match(
    refusal({ DELTAD_ADMIN_TOKENS: `ana:${ONE}`, DELTAD_ADMIN_ACT_TOKENS: `bob:${ONE}, ana:${OTHER}` }),
    /^DELTAD_ADMIN_TOKENS and DELTAD_ADMIN_ACT_TOKENS both name ana: who may act may ask as well/,
  );
  const wrong = [ONE, `:${ONE}`, `Ana:${ONE}`, "ana", `ana:${ONE.slice(1)}`, `ana=${ONE}`];
  for (const tokens of wrong) {
    assert.match(
      refusal({ DELTAD_ADMIN_TOKENS: tokens }),
      /^DELTAD_ADMIN_TOKENS must be names .* of at least 32 bytes/,
      tokens,
    );
  }
  assert.match(refusal({ DELTAD_ADMIN_TOKENS: `a:${ONE},a:${OTHER}` }), /must give each holder a name of its own/);
  assert.match(refusal({ DELTAD_ADMIN_HOST: "http://x" }), /^DELTAD_ADMIN_HOST must be an address or a host name/);
});
