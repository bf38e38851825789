/** Names and values that would break out of any text they were put into unquoted. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { bigint, pgSchema, text, uuid } from "drizzle-orm/pg-core";
import { quoteIdentifier } from "../../../daemon/database/identifier.ts";
import { channel, count, members, register, rows, user } from "../../../daemon/define/define.ts";
import { compileKinds } from "../../../daemon/plan/compile.ts";
import { writeObjects } from "../../../daemon/writes/write-objects.ts";
import { writtenSets } from "../../../daemon/writes/written-set.ts";
import { Operators, widget } from "../../support/boards.ts";
import { daemonLogin, install, LIMITS } from "../../support/install.ts";
import { onEachServer } from "../../support/servers.ts";

const SCHEMA = `a "schema" o'f $$ mine; --`;
const BOARDS = `bo"ards'; drop schema deltad cascade; --`;
const WIDGETS = `$body$ select \\ %I %L {1}\n end`;
const TITLE = `ti"tle'); drop table x; --`;
const OTHER = `_value`;
const ON = `channel\n"`;
const DATA = `it's "a" \\ na$$me\n`;
const VALUE = `'); drop schema deltad cascade; -- $$ \\ " %L \n $body$`;

const mine = pgSchema(SCHEMA);
const boards = mine.table(BOARDS, { id: bigint(`i"d`, { mode: "bigint" }).primaryKey(), zone: text("zone").notNull() });
const widgets = mine.table(WIDGETS, {
  id: uuid("select").primaryKey(),
  board: bigint(ON, { mode: "bigint" }).notNull(),
  title: text(TITLE),
  other: text(OTHER),
  by: text("_subject"),
});
const editors = mine.table("user", {
  board: bigint("_channel", { mode: "bigint" }).notNull(),
  who: text("_seq").notNull(),
});

await onEachServer("names of every kind", (server) => {
  it("names and values are quoted wherever they stand, and a column called as a variable is a column", async () => {
    const database = await server.createDatabase();
    const [schema, boardsTable, widgetsTable, title, on] = [SCHEMA, BOARDS, WIDGETS, TITLE, ON].map(quoteIdentifier);
    await database.query(`
      create schema ${schema};
      create table ${schema}.${boardsTable} ("i""d" bigint primary key, zone text not null default 'UTC');
      create table ${schema}."user" (_channel bigint not null, _seq text not null);
      create index on ${schema}."user" (_channel);
      create table ${schema}.${widgetsTable} ("select" uuid primary key, ${on} bigint not null, ${title} text, _value text default 'd', _subject text);
      create index on ${schema}.${widgetsTable} (${on});
      insert into ${schema}.${boardsTable} values (1);
      insert into ${schema}."user" values (1, 'ana')`);
    const compiled = compileKinds({
      owner: { table: boards, key: boards.id, timeZone: boards.zone },
      sources: { widgets: { table: widgets, key: widgets.id, owner: widgets.board } },
      metrics: { all: count(widgets) },
      channels: {
        board: channel({
          row: boards.id,
          members: members(editors, { channel: editors.board, user: editors.who }),
          rows: {
            widgets: rows(widgets, {
              channel: widgets.board,
              key: widgets.id,
              data: { [DATA]: widgets.title, other: widgets.other },
              writes: {
                insert: { defaults: { by: user() } },
                registers: { title: register(widgets.title), other: register(widgets.other).checked() },
                delete: true,
              },
            }),
          },
        }),
      },
    });
    const objects = await writeObjects(writtenSets(compiled.channels));
    await install(database, compiled.tables, LIMITS, objects);
    assert.deepEqual(await install(database, compiled.tables, LIMITS, objects), []);
    const operators = new Operators({ daemonUrl: await daemonLogin(database), compiled });
    const row = { rows: "widgets", key: widget(1) } as const;
    const outcomes = await operators.outcomes("ana", 1, 1, [
      { ...row, op: "insert", value: { [DATA]: VALUE } },
      { ...row, op: "set", register: "title", base: { [DATA]: VALUE }, value: { [DATA]: `${VALUE}!` } },
      { ...row, op: "set", register: "other", base: { other: "d" }, value: { other: VALUE } },
      { ...row, op: "set", register: "other", base: { other: "d" }, value: { other: "e" } },
      { ...row, key: VALUE, op: "delete" },
      { ...row, rows: VALUE, op: "delete" },
      { ...row, op: "set", register: VALUE, value: { [DATA]: "x" } },
    ]);
    assert.deepEqual(outcomes, [
      { outcome: "applied" },
      { outcome: "applied" },
      { outcome: "applied" },
      { outcome: "conflict", current: { other: VALUE } },
      { outcome: "invalid", reason: "a value is not of its column's type (22P02)" },
      { outcome: "forbidden" },
      { outcome: "invalid", reason: `this set has no register ${VALUE}` },
    ]);
    assert.deepEqual(await operators.outcomes(VALUE, 2, 1, [{ ...row, op: "delete" }]), [{ outcome: "forbidden" }]);
    assert.deepEqual(await database.query(`select * from ${schema}.${widgetsTable}`), [
      { select: widget(1), [ON]: "1", [TITLE]: `${VALUE}!`, _value: VALUE, _subject: "ana" },
    ]);
    await operators.stop();
  });
});
