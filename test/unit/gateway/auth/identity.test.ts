import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Identity } from "../../../../daemon/gateway/auth/identity.ts";

function identity(
  topics: readonly string[],
  { subject, isAdmin = false }: { subject?: string; isAdmin?: boolean } = {},
) {
  const token = { subject, id: undefined, issuedAtSeconds: undefined };
  return new Identity({ token, bearer: "x", isAdmin, expiresAtMs: 0 }, new Set(topics));
}

describe("What an identity may do", () => {
  it("it sees the topics that its token names, by their canonical names alone, and an administrator sees all", () => {
    const own = identity(["owner:7", "room:a:b"]);
    const seen = ["owner:7", "room:a:b", "owner:07", "owner:8", "room:7", "room:a", "7", ""].map((name) =>
      own.maySee(name),
    );
    assert.deepEqual(seen, [true, true, false, false, false, false, false, false]);
    assert.deepEqual([identity([], { isAdmin: true }).maySee("room:9"), identity([]).maySee("room:9")], [true, false]);
  });

  it("only an administrator hears that a topic is unknown, and may come back to more than its token names", () => {
    const [own, admin] = [identity(["owner:7"]), identity(["owner:7"], { isAdmin: true })];
    assert.deepEqual([own.refusal, own.topicsAtOnce(100)], ["forbidden", 1]);
    assert.deepEqual([admin.refusal, admin.topicsAtOnce(100)], ["unknown_topic", 100]);
  });

  it("another token takes its place with the same subject, or without any with exactly what it opens", () => {
    const bare = identity(["owner:7", "owner:8"]);
    const ana = identity(["owner:7"], { subject: "ana" });
    assert.ok(ana.isSameSubject(identity(["room:1"], { subject: "ana", isAdmin: true })));
    assert.ok(bare.isSameSubject(identity(["owner:8", "owner:7"])));
    for (const next of [
      identity(["owner:7"], { subject: "eve" }),
      identity(["owner:7"]),
      identity(["owner:7"], { subject: "" }),
    ])
      assert.ok(!ana.isSameSubject(next));
    for (const next of [
      identity(["owner:7"]),
      identity(["owner:7", "owner:9"]),
      identity(["owner:7", "owner:8", "owner:9"]),
      identity(["owner:7", "room:8"]),
      identity(["owner:7", "owner:8"], { isAdmin: true }),
      identity(["owner:7", "owner:8"], { subject: "ana" }),
    ])
      assert.ok(!bare.isSameSubject(next));
  });
});
