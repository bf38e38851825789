/** Columns that are read as text: only of types that print the same text in whatever session. */
import assert from "node:assert/strict";
import { before, it } from "node:test";
import { validateTables } from "../../../daemon/capture/validate.ts";
import { FindingsError } from "../../../daemon/database/findings.ts";
import { quoteIdentifier } from "../../../daemon/database/identifier.ts";
import { columns } from "../../support/install.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";

/** A value of each type that is taken: a type that has none here fails the test. */
const VALUES: Readonly<Record<string, string>> = {
  bit: "1",
  bool: "true",
  bpchar: "a ",
  char: "c",
  cid: "7",
  cidr: "10.0.0.0/8",
  inet: "10.0.0.1/8",
  int2: "-7",
  int2vector: "1 -2",
  int4: "-7",
  int4range: "[1,7)",
  int4multirange: "{[1,7)}",
  int8: "-7",
  int8range: "[1,7)",
  int8multirange: "{[1,7)}",
  json: '{"a":1.50,"b":"2026-03-01"}',
  jsonb: '{"a":1.50,"b":"2026-03-01"}',
  jsonpath: "$.a ? (@ > 1.5)",
  macaddr: "08:00:2b:01:02:03",
  macaddr8: "08:00:2b:01:02:03:04:05",
  name: "Name",
  numeric: "1234567.50",
  nummultirange: "{[1.5,7)}",
  numrange: "[1.5,7)",
  oid: "7",
  oidvector: "1 2",
  pg_lsn: "16/B374D848",
  pg_snapshot: "10:20:10,14",
  refcursor: "c",
  text: "é",
  tid: "(1,2)",
  tsquery: "'a' & 'b'",
  tsvector: "'a':1A 'b'",
  txid_snapshot: "10:20:10,14",
  uuid: "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
  varbit: "101",
  varchar: "a",
  xid: "7",
  xid8: "7",
};

const ELSEWHERE = `set datestyle = 'German'; set intervalstyle = 'sql_standard'; set timezone = 'Asia/Tokyo'; set extra_float_digits = -10;
  set bytea_output = 'escape'; set search_path = ''; set quote_all_identifiers = on; set xmlbinary = 'hex'`;

await onEachServer("A column read as text", (server) => {
  let database: TestDatabase;
  before(async () => {
    database = await server.createDatabase();
  });

  /** Why columns can't be read as text, by their names. */
  async function refusals(table: string, names: readonly string[]): Promise<Map<string, string>> {
    const declarations = names.map((name) => `${name} text`);
    const watched = { source: "rows", schema: "public", table, columns: columns("id bigint", ...declarations) };
    const error = await validateTables(database, [{ ...watched, key: "id", owner: "id" }], []).catch(
      (refused: unknown) => refused,
    );
    if (!(error instanceof FindingsError)) {
      assert.equal(error, undefined);
      return new Map();
    }
    return new Map(error.findings.map(({ meaning }) => [/column (\w+),/.exec(meaning)?.[1] ?? meaning, meaning]));
  }

  it("of any type of the server is refused, or prints the same text in two sessions that have nothing in common", async () => {
    const types = await database.query<{ name: string; hasArray: boolean }>(
      `select typname as name, typarray <> 0 as "hasArray" from pg_type
        where typnamespace = 'pg_catalog'::regnamespace and typtype in ('b', 'r', 'm') and typname !~ '^_'`,
    );
    const typeOf = (name: string): string => `pg_catalog.${quoteIdentifier(name)}`;
    const single = types.map(({ name }) => `one_${name} ${typeOf(name)}`);
    const many = types.flatMap(({ name, hasArray }) => (hasArray ? [`many_${name} ${typeOf(name)}[]`] : []));
    await database.query(`create table every_type (id int primary key, ${[...single, ...many].join(", ")})`);
    const wanted = [...single, ...many].map((declaration) => declaration.split(" ")[0] ?? "");
    const refused = await refusals("every_type", wanted);
    const taken = types.map(({ name }) => name).filter((name) => !refused.has(`one_${name}`));
    assert.deepEqual(taken.toSorted(), Object.keys(VALUES).toSorted());
    const unlike = types.filter(
      ({ name, hasArray }) => hasArray && refused.has(`one_${name}`) !== refused.has(`many_${name}`),
    );
    assert.deepEqual(unlike, []);

    const texts = taken.map((name) => `'${VALUES[name]?.replaceAll("'", "''")}'::${typeOf(name)}::text`);
    const arrays = taken.map((name) => `array['${VALUES[name]?.replaceAll("'", "''")}'::${typeOf(name)}]::text`);
    const select = `select array[${[...texts, ...arrays].join(", ")}] as texts`;
    const other = await database.client();
    await other.query(ELSEWHERE);
    const here = await database.query<{ texts: string[] }>(select);
    const elsewhere = await other.query<{ texts: string[] }>(select);
    assert.deepEqual(elsewhere.rows, here);
  });

  it("is refused with what to write instead", async () => {
    await database.query(`create domain pay_day as date;
      create type span as (begins date, label text);
      create table odd (id int primary key, due date, payday pay_day, pause interval, rate double precision, stay daterange, stays datemultirange[],
        holidays date[], part span, price money, photo bytea, doc xml, of_table regclass, place point)`);
    const told = await refusals(
      "odd",
      "due payday pause rate stay stays holidays part price photo doc of_table place".split(" "),
    );
    const instead = Object.fromEntries(
      [...told].map(([name, meaning]) => [
        name,
        /the text of (.*) depends on the session's settings: (.*)\.$/.exec(meaning)?.slice(1),
      ]),
    );
    const needed = "keep what is needed of it in a text column, and declare that";
    const bounds = "keep its bounds in columns of their own, and declare those";
    assert.deepEqual(instead, {
      due: ["date", "declare it there as it is"],
      payday: ["date", "declare it there as it is"],
      pause: ["interval", "declare it there as it is"],
      rate: ["double precision", "declare it there as it is"],
      stay: ["date", bounds],
      stays: ["date", needed],
      holidays: ["date", needed],
      part: ["date", needed],
      price: ["money", "make it numeric(p, s)"],
      photo: ["bytea", "keep encode(…, 'hex') of it in a column generated always as text, and declare that"],
      doc: ["xml", "make it text"],
      of_table: ["regclass", "make it text"],
      place: ["point", needed],
    });
  });

  it("may be an enum, and a domain, an array or a composite of what is stable", async () => {
    await database.query(`create type mood as enum ('good', 'bad');
      create domain code as varchar(9);
      create type pair as (mood mood, code code, size int4range);
      create table even (id int primary key, mood mood, moods mood[], code code, codes code[], pair pair, pairs pair[])`);
    assert.deepEqual(await refusals("even", "mood moods code codes pair pairs".split(" ")), new Map());
  });
});
