import assert from "node:assert/strict";
import { beforeEach, it } from "node:test";
import { validateConfiguration } from "../../../daemon/capture/check-database.ts";
import { validateChannels } from "../../../daemon/capture/validate-channels.ts";
import { FindingsError } from "../../../daemon/database/findings.ts";
import { type ChannelPlan, ROW_LIMITS } from "../../../daemon/plan/channel-plan.ts";
import { compileKinds } from "../../../daemon/plan/compile.ts";
import { columns } from "../../support/install.ts";
import { WHOLESALE } from "../../support/oracle.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";

const watched = (table: string, owner: string, key = "id") => ({
  source: table,
  schema: "public",
  table,
  columns: columns("id bigint", `${owner} text`),
  key,
  owner,
});

const PLAN: ChannelPlan = {
  kind: "room",
  source: "rooms",
  key: "slug",
  keyType: "text",
  shows: { presence: false, typing: false },
  members: { kind: "table", source: "guests", channel: "room", user: "who" },
  sets: [
    {
      name: "posts",
      source: "posts",
      channel: "room",
      key: "id",
      count: 5,
      limits: ROW_LIMITS,
      order: [
        { column: "word", kind: "text" },
        { column: "id", kind: "integer" },
      ],
      where: "true",
      data: "",
    },
  ],
  tables: [watched("rooms", "slug", "slug"), watched("posts", "room"), watched("guests", "room")],
};

await onEachServer("indexes and collations of channels", (server) => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await server.createDatabase();
    await database.query(`
      create table rooms (slug text primary key);
      create table posts (id bigint primary key, room text not null, word text not null, gone boolean not null default false);
      create table guests (room text not null, who text not null);
      create index good_posts on posts (room, word collate "C" desc, id desc);
      create index good_guests on guests (room)`);
  });

  /** What is said, each in a line. */
  const said = async (...changes: string[]): Promise<readonly string[]> => {
    for (const change of changes) await database.query(change);
    const error: unknown = await validateChannels(database, [PLAN]).catch((reason: unknown) => reason);
    if (error === undefined) return [];
    assert.ok(error instanceof FindingsError);
    return error.findings.map(({ code, meaning, statement }) => [code, meaning, statement ?? ""].join(" | "));
  };

  const POSTS =
    'channel_index_missing | channels.room.rows.posts: no index over all of public.posts begins with room, word (collation "C"); each load would read the whole table. | create index concurrently on public.posts (room, word collate "C", id)';
  const GUESTS =
    "channel_index_missing | channels.room.members: no index over all of public.guests begins with room; each load, and each look-up of a member, would read the whole table. | create index concurrently on public.guests (room, who)";

  it("good ones are taken", async () => {
    assert.deepEqual(await said(), []);
    assert.deepEqual(await said("drop index good_guests", "create unique index on guests (room, who)"), []);
  });

  it("rows and members without one are named, with the statement that makes it", async () => {
    assert.deepEqual(await said("drop index good_posts", "drop index good_guests"), [GUESTS, POSTS]);
    for (const statement of [GUESTS, POSTS].map((line) => line.split(" | ")[2] ?? "")) await database.query(statement);
    assert.deepEqual(await said(), []);
  });

  it("none has its NULLs where a load does not look for them; one that is read from its end serves as well", async () => {
    assert.deepEqual(
      await said(
        "drop index good_posts",
        'create index on posts (room, word collate "C" desc nulls last)',
        'create index on posts (room, word collate "C" nulls first)',
      ),
      [POSTS],
    );
    assert.deepEqual(await said('create index on posts (room desc nulls last, word collate "C")'), []);
  });

  it("none is a partial one, one over expressions, of another method or another collation, or one that failed", async () => {
    assert.deepEqual(
      await said(
        "drop index good_posts",
        'create index on posts (room, word collate "C") where not gone',
        'create index on posts (lower(room), room, word collate "C")',
        "create index on posts (room, word)",
        "drop index good_guests",
        "create index on guests using hash (room)",
        "create index on guests (who) include (room)",
      ),
      [GUESTS, POSTS],
    );
    await database.query(
      "create index good_guests on guests (room); update pg_index set indisvalid = false where indexrelid = 'good_guests'::regclass",
    );
    assert.deepEqual(await said(), [GUESTS, POSTS]);
  });

  it("of a partitioned table it is made at once, as PostgreSQL makes it no other way", async () => {
    assert.deepEqual(
      await said(
        "drop table guests",
        "create table guests (room text not null, who text not null) partition by hash (room)",
        "create table guests_1 partition of guests for values with (modulus 1, remainder 0)",
      ),
      [GUESTS.replace(" concurrently", "")],
    );
  });

  it("a collation by which different texts are one names no channel", async () => {
    await database.query(`
      create collation any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      alter table posts alter room type text collate any_case`);
    await assert.rejects(
      validateConfiguration(database, { ...compileKinds(WHOLESALE.config), channels: [PLAN], tables: [] }),
      /public\.posts, column room, has the nondeterministic collation any_case, by which different texts are one/,
    );
  });
});
