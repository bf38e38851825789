import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { eq } from "drizzle-orm";
import { bigint, boolean, integer, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { ConfigError } from "../../../daemon/config/errors.ts";
import {
  channel,
  claim,
  count,
  everyone,
  members,
  ownerOf,
  register,
  rows,
  user,
} from "../../../daemon/define/define.ts";
import { compileKinds } from "../../../daemon/plan/compile.ts";
import { configured, sales } from "../../support/sales-tables.ts";

const boards = pgTable("boards", { id: integer("id").primaryKey(), host: text("host") });
const widgets = pgTable("widgets", {
  id: uuid("id").primaryKey(),
  boardId: integer("board_id").notNull(),
  title: text("title").notNull(),
  x: integer("x"),
  hidden: boolean("hidden"),
});
const shops = pgTable("shops", { id: bigint("id", { mode: "bigint" }).primaryKey() });
const editors = pgTable("editors", {
  board: integer("board"),
  who: text("who"),
  can: boolean("can"),
  word: text("word"),
});

const data = { id: widgets.id, title: widgets.title, x: widgets.x };
const compiled = (writes: object, kind = "board") =>
  compileKinds({
    ...configured({ all: count(sales) }),
    channels: {
      [kind]: channel({
        row: boards.id,
        members: everyone(),
        rows: { widgets: rows(widgets, { channel: widgets.boardId, key: widgets.id, data, writes }) },
      }),
    },
  });

describe("writes that can't be are refused in one line", () => {
  const title = register(widgets.title);
  const cases: readonly [title: string, writes: () => object, message: RegExp][] = [
    ["nothing to write", () => ({}), /^channels\.board\.rows\.widgets: writes: nothing may be written/],
    ["a misspelt name", () => ({ register: { title } }), /writes, does not take register; did you mean registers\?/],
    [
      "a register that is none",
      () => ({ registers: { title: widgets.title } }),
      /registers\.title must be register\(column/,
    ],
    [
      "a column that is not in data",
      () => ({ registers: { hidden: register(widgets.hidden) } }),
      /public\.widgets\.hidden is not in data/,
    ],
    ["the key", () => ({ registers: { id: register(widgets.id) } }), /public\.widgets\.id says which row it is/],
    [
      "the channel",
      () => ({ registers: { board: register(widgets.boardId) } }),
      /public\.widgets\.board_id says which row it is, or in which channel/,
    ],
    [
      "a column of another table",
      () => ({ registers: { host: register(boards.host) } }),
      /public\.boards\.host is not in data/,
    ],
    [
      "a column of two registers",
      () => ({ registers: { a: title, b: register(widgets.x, widgets.title) } }),
      /registers\.b: title is in a as well/,
    ],
    [
      "a column that is in it twice",
      () => ({ registers: { a: register(widgets.x, widgets.x) } }),
      /registers\.a: x is in it twice/,
    ],
    ["a register whose name is none", () => ({ registers: { "a b": title } }), /a register's name has letters/],
    ["writers by a claim", () => ({ by: claim("editors"), registers: { title } }), /by: name those who may write/],
    ["writers that are none", () => ({ by: "ana", registers: { title } }), /writes\.by must say who of the members/],
    [
      "a user's column of another table",
      () => ({ by: user(widgets.title), delete: true }),
      /by: title is no column of public\.boards/,
    ],
    [
      "owners of another table",
      () => ({ by: ownerOf(widgets.x), delete: true }),
      /by: x is no column of public\.boards/,
    ],
    [
      "writers that never meet",
      () => ({ by: members(editors, { channel: editors.who, user: editors.who }), delete: true }),
      /by: channel: who is text, row is integer/,
    ],
    [
      "writers by a condition about another table",
      () => ({
        by: members(editors, { channel: editors.board, user: editors.who, where: eq(widgets.title, "x") }),
        delete: true,
      }),
      /by: title is no column of public\.editors/,
    ],
    [
      "a default for the key",
      () => ({ insert: { defaults: { id: "x" } } }),
      /insert: defaults: id says which row it is/,
    ],
    [
      "a default for what is no column",
      () => ({ insert: { defaults: { titel: "x" } } }),
      /titel is no column of the table: did you mean title\?/,
    ],
    [
      "a default that is none",
      () => ({ insert: { defaults: { title: null } } }),
      /defaults\.title must be user\(\), a text/,
    ],
    [
      "a column with a default",
      () => ({ insert: { columns: [widgets.title], defaults: { title: "x" } } }),
      /columns: title has a value in defaults/,
    ],
    [
      "an insert of a misspelt name",
      () => ({ insert: { column: [] } }),
      /writes\.insert, does not take column; did you mean columns\?/,
    ],
    [
      "a setting of PostgreSQL's",
      () => ({ delete: true, claims: "role" }),
      /claims: "role" is no setting of an application/,
    ],
    ["a deletion that is none", () => ({ delete: "yes" }), /writes\.delete must be true or false/],
  ];
  for (const [name, writes, message] of cases)
    it(name, () => {
      assert.throws(
        () => compiled(writes()),
        (error) => error instanceof ConfigError && !error.message.includes("\n") && message.test(error.message),
      );
    });

  it("a function whose name PostgreSQL would cut", () => {
    const kind = "k".repeat(32);
    assert.throws(
      () =>
        compileKinds({
          ...configured({ all: count(sales) }),
          channels: {
            [kind]: channel({
              row: shops.id,
              members: everyone(),
              rows: {
                ["s".repeat(31)]: rows(sales, {
                  channel: sales.shop,
                  key: sales.id,
                  data: { shop: sales.shop },
                  writes: { delete: true },
                }),
              },
            }),
          },
        }),
      /would have more than 63 letters/,
    );
  });

  it("members of a channel are not chosen by a condition", () => {
    assert.throws(
      () =>
        compileKinds({
          ...configured({ all: count(sales) }),
          channels: {
            board: channel({
              row: boards.id,
              members: members(editors, { channel: editors.board, user: editors.who, where: eq(editors.can, true) }),
              rows: { widgets: rows(widgets, { channel: widgets.boardId, key: widgets.id, data }) },
            }),
          },
        }),
      /members: where is for writes\.by alone/,
    );
  });
});

it("a plan has what clients may change, and what is read to say so", () => {
  const [plan] = compiled({
    by: members(editors, { channel: editors.board, user: editors.who, where: eq(editors.can, true) }),
    insert: { defaults: { hidden: true } },
    registers: { place: register(widgets.x), title: register(widgets.title).checked() },
  }).channels;
  const writes = plan?.sets[0]?.writes;
  assert.deepEqual(
    writes?.registers.map(({ name, isChecked, fields }) => [
      name,
      isChecked,
      fields.map(({ name: of, column, form }) => [of, column, form]),
    ]),
    [
      ["place", false, [["x", "x", "number"]]],
      ["title", true, [["title", "title", "text"]]],
    ],
  );
  assert.equal(writes?.functionName, "write_board.widgets");
  assert.deepEqual(writes?.reads, ["board_id", "id", "x", "title"]);
  assert.deepEqual(writes?.by, {
    kind: "table",
    schema: "public",
    table: "editors",
    channel: "board",
    user: "who",
    userType: "text",
    where: "r.can = true",
    columns: [{ name: "can", type: "boolean" }],
  });
});
