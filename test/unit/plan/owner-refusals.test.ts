/** What compile() says of owners that can't be found, and of rows that lead to none. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { eq, gt } from "drizzle-orm";
import { bigint, date, integer, pgTable, text } from "drizzle-orm/pg-core";
import { ConfigError } from "../../../daemon/config/errors.ts";
import {
  became,
  channel,
  count,
  inserted,
  lookup,
  ownerOf,
  parent,
  rows,
  through,
} from "../../../daemon/define/define.ts";
import { compile } from "../../../daemon/plan/compile.ts";
import { configured, people, sales, shops } from "../../support/sales-tables.ts";

const good = configured({ all: count(sales) });
const salesSource = { table: sales, key: sales.id };
const named = pgTable("named", { id: text("id"), zone: text("zone") });
const throughShops = (changed: object): object => ({ ...good, ...changed });
const onTheWay = (metrics: object): object =>
  throughShops({ sources: { ...good.sources, sales: { ...salesSource, owner: through(sales.shop, shops) } }, metrics });
const tall = pgTable("tall", {
  id: bigint("id", { mode: "bigint" }).primaryKey(),
  owner: bigint("owner", { mode: "bigint" }),
  word: text("w".repeat(20)),
});
const onTheWayBy = (source: object, by: Parameters<typeof through>[0] = sales.shop): object =>
  throughShops({ sources: { shops: source, sales: { ...salesSource, owner: through(by, shops) } } });
const towns = pgTable("towns", { id: integer("id").primaryKey(), zone: text("zone"), people: integer("people") });
const nobodys = { table: towns, key: towns.id };
const zoned = (timeZone: unknown, sources: object): object =>
  throughShops({ owner: { ...good.owner, timeZone }, sources: { ...good.sources, ...sources } });
const accounts = pgTable("accounts", {
  tenant: text("tenant"),
  number: integer("number"),
  since: date("since"),
  name: text("name"),
  zone: text("zone"),
});
const orders = pgTable("orders", {
  id: integer("id").primaryKey(),
  tenant: text("tenant"),
  account: bigint("account", { mode: "number" }),
});
const tenants = {
  owner: { table: accounts, key: [accounts.tenant, accounts.number], timeZone: accounts.zone },
  sources: { orders: { table: orders, key: orders.id, owner: [orders.tenant, orders.account] } },
  metrics: { all: count(orders) },
};
const link = (name: string) => pgTable(name, { id: integer("id").primaryKey(), next: integer("next") });

describe("compile refuses, of owners and of rows that lead to them", () => {
  const cases: readonly [title: string, config: () => unknown, message: RegExp][] = [
    [
      "an owner through a table that is no source",
      () => throughShops({ sources: { sales: { ...salesSource, owner: through(sales.shop, shops) } } }),
      /^sources\.sales\.owner: through\(\) public\.shops, which is not one of the sources: add it there, with its key and its owner$/,
    ],
    [
      "an owner through the owner table",
      () => throughShops({ sources: { sales: { ...salesSource, owner: through(sales.person, people) } } }),
      /^sources\.sales\.owner: public\.people is the owner table: name the column alone, without through\(\)$/,
    ],
    [
      "an owner through a column of another type than the key that it names",
      () =>
        throughShops({ sources: { ...good.sources, sales: { ...salesSource, owner: through(sales.state, shops) } } }),
      /^sources\.sales\.owner: state is varchar\(9\) and id, the key of shops, bigint: rows are found by numbers, uuid, text or varchar, both of one kind$/,
    ],
    [
      "an owner through another table's column",
      () =>
        throughShops({ sources: { ...good.sources, sales: { ...salesSource, owner: through(shops.owner, shops) } } }),
      /^sources\.sales\.owner: through\(\) takes a column of sources\.sales\.table first, or a list of several, then the table whose row they name$/,
    ],
    [
      "an owner that is never found",
      () => {
        const [a, b] = [link("a"), link("b")];
        return throughShops({
          sources: {
            a: { table: a, key: a.id, owner: through(a.next, b) },
            b: { table: b, key: b.id, owner: through(b.next, a) },
          },
        });
      },
      /^sources\.a\.owner: through\(\) leads from a to b back to a, and to no owner$/,
    ],
    [
      "an owner beyond three tables",
      () => {
        const [a, b, c, d] = [link("a"), link("b"), link("c"), link("d")];
        return throughShops({
          sources: {
            a: { table: a, key: a.id, owner: through(a.next, b) },
            b: { table: b, key: b.id, owner: through(b.next, c) },
            c: { table: c, key: c.id, owner: through(c.next, d) },
            d: { table: d, key: d.id, owner: d.next },
          },
        });
      },
      /^sources\.a\.owner: b, c, d lie between a and its owner, at most 2 tables may: keep a column in a that leads there by fewer$/,
    ],
    [
      "the owner's row, looked up from a row that does not name it",
      () => ({
        ...throughShops({ sources: { ...good.sources, sales: { ...salesSource, owner: through(sales.shop, shops) } } }),
        events: { sold: inserted(sales).data({ zone: lookup(people.zone, sales.shop) }) },
      }),
      /^events\.sold: zone: lookup\(\): of the owner table only the row's own owner is told/,
    ],
    [
      "a column of another table than those on the way to the owner",
      () => onTheWay({ a: count(sales).by(parent(named.zone)) }),
      /^metrics\.a: public\.named\.zone is a column of another table than public\.sales, and none of public\.shops, through which its rows find their owner$/,
    ],
    [
      "a column of the owner's own row in a condition",
      () => onTheWay({ a: count(sales).where(eq(people.zone, "UTC")) }),
      /^metrics\.a: public\.people\.zone is a column of another table/,
    ],
    [
      "what a parent was before",
      () => ({
        ...onTheWay({ a: count(sales) }),
        events: { big: became(sales, gt(shops.owner, 3)).data({ id: sales.id }) },
      }),
      /^events\.big: owner: what a row of another table was before, nobody knows; events say what became of a row of their own table$/,
    ],
    [
      "a parent's column whose name is a row's own",
      () => {
        const own = pgTable("own", {
          id: integer("id"),
          shop: bigint("shop", { mode: "bigint" }),
          other: text("shops.owner"),
        });
        const sources = {
          shops: good.sources.shops,
          own: { table: own, key: own.id, owner: through(own.shop, shops) },
        };
        return { ...good, sources, metrics: { a: count(own).by(parent(shops.owner)) } };
      },
      /^metrics\.a: public\.own: its rows can't have a column shops\.owner; give the source shops another name, a short one$/,
    ],
    [
      "a parent's column whose name with its source's is too long",
      () => {
        const long = "s".repeat(45);
        const sources = {
          sales: { ...salesSource, owner: through(sales.shop, tall) },
          [long]: { table: tall, key: tall.id, owner: tall.owner },
        };
        return { ...good, sources, metrics: { a: count(sales).by(parent(tall.word)) } };
      },
      /^metrics\.a: public\.sales: its rows can't have a column s{45}\.w{20}; give the source s{45} another name, a short one$/,
    ],
    [
      "a zone looked up by another table's column",
      () => zoned(lookup(towns.zone, sales.person), { towns: nobodys }),
      /^owner\.timeZone: lookup\(\) takes a column of the other table, then the one of owner\.table that names its row$/,
    ],
    [
      "a zone looked up in what is no source",
      () => zoned(lookup(towns.zone, people.id), {}),
      /^owner\.timeZone: lookup\(\): public\.towns must be one of the sources, with its table and key and without an owner: its rows are nobody's$/,
    ],
    [
      "a zone looked up in somebody's rows",
      () => zoned(lookup(towns.zone, people.id), { towns: { ...nobodys, owner: towns.id } }),
      /^owner\.timeZone: lookup\(\): public\.towns must be one of the sources, with its table and key and without an owner/,
    ],
    [
      "a zone that is looked up and no text",
      () => zoned(lookup(towns.people, people.id), { towns: nobodys }),
      /^owner\.timeZone: lookup\(\): people is bigint, not text; take a column of text$/,
    ],
    [
      "a currency looked up by a column of another type than the key",
      () => ({
        ...good,
        owner: { ...good.owner, currency: lookup(towns.zone, people.zone) },
        sources: { ...good.sources, towns: nobodys },
      }),
      /^owner\.currency: lookup\(\): zone is text and id, the key of towns, integer: rows are found by/,
    ],
    [
      "metrics of nobody's rows",
      () => ({ ...zoned(lookup(towns.zone, people.id), { towns: nobodys }), metrics: { a: count(towns) } }),
      /^metrics\.a: rows of towns are nobody's: owners have a time zone or a currency of them, no more$/,
    ],
    [
      "events that tell of nobody's rows",
      () => ({
        ...zoned(lookup(towns.zone, people.id), { towns: nobodys }),
        events: { sold: inserted(sales).data({ town: lookup(towns.zone, sales.person) }) },
      }),
      /^events\.sold: town: rows of towns are nobody's/,
    ],
    [
      "an owner through nobody's rows",
      () =>
        zoned(lookup(towns.zone, people.id), {
          towns: nobodys,
          sales: { ...salesSource, owner: through(sales.person, towns) },
        }),
      /^sources\.sales\.owner: through\(\) public\.towns, whose rows are nobody's: say in sources\.towns\.owner whose they are$/,
    ],
    [
      "a source without an owner of which owners have nothing",
      () => throughShops({ sources: { ...good.sources, towns: nobodys } }),
      /^sources\.towns\.owner must be a column of sources\.towns\.table, or through/,
    ],
    [
      "an owner's key of more columns than a source names owners by",
      () => throughShops({ owner: { ...good.owner, key: [people.id, people.zone] } }),
      /^sources\.sales\.owner is person, owner\.key is id, zone: give it a column of sales for each column of that key, in its order$/,
    ],
    [
      "a source that names owners by more columns than their key has",
      () =>
        throughShops({ sources: { ...good.sources, sales: { ...salesSource, owner: [sales.person, sales.shop] } } }),
      /^sources\.sales\.owner is person, shop, owner\.key is id: give it a column of sales for each column of that key, in its order$/,
    ],
    [
      "a source that names owners by columns of other types, or in another order, than their key's",
      () => ({
        ...tenants,
        sources: { orders: { ...tenants.sources.orders, owner: [orders.account, orders.tenant] } },
      }),
      /^sources\.orders\.owner by account is bigint, owner\.key by tenant is text: they never meet$/,
    ],
    [
      "an owner's key of columns of which equal values print different texts",
      () => ({ ...tenants, owner: { ...tenants.owner, key: [accounts.tenant, accounts.since] } }),
      /^owner\.key: since is date: owners are known by whole numbers, uuid, text, varchar or char$/,
    ],
    [
      "an owner's key of five columns",
      () => {
        const { tenant, number, since, name, zone } = accounts;
        return { ...tenants, owner: { ...tenants.owner, key: [tenant, number, since, name, zone] } };
      },
      /^owner\.key has 5 columns, at most 4 name a topic: give owner\.table a unique column, such as an identity column or one generated from its key, and sources a column with the same$/,
    ],
    [
      "an owner's key of no columns, of another table's, and of one twice",
      () => {
        for (const key of [[], [accounts.tenant, orders.account]])
          assert.throws(
            () => compile({ ...tenants, owner: { ...tenants.owner, key } }),
            new ConfigError("owner.key must be columns of owner.table, as [accounts.tenant, accounts.number]"),
          );
        return { ...tenants, owner: { ...tenants.owner, key: [accounts.tenant, accounts.tenant] } };
      },
      /^owner\.key names a column twice$/,
    ],
    [
      "a source that names owners by another table's column",
      () => ({
        ...tenants,
        sources: { orders: { ...tenants.sources.orders, owner: [orders.tenant, accounts.number] } },
      }),
      /^sources\.orders\.owner must be columns of sources\.orders\.table, as \[orders\.tenant, orders\.account\]$/,
    ],
    [
      "the row of an owner that several columns name, looked up",
      () => ({
        ...tenants,
        events: { placed: inserted(orders).data({ account: lookup(accounts.name, orders.account) }) },
      }),
      /^events\.placed: account: lookup\(\): the key of public\.accounts has several columns, and rows are found by one: events tell nothing of the owner table; keep what they tell in their own$/,
    ],
    [
      "a channel of an owner that several columns name",
      () => ({
        ...tenants,
        channels: {
          talk: channel({
            row: orders.id,
            members: ownerOf(orders.account),
            rows: { orders: rows(orders, { channel: orders.id, key: orders.id, data: { id: orders.id } }) },
          }),
        },
      }),
      /ownerOf\(\) names an owner by one column, and owner\.key has several: name the users by user\(…\), or list who may see it in a table, members\(…\)$/,
    ],
    [
      "a key of no columns",
      () => throughShops({ sources: { ...good.sources, sales: { ...good.sources.sales, key: [] } } }),
      /^sources\.sales\.key must be columns of sources\.sales\.table, as \[lines\.orderId, lines\.lineNo\]$/,
    ],
    [
      "a key with another table's column",
      () => throughShops({ sources: { ...good.sources, sales: { ...good.sources.sales, key: [sales.id, shops.id] } } }),
      /^sources\.sales\.key must be columns of sources\.sales\.table/,
    ],
    [
      "a key with a column twice",
      () => throughShops({ sources: { ...good.sources, sales: { ...good.sources.sales, key: [sales.id, sales.id] } } }),
      /^sources\.sales\.key names a column twice$/,
    ],
    [
      "an owner through rows that two columns name, by one",
      () => onTheWayBy({ table: shops, key: [shops.id, shops.owner], owner: shops.owner }),
      /^sources\.sales\.owner: through\(\) names a row of public\.shops by shop, and sources\.shops\.key is id, owner: give through\(\) a column of sales for each column of the key, in its order$/,
    ],
    [
      "an owner through rows that one column names, by two",
      () => onTheWayBy({ table: shops, key: shops.id, owner: shops.owner }, [sales.shop, sales.person]),
      /^sources\.sales\.owner: through\(\) names a row of public\.shops by shop, person, and sources\.shops\.key is id: give/,
    ],
    [
      "an owner through rows that two columns name, by one of another type",
      () => onTheWayBy({ table: shops, key: [shops.id, shops.owner], owner: shops.owner }, [sales.shop, sales.state]),
      /^sources\.sales\.owner: state is varchar\(9\) and owner, of the key of shops, integer: rows are found by/,
    ],
    [
      "an owner through rows that two columns name, by one of them twice",
      () => onTheWayBy({ table: shops, key: [shops.id, shops.owner], owner: shops.owner }, [sales.shop, sales.shop]),
      /^sources\.sales\.owner: through\(\) takes a column of sources\.sales\.table first, or a list of several/,
    ],
    [
      "an owner through rows that two columns name, by one of another table",
      () => onTheWayBy({ table: shops, key: [shops.id, shops.owner], owner: shops.owner }, [sales.shop, shops.owner]),
      /^sources\.sales\.owner: through\(\) takes a column of sources\.sales\.table first, or a list of several/,
    ],
    [
      "a lookup of rows that two columns name",
      () => ({
        ...throughShops({
          sources: { ...good.sources, shops: { ...good.sources.shops, key: [shops.id, shops.owner] } },
        }),
        events: { sold: inserted(sales).data({ of: lookup(shops.owner, sales.shop) }) },
      }),
      /^events\.sold: of: the key of shops has several columns, and rows are found by one: name a unique column/,
    ],
    [
      "a zone of rows that two columns name",
      () => zoned(lookup(towns.zone, people.id), { towns: { table: towns, key: [towns.id, towns.people] } }),
      /^owner\.timeZone: the key of towns has several columns, and rows are found by one/,
    ],
    [
      "a group by an array",
      () => ({ ...good, metrics: { a: count(sales).by(sales.tags) } }),
      /^metrics\.a: tags is an array, text\[\]: group by one element, as sql`\$\{table\.tags\}\[1\]`, or keep a row for each of them in a table of its own$/,
    ],
  ];

  for (const [title, config, message] of cases) {
    it(title, () => {
      assert.throws(
        () => compile(config()),
        (error) => {
          assert.ok(error instanceof ConfigError, String(error));
          assert.doesNotMatch(error.message, /\n/);
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }
});
