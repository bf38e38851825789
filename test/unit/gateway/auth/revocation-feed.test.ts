import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RevocationFeed } from "../../../../daemon/gateway/auth/revocation-feed.ts";
import { type Revocation, RevokedTokens } from "../../../../daemon/gateway/auth/revoked-tokens.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

const name = (id?: string, subject?: string, issuedAtSeconds?: number) => ({ id, subject, issuedAtSeconds });
const byId = (tokenId: string): Revocation => ({ tokenId, subject: null, issuedUntil: null });
const bySubject = (subject: string, issuedUntil: number): Revocation => ({ tokenId: null, subject, issuedUntil });

describe("Revoked tokens", () => {
  it("Are those of a revoked jti, and those of a subject issued at or before the latest instant", () => {
    const revoked = new RevokedTokens([byId("t"), bySubject("u", 200), bySubject("u", 100), bySubject("__proto__", 5)]);
    assert.equal(revoked.has(name("t", "x", 999)), true);
    assert.deepEqual(
      [199, 200, 200.5, 201, undefined].map((issuedAt) => revoked.has(name("y", "u", issuedAt))),
      [true, true, false, false, true],
    );
    for (const other of [name(), name("u"), name("T"), name(undefined, "t"), name("constructor", "toString")]) {
      assert.equal(revoked.has(other), false, JSON.stringify(other));
    }
    assert.equal(revoked.has(name(undefined, "__proto__", 5)), true);
  });
});

describe("The feed of revocations", () => {
  function bench() {
    const clock = new ManualClock();
    const table: Revocation[] = [];
    const state = { isAway: false, changes: 0, statements: 0, error: new Error("away") as Error & { code?: string } };
    const query = async <Row>(text: string): Promise<Row[]> => {
      state.statements++;
      if (state.isAway) throw state.error;
      const rows: unknown[] = text.includes("max(id)") ? [{ latest: String(table.length), expired: 0 }] : [...table];
      return rows as Row[];
    };
    const feed = new RevocationFeed({
      sessions: { run: (work) => work({ query }) },
      onChange: () => state.changes++,
      log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
      setTimeout: clock.setTimeout,
      clearTimeout: clock.clearTimeout,
    });
    const pass = async (ms: number): Promise<void> => {
      clock.advance(ms);
      await new Promise(setImmediate);
    };
    return { feed, table, state, pass, clock };
  }

  it("Who asks before the first reading waits for it; while there was none nobody is let in", async () => {
    const { feed, table, state } = bench();
    table.push(byId("t"));
    assert.equal(await feed.isRevoked(name("t")), true);
    const away = bench();
    away.state.isAway = true;
    await assert.rejects(away.feed.isRevoked(name("t")), /could not be read yet/);
    away.state.isAway = false;
    assert.equal(await away.feed.isRevoked(name("t")), false);
    assert.equal(state.changes, 1);
  });

  it("One small statement every two seconds, whoever asks; all rows only when there is a new one", async () => {
    const { feed, table, state, pass, clock } = bench();
    feed.start();
    await pass(0);
    assert.equal(state.statements, 2);
    for (let second = 0; second < 5; second++) await pass(2_000);
    for (let count = 0; count < 100; count++) await feed.isRevoked(name("t"));
    assert.deepEqual([state.statements, state.changes], [7, 1]);
    table.push(byId("t"));
    await pass(2_000);
    assert.deepEqual([state.statements, state.changes, feed.has(name("t"))], [9, 2, true]);
    feed.stop();
    assert.equal(clock.pending, 0);
  });

  it("What was read holds while the database is away, and what was missed comes when it is back", async () => {
    const { feed, table, state, pass } = bench();
    table.push(byId("t"));
    feed.start();
    await pass(0);
    state.isAway = true;
    await pass(2_000);
    table.push(byId("u"));
    assert.deepEqual([await feed.isRevoked(name("t")), await feed.isRevoked(name("u"))], [true, false]);
    state.isAway = false;
    await pass(2_000);
    assert.equal(feed.has(name("u")), true);
    feed.stop();
  });

  it("Where the table is not there yet nobody can have revoked, and once it is it counts", async () => {
    const { feed, table, state, pass } = bench();
    state.isAway = true;
    state.error = Object.assign(new Error("no table"), { code: "42P01" });
    feed.start();
    await pass(0);
    assert.equal(await feed.isRevoked(name("t")), false);
    state.isAway = false;
    table.push(byId("t"));
    await pass(2_000);
    assert.equal(feed.has(name("t")), true);
    feed.stop();
  });
});
