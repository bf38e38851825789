import assert from "node:assert/strict";
import { it } from "node:test";
import { ConfigError } from "../../../daemon/config/errors.ts";
import { applyFile } from "../../support/install.ts";
import { ROOMS_CONFIG, ROOMS_SCHEMA } from "../../support/rooms.ts";
import { startMarketplaceDaemon } from "../../support/running-daemon.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";

interface Case {
  /** What the tables lack: a text of their schema, and what stands there instead. */
  readonly find: string;
  readonly instead: string;
  readonly told: RegExp;
}

const CASES: Readonly<Record<string, Case>> = {
  "a table without a key": {
    find: "notes (slug text primary key,",
    instead: "notes (slug text not null,",
    told: /public\.notes .* has no unique index on exactly its key slug; .* \[key_not_unique\]$/,
  },
  "a table without an index that finds the newest": {
    find: "create index on messages (room_id, created_at, id);",
    instead: "create index on messages (created_at);",
    told: /^channels\.room\.rows\.messages: no index over all of public\.messages begins with room_id, created_at; .*create index concurrently/,
  },
  "a table of which all rows are shown, without an index that finds a channel's": {
    find: "create index on notes (room_id);",
    instead: "",
    told: /channels\.desk\.rows\.notes: no index over all of public\.notes begins with room_id/,
  },
  "members without an index": {
    find: "create index on room_members (room_id, user_id);",
    instead: "create index on room_members (user_id);",
    told: /^channels\.room\.members: no index over all of public\.room_members begins with room_id; .*\(room_id, user_id\)/,
  },
  "a view": {
    find: "create table notes (slug text primary key, room_id bigint not null, body text not null);\ncreate index on notes (room_id);",
    instead: "create view notes as select 'a'::text as slug, 1::bigint as room_id, ''::text as body;",
    told: /^public\.notes is a view, whose changes no trigger sees: watch the tables behind it\. \[table_unsuitable\]$/,
  },
  "members without the column of the user": {
    find: "room_id bigint not null, user_id text not null, since",
    instead: "room_id bigint not null, userid text not null, since",
    told: /^public\.room_members has no column user_id: did you mean userid\? \[column_missing\]$/,
  },
};

await onEachServer("tables that no channel can show", (server) => {
  const refusal = async (work: Promise<unknown>): Promise<string> => {
    const error = await work.then(
      () => assert.fail("it was taken"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof ConfigError);
    assert.doesNotMatch(error.message, /\n/);
    return error.message;
  };
  const withTables = async ({ find, instead }: Case): Promise<TestDatabase> => {
    const database = await server.createDatabase();
    const schema = ROOMS_SCHEMA.replace(find, instead);
    assert.notEqual(schema, ROOMS_SCHEMA);
    // Indexes of columns that are called otherwise.
    await database.query(
      schema.includes("userid") ? schema.replace("(room_id, user_id)", "(room_id, userid)") : schema,
    );
    return database;
  };

  for (const [title, one] of Object.entries(CASES))
    it(`${title} is told in one line before anything is made for it`, async () => {
      const database = await withTables(one);
      assert.match(await refusal(applyFile(database.url, ROOMS_CONFIG)), one.told);
    });

  it("what becomes so later is told in one line when a daemon starts", async () => {
    const database = await server.createDatabase();
    await database.query(ROOMS_SCHEMA);
    await applyFile(database.url, ROOMS_CONFIG);
    await database.query("drop index room_members_room_id_user_id_idx; alter table notes drop constraint notes_pkey");
    const start = startMarketplaceDaemon(database, { configFile: ROOMS_CONFIG }, 0);
    assert.match(await refusal(start), /public\.notes .* has no unique index .* \[key_not_unique\]$/);
    await database.query("alter table notes add primary key (slug)");
    const again = startMarketplaceDaemon(database, { configFile: ROOMS_CONFIG }, 0);
    assert.match(await refusal(again), /^channels\.room\.members: no index .* \[channel_index_missing\]$/);
  });
});
