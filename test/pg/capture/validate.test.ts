import assert from "node:assert/strict";
import { before, it } from "node:test";
import { type SummedColumn, validateTables } from "../../../daemon/capture/validate.ts";
import type { WatchedTable } from "../../../daemon/plan/watched-table.ts";
import { ConfigError } from "../../../daemon/config/errors.ts";
import { columns } from "../../support/install.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";

await onEachServer("validate", (server) => {
  let database: TestDatabase;

  before(async () => {
    database = await server.createDatabase();
    await database.query(`
      create schema hangar;
      create type mood as enum ('good', 'bad');
      create domain price as numeric(10,2);
      create domain pay as price check (value >= 0);
      create table hangar.bookings (id int primary key, small smallint, state varchar(9), mood mood, paid pay, big numeric,
        exact numeric(12,4), rate double precision, at timestamp, at_zone timestamptz, day date, letters char(3), words text,
        doc json, ref uuid, ok boolean, doubled int generated always as (id * 2) stored);
      create view hangar.booking_view as select 1 as id;
      create materialized view hangar.booking_cache as select 1 as id;
      create table hangar.tree (id int primary key) partition by list (id);
      create table hangar.branch partition of hangar.tree default;
      create table hangar.parent (id int);
      create table hangar.child () inherits (hangar.parent);
      create temp table temporary (id int)`);
  });

  function watch(table: string, ...declarations: string[]): WatchedTable {
    const [schema = "", name = ""] = table.split(".");
    return { source: "bookings", schema, table: name, columns: columns(...declarations), key: "id", owner: "id" };
  }

  async function refusal(table: WatchedTable, sums: SummedColumn[] = []): Promise<string> {
    const error = await validateTables(database, [table], sums).then(
      () => assert.fail("it was accepted"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof ConfigError, String(error));
    assert.doesNotMatch(error.message, /\n/);
    return error.message;
  }

  it("accepts columns whose values always fit the captured type", async () => {
    const fitting = [
      "id bigint",
      "small bigint",
      "small numeric",
      "state text",
      "mood text",
      "paid numeric",
      "big numeric",
      "at_zone timestamptz",
      "at timestamp",
      "day date",
      "letters text",
      "words text",
      "doc jsonb",
      "ref uuid",
      "ok boolean",
      "doubled bigint",
    ];
    await validateTables(
      database,
      [watch("hangar.bookings", ...fitting), watch("hangar.tree", "id bigint")],
      [
        { source: "bookings", column: "paid", scale: 2 },
        { source: "bookings", column: "id", scale: 0 },
      ],
    );
  });

  it("suggests the table that was meant: elsewhere, or with another spelling", async () => {
    assert.equal(
      await refusal(watch("public.bookings", "id bigint")),
      "The table public.bookings (source bookings) does not exist: did you mean hangar.bookings? [table_missing]",
    );
    assert.match(
      await refusal(watch("hangar.bookngs", "id bigint")),
      /did you mean hangar\.bookings\? \[table_missing\]$/,
    );
    assert.match(
      await refusal(watch("hangar.zeppelins", "id bigint")),
      /create it first, or correct the configuration\. \[table_missing\]$/,
    );
  });

  it("suggests the column that was meant", async () => {
    assert.equal(
      await refusal(watch("hangar.bookings", "stat text")),
      "hangar.bookings has no column stat: did you mean state? [column_missing]",
    );
    assert.equal(
      await refusal(watch("hangar.bookings", "passengers text")),
      "hangar.bookings has no column passengers. [column_missing]",
    );
  });

  it("refuses to sum a float column", async () => {
    assert.equal(
      await refusal(watch("hangar.bookings", "rate numeric"), [{ source: "bookings", column: "rate", scale: 2 }]),
      "hangar.bookings, column rate, is double precision: sums of floating-point numbers are never exact, make it numeric(p, s). [column_unsuitable]",
    );
  });

  it("refuses a sum that keeps fewer decimal places than the column", async () => {
    assert.match(
      await refusal(watch("hangar.bookings", "exact numeric"), [{ source: "bookings", column: "exact", scale: 2 }]),
      /column exact, has 4 decimal places, the configuration's sum keeps 2/,
    );
  });

  it("refuses casts that could fail a write, or would take the writer's time zone", async () => {
    for (const [declaration, type] of [
      ["words bigint", "text"],
      ["state numeric", "character varying\\(9\\)"],
      ["big bigint", "numeric"],
      ["at timestamptz", "timestamp without time zone"],
      ["day timestamptz", "date"],
      ["words uuid", "text"],
      ["ok bigint", "boolean"],
    ] as const) {
      assert.match(
        await refusal(watch("hangar.bookings", declaration)),
        new RegExp(`is ${type}, the configuration reads it as`),
      );
    }
  });

  it("refuses what triggers cannot watch", async () => {
    const refused: [string, RegExp][] = [
      ["hangar.booking_view", /is a view/],
      ["hangar.booking_cache", /is a materialized view/],
      ["hangar.branch", /is a partition: watch the partitioned table/],
      ["hangar.parent", /Other tables inherit from hangar.parent/],
      ["pg_catalog.pg_class", /belongs to PostgreSQL/],
    ];
    for (const [table, reason] of refused) assert.match(await refusal(watch(table, "id bigint")), reason);
    const [row] = await database.query<{ schema: string }>(
      "select relnamespace::regnamespace::text as schema from pg_class where relname = 'temporary'",
    );
    assert.match(await refusal(watch(`${row?.schema}.temporary`, "id bigint")), /is a temporary table/);
  });

  it("refuses a foreign table, and a partition that is one", async () => {
    await database.query(`create foreign data wrapper nothing; create server nowhere foreign data wrapper nothing;
      create foreign table hangar.far (id int) server nowhere;
      create table hangar.mixed (id int) partition by list (id);
      create foreign table hangar.far_part partition of hangar.mixed default server nowhere`);
    assert.match(await refusal(watch("hangar.far", "id bigint")), /is a foreign table/);
    assert.match(await refusal(watch("hangar.mixed", "id bigint")), /has a foreign table as a partition/);
  });

  it("refuses a column that is generated when it is read", {
    skip: server.major < 18 && "PostgreSQL 18 has them",
  }, async () => {
    await database.query("create table hangar.computed (id int, twice int generated always as (id * 2) virtual)");
    assert.match(await refusal(watch("hangar.computed", "twice bigint")), /is generated when it is read/);
  });

  it("refuses a key that several rows may share, and says which index to make", async () => {
    await database.query(`create table hangar.lines (id int not null, line int not null, host int, primary key (id, line));
      create unique index on hangar.lines (id) where line = 1;
      create unique index on hangar.lines ((id + 0));
      create index on hangar.lines (id)`);
    const lines = watch("hangar.lines", "id bigint");
    assert.match(
      await refusal(lines),
      /^hangar\.lines \(source bookings\) has no unique index on exactly its key id; name another key, or make one: create unique index concurrently on hangar\.lines \(id\)\. \[key_not_unique\]$/,
    );
    await database.query("create unique index concurrently on hangar.lines (id) include (line)");
    await validateTables(database, [lines], []);
  });

  it("takes a key of several columns that are unique together, in whatever order, and by themselves", async () => {
    await database.query(`create table hangar.places (row int not null, col int not null, floor int, host int);
      create unique index on hangar.places (row, col, floor); create unique index on hangar.places (row, floor)`);
    const places = { ...watch("hangar.places", "row bigint", "col bigint"), key: ["row", "col"] };
    assert.match(
      await refusal(places),
      /has no unique index on exactly its key row, col; name another key, or make one: create unique index concurrently on hangar\.places \("?row"?, col\)/,
    );
    await database.query("create unique index on hangar.places (col, row)");
    await validateTables(database, [places], []);
  });

  it("takes a key that is unique with the columns of the partitioning, which PostgreSQL wants in each unique index", async () => {
    await database.query(`create table hangar.months (id int, day date, zone int, host int) partition by range (day);
      create table hangar.may partition of hangar.months for values from ('2026-05-01') to ('2026-06-01') partition by list (zone);
      create table hangar.may_zones partition of hangar.may default`);
    const months = watch("hangar.months", "id bigint");
    assert.match(
      await refusal(months),
      /exactly its key id, day, zone; .*: create unique index on .*months"? \("?id"?, "?day"?, "?zone"?\)/,
    );
    await database.query("create unique index on hangar.months (id, day, zone, host)");
    await assert.rejects(validateTables(database, [months], []));
    await database.query("create unique index on hangar.months (zone, day, id)");
    await validateTables(database, [months], []);
  });

  it("tells everything that is wrong at once", async () => {
    const message = await refusal(watch("hangar.bookings", "stat text", "words bigint"));
    assert.match(message, /no column stat.*column words/);
  });
});
