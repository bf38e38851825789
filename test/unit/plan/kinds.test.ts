import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConfigError } from "../../../daemon/config/errors.ts";
import { count, currency, inserted } from "../../../daemon/define/define.ts";
import { compile, compileKinds } from "../../../daemon/plan/compile.ts";
import { configured, people, sales, shops } from "../../support/sales-tables.ts";

function refusal(config: unknown): string {
  try {
    compileKinds(config);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    assert.ok(!error.message.includes("\n"), error.message);
    return error.message;
  }
  return assert.fail("compile() took it");
}

const good = configured({ all: count(sales) });

describe("kinds of topics", () => {
  const everything = { timeZone: "UTC", metrics: { all: count(sales) } };
  const shop = { table: shops, key: shops.id, timeZone: "UTC", metrics: { all: count(sales) } };
  const withTopics = (topics: object, sources: object = good.sources): object => ({ ...good, sources, topics });
  const ofShops = { ...good.sources, sales: { ...good.sources["sales"], shop: sales.shop } };

  for (const [what, config, message] of [
    ["a name that no topic can have", withTopics({ Shop: shop }), /^topics\.Shop: a kind of topics has small letters/],
    [
      "the name of the owners' kind",
      withTopics({ owner: everything }),
      /^topics\.owner: .* and is not owner, table, key$/,
    ],
    [
      "no metrics",
      withTopics({ shop: { ...shop, metrics: undefined } }, ofShops),
      /^topics\.shop\.metrics must be an object/,
    ],
    [
      "a zone that nobody knows",
      withTopics({ all: { ...everything, timeZone: "Mars" } }),
      /^topics\.all\.timeZone: "Mars" is no time zone/,
    ],
    [
      "a zone of everything that is a column",
      withTopics({ all: { ...everything, timeZone: people.zone } }),
      /^topics\.all\.timeZone must be the name of a zone/,
    ],
    [
      "a currency of everything that is a column",
      withTopics({ all: { ...everything, currency: people.money } }),
      /^topics\.all\.currency must be the code/,
    ],
    [
      "a key without a table",
      withTopics({ all: { ...everything, key: shops.id } }),
      /^topics\.all\.table must be a Drizzle table/,
    ],
    [
      "a misspelt part",
      withTopics({ shop: { ...shop, event: {} } }, ofShops),
      /^topics\.shop\.event is no part of a configuration; did you mean topics\.shop\.events\?/,
    ],
    [
      "a source that names a topic of no such kind",
      withTopics({ all: everything }, { ...good.sources, sales: { ...good.sources["sales"], all: sales.shop } }),
      /^sources\.sales\.all is no part of a configuration/,
    ],
    [
      "a source that says of no row which it is about",
      withTopics({ shop }),
      /^topics\.shop\.metrics\.all: sources\.sales says of no row which shop it is about: add shop: there/,
    ],
    [
      "a column that never meets the key",
      withTopics({ shop }, { ...good.sources, sales: { ...good.sources["sales"], shop: sales.id } }),
      /^sources\.sales\.shop is .*, topics\.shop\.key is bigint: they never meet/,
    ],
    [
      "its own rows among its metrics",
      withTopics({ shop: { ...shop, metrics: { all: count(shops) } } }, ofShops),
      /^topics\.shop\.metrics\.all: public\.shops is the shop table/,
    ],
    [
      "a source of its own table that names its rows once more",
      withTopics({ shop }, { ...ofShops, shops: { ...good.sources["shops"], shop: shops.id } }),
      /^public\.shops is watched twice, as shop and as shops/,
    ],
    [
      "its currency where it has none",
      withTopics({ shop: { ...shop, metrics: { money: currency() } } }, ofShops),
      /^topics\.shop\.metrics\.money: currency\(\) needs /,
    ],
    [
      "an event of a table without such rows",
      withTopics(
        { shop: { ...shop, metrics: { all: count(sales) }, events: { made: inserted(people).data({}) } } },
        ofShops,
      ),
      /^topics\.shop\.events\.made: table public\.people is not one of the sources/,
    ],
  ] as const)
    it(`refuses ${what}`, () => assert.match(refusal(config), message));

  it("takes a kind by a name that every object has, with a table and without", () => {
    const [, named] = compileKinds(
      withTopics({ constructor: shop }, { ...ofShops, sales: { ...good.sources["sales"], constructor: sales.shop } }),
    ).plans;
    assert.deepEqual(
      named?.tables.map(({ source, owner: by }) => [source, by]),
      [
        ["shops", "id"],
        ["sales", "shop"],
      ],
    );
    const [, whole] = compileKinds(withTopics({ constructor: everything })).plans;
    assert.deepEqual(
      whole?.tables.map(({ source, owner: by }) => [source, by]),
      [["sales", ""]],
    );
    assert.match(refusal(withTopics({ constructor: shop })), /says of no row which constructor it is about/);
  });

  it("keeps what is said of owners when another kind is added, and captures a table once for all", () => {
    const [owner, one, all] = compileKinds(withTopics({ shop, all: everything }, ofShops)).plans;
    const alone = compile(good);
    assert.deepEqual({ ...owner, tables: [] }, { ...alone, tables: [] });
    assert.deepEqual(
      [one?.kind, one?.tables.map(({ source, owner: by }) => [source, by])],
      [
        "shop",
        [
          ["shops", "id"],
          ["sales", "shop"],
        ],
      ],
    );
    assert.deepEqual([all?.kind, all?.tables.map(({ source, owner: by }) => [source, by])], ["all", [["sales", ""]]]);
    assert.deepEqual(
      compileKinds(withTopics({ shop, all: everything }, ofShops)).tables.map(({ source, links }) => [source, links]),
      [
        ["owner", undefined],
        ["sales", ["person", "shop", ""]],
        ["shops", ["owner", "id"]],
      ],
    );
  });
});
