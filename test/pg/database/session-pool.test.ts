import assert from "node:assert/strict";
import { it } from "node:test";
import { canonicalOwners } from "../../../daemon/database/canonical-owner.ts";
import { SessionPool } from "../../../daemon/database/session-pool.ts";
import { onEachServer } from "../../support/servers.ts";

/** As an administrator asks. */
function asked(keyTypes: readonly string[], sessions: Parameters<typeof canonicalOwners>[1]) {
  const canonical = canonicalOwners(keyTypes, sessions, () => performance.now());
  return (id: string): Promise<string | undefined> => canonical(id, undefined);
}

await onEachServer("pooled sessions", (server) => {
  it("are as many as said, each used by one piece of work at a time", async (t) => {
    const database = await server.createDatabase();
    const pool = new SessionPool({ url: database.url, role: "pool", statementTimeoutMs: 5_000 }, 2);
    t.after(() => pool.stop());
    let running = 0;
    let most = 0;
    const pids = await Promise.all(
      Array.from({ length: 8 }, () =>
        pool.run(async (session) => {
          running += 1;
          most = Math.max(most, running);
          await session.query("select pg_sleep(0.01)");
          running -= 1;
          return session.pid;
        }),
      ),
    );
    assert.equal(most, 2);
    assert.equal(new Set(pids).size, 2);
  });

  it("are replaced when their work failed or the server ended them", async (t) => {
    const database = await server.createDatabase();
    const pool = new SessionPool({ url: database.url, role: "pool", statementTimeoutMs: 5_000 }, 1);
    t.after(() => pool.stop());
    const first = await pool.run(async (session) => session.pid);
    await assert.rejects(
      pool.run((session) => session.script("begin; select 1/0")),
      { code: "22012" },
    );
    const second = await pool.run(async (session) => session.pid);
    assert.notEqual(second, first);
    await database.query("select pg_terminate_backend($1, 5000)", [second]);
    await pool.run((session) => session.query("select 1")).catch(() => undefined);
    assert.notEqual(await pool.run(async (session) => session.pid), second);
  });

  it("are refused to whoever waits when the pool stops", async () => {
    const database = await server.createDatabase();
    const pool = new SessionPool({ url: database.url, role: "pool", statementTimeoutMs: 5_000 }, 1);
    const long = pool.run((session) => session.query("select pg_sleep(5)"));
    const waiting = pool.run((session) => session.query("select 1"));
    await new Promise(setImmediate);
    const stopped = pool.stop();
    await assert.rejects(waiting, /stopped/);
    await assert.rejects(long);
    await stopped;
    await assert.rejects(
      pool.run((session) => session.query("select 1")),
      /stopped/,
    );
  });

  it("canonicalise owner ids by the database's own key type", async (t) => {
    const database = await server.createDatabase();
    const pool = new SessionPool({ url: database.url, role: "pool", statementTimeoutMs: 5_000 }, 1);
    t.after(() => pool.stop());
    const bigint = asked(["bigint"], pool);
    assert.deepEqual(
      await Promise.all(["7", " 07 ", "-0", "seven", "", "9223372036854775808", "7\0"].map((id) => bigint(id))),
      ["7", "7", "0", undefined, undefined, undefined, undefined],
    );
    const uuid = asked(["uuid"], pool);
    assert.equal(await uuid("{A0EEBC99-9C0B4EF8BB6D6BB9BD380A11}"), "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
    assert.equal(await uuid("'; drop table x"), undefined);
    const numeric = asked(["numeric"], pool);
    assert.deepEqual(await Promise.all(["7", "7.00", "0x", "1e131071", "7".repeat(257)].map((id) => numeric(id))), [
      "7",
      "7",
      undefined,
      undefined,
      undefined,
    ]);
    const before = await pool.run(async (session) => session.pid);
    await database.query("select pg_terminate_backend($1, 5000)", [before]);
    assert.equal(await bigint(" 07 "), "7", "remembered without the database");
  });

  it("find no owner by text that a domain does not take, and ask after it once", async (t) => {
    const database = await server.createDatabase();
    await database.query("create domain odd as integer check (value % 2 = 1)");
    const pool = new SessionPool({ url: database.url, role: "pool", statementTimeoutMs: 5_000 }, 1);
    t.after(() => pool.stop());
    const odd = asked(["public.odd"], pool);
    assert.deepEqual([await odd("07"), await odd("8"), await odd("x")], ["7", undefined, undefined]);
    await pool.stop();
    assert.deepEqual([await odd("07"), await odd("8"), await odd("x")], ["7", undefined, undefined]);
  });

  it("never ask after a spelling that the database would give back as it is", async () => {
    const database = await server.createDatabase();
    const absent = { run: () => Promise.reject(new Error("asked")) };
    const usual = {
      smallint: ["0", "7", "9999"],
      integer: ["0", "42", "999999999"],
      bigint: ["0", "42", "999999999999999999"],
      uuid: ["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"],
      text: [" 07 ", "Jo's", "\\x41", "~"],
    };
    for (const [type, ids] of Object.entries(usual)) {
      for (const id of ids) {
        assert.equal(await asked([type], absent)(id), id);
        assert.deepEqual(await database.query(`select $1::text::${type}::text as id`, [id]), [{ id }]);
      }
    }
    const unusual = {
      smallint: "10000",
      integer: "07",
      bigint: "-0",
      uuid: "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11",
      text: "é",
      numeric: "7",
    };
    for (const [type, id] of Object.entries(unusual)) await assert.rejects(asked([type], absent)(id), /asked/);
  });
});
