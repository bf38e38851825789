import assert from "node:assert/strict";
import { beforeEach, it } from "node:test";
import { databaseCheck, validateConfiguration } from "../../../daemon/capture/check-database.ts";
import { type NamedRows, validateCollations } from "../../../daemon/capture/validate-collations.ts";
import { FindingsError } from "../../../daemon/database/findings.ts";
import { compileKinds } from "../../../daemon/plan/compile.ts";
import type { ParentTable, WatchedTable } from "../../../daemon/plan/watched-table.ts";
import { columns, install, LIMITS } from "../../support/install.ts";
import { WHOLESALE } from "../../support/oracle.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";

const TERRITORIES: WatchedTable = {
  source: "territories",
  schema: "public",
  table: "territories",
  columns: columns("country text", "region bigint", "person text"),
  key: ["country", "region"],
  owner: "person",
};

const PARENT: ParentTable = {
  source: "territories",
  schema: "public",
  table: "territories",
  key: columns("country text", "region bigint"),
  next: columns("person text"),
  columns: [],
};

const CLIENTS: WatchedTable = {
  source: "clients",
  schema: "public",
  table: "clients",
  columns: columns("id bigint", "land text", "region bigint"),
  key: "id",
  owner: ["land", "region"],
  parents: [PARENT],
};

/** Looked up by its owners' row. */
const OFFICES: WatchedTable = {
  source: "offices",
  schema: "public",
  table: "offices",
  columns: columns("code text", "zone text"),
  key: "code",
  owner: "code",
  namedIn: {
    schema: "public",
    table: "people",
    key: [{ name: "name", type: "text" }],
    by: ["office"],
    shown: ["zone"],
  },
};

const KIND: NamedRows = {
  tables: [TERRITORIES, CLIENTS, OFFICES],
  owner: { schema: "public", table: "people", key: [{ name: "name", type: "text" }] },
};

await onEachServer("collations of columns that name rows", (server) => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await server.createDatabase();
    await database.query(`
      create collation any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      create table people (name text, office text);
      create table offices (code text, zone text);
      create table territories (country text, region int, person text);
      create table clients (id int, land text, region int)`);
  });

  /** What is said after these columns have been given these collations, each in a line. */
  const said = async (collated: Readonly<Record<string, string>>): Promise<readonly string[]> => {
    for (const [place, collation] of Object.entries(collated)) {
      const [table, column] = place.split(".");
      await database.query(`alter table ${table} alter ${column} type text collate ${collation}`);
    }
    const error: unknown = await validateCollations(database, [KIND]).catch((reason: unknown) => reason);
    if (error === undefined) return [];
    assert.ok(error instanceof FindingsError);
    return error.findings.map(({ code, meaning }) => `${code} | ${meaning}`);
  };

  const nondeterministic = (table: string, column: string): string =>
    `column_unsuitable | public.${table}, column ${column}, has the nondeterministic collation any_case, by which different texts are one: rows, owners and channels are known by one text; give the column a deterministic collation, or name them by another column.`;

  it("by which different texts are one are refused", async () => {
    const both = await said({ "clients.land": "any_case", "territories.country": "any_case" });
    assert.deepEqual(both, [nondeterministic("territories", "country"), nondeterministic("clients", "land")]);
    const owners = await said({
      "clients.land": '"C"',
      "territories.country": '"C"',
      "territories.person": "any_case",
    });
    assert.deepEqual(owners, [nondeterministic("territories", "person")]);
    const error: unknown = await validateCollations(database, [{ tables: [CLIENTS] }]).catch(
      (reason: unknown) => reason,
    );
    assert.match(String(error), /public\.territories, column person, has the nondeterministic collation/);
  });

  it("do not tell that citext takes different texts for one: it is refused by its type, under domains too", async () => {
    await database.query(`create extension citext; create domain land as citext; create domain homeland as land;
      alter table clients alter land type homeland; alter table territories alter country type citext, alter person type citext`);
    const citext = (table: string, column: string): string =>
      `column_unsuitable | public.${table}, column ${column}, is of the type citext, by which different texts are one: rows, owners and channels are known by one text; make the column text, or name them by another column.`;
    assert.deepEqual(await said({}), [
      citext("territories", "country"),
      citext("territories", "person"),
      citext("clients", "land"),
    ]);
  });

  it("that differ between what names a row and its key are refused, as PostgreSQL refuses to join by them", async () => {
    const found = await said({ "clients.land": '"de-x-icu"', "territories.country": '"C"' });
    assert.deepEqual(found, [
      'column_unsuitable | public.clients, column land, has the collation "de-x-icu" and names rows by public.territories, column country, which has "C": PostgreSQL compares no columns of two collations; give both the same, or one of them the database\'s own.',
    ]);
    await assert.rejects(
      database.query("select from clients c join territories t on t.country = c.land"),
      /could not determine which collation/,
    );
    const lookup = await said({
      "territories.country": '"de-x-icu"',
      "people.office": '"C"',
      "offices.code": '"de-x-icu"',
    });
    assert.deepEqual(lookup.length, 1);
    assert.match(
      lookup[0] ?? "",
      /public\.people, column office, has the collation "C" and names rows by public\.offices, column code, which/,
    );
  });

  it("that differ between what names an owner and the owner's key are refused", async () => {
    const found = await said({ "territories.person": '"de-x-icu"', "people.name": '"C"' });
    assert.deepEqual(found, [
      'column_unsuitable | public.territories, column person, has the collation "de-x-icu" and names rows by public.people, column name, which has "C": PostgreSQL compares no columns of two collations; give both the same, or one of them the database\'s own.',
    ]);
  });

  it("that PostgreSQL compares are taken", async () => {
    assert.deepEqual(await said({}), []);
    assert.deepEqual(await said({ "clients.land": '"de-x-icu"', "people.office": '"C"' }), []);
    assert.deepEqual(await said({ "territories.country": '"de-x-icu"', "offices.zone": "any_case" }), []);
    await database.query("insert into territories values ('pt', 1, 'a'); insert into clients values (1, 'pt', 1)");
    const joined = await database.query("select 1 from clients c join territories t on t.country = c.land");
    assert.equal(joined.length, 1);
  });

  it("are looked at before anything is made for a configuration, and by the daemon", async () => {
    const compiled = compileKinds(WHOLESALE.config);
    const shop = await server.createDatabase();
    await shop.query(`${WHOLESALE.schema}; alter table clients alter country type text collate "de-x-icu";
      alter table territories alter country type varchar(2) collate "C"`);
    await assert.rejects(
      validateConfiguration(shop, compiled),
      /clients, column country, has the collation "de-x-icu"/,
    );
    await install(shop, compiled.tables);
    await assert.rejects(
      databaseCheck(compiled, LIMITS)(shop),
      /clients, column country, has the collation "de-x-icu"/,
    );
  });
});
