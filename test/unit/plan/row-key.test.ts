/** What names a row in the plan where one column does not. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bigint, integer, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import { count, defineConfig, latest, occupant } from "../../../daemon/define/define.ts";
import { compile } from "../../../daemon/plan/compile.ts";
import { people, shops } from "../../support/sales-tables.ts";

const stays = pgTable("stays", {
  shop: bigint("shop", { mode: "bigint" }),
  no: integer("no"),
  owner: integer("owner"),
  from: timestamp("from", { withTimezone: true }),
  until: timestamp("until", { withTimezone: true }),
  guest: text("guest"),
});

const keyedBy = (...key: [typeof stays.no | typeof stays.shop, ...(typeof stays.no)[]]) =>
  compile(
    defineConfig({
      owner: { table: people, key: people.id, timeZone: people.zone },
      sources: {
        shops: { table: shops, key: shops.id, owner: shops.owner },
        stays: { table: stays, key, owner: stays.owner },
      },
      metrics: { all: count(stays), last: latest(stays.guest, stays.from) },
      events: {
        moved: occupant({
          group: shops.id,
          stays: { group: stays.shop, from: stays.from, until: stays.until, label: stays.guest },
          data: {},
        }),
      },
    }),
  );

describe("a row's key of several columns", () => {
  it("is captured whole, and one text in which no two keys are alike", () => {
    const { tables, projections, occupants } = keyedBy(stays.shop, stays.no);
    const watched = tables.find(({ source }) => source === "stays");
    assert.deepEqual(watched?.key, ["shop", "no"]);
    assert.deepEqual(
      watched.columns.map(({ name }) => name),
      ["shop", "no", "owner", "from", "until", "guest"],
    );
    const key = `json_build_array(r.shop::text, r.no::text)::text`;
    assert.equal(projections.find(({ ranked }) => ranked !== undefined)?.ranked?.tie, key);
    assert.ok(projections[occupants[0]?.stays.projection ?? -1]?.key?.includes(`, ${key}, `));
    assert.equal(occupants[0]?.numericKeys, false);
  });

  it("is captured where nothing looks at it", () => {
    const { tables } = compile(
      defineConfig({
        owner: { table: people, key: people.id, timeZone: people.zone },
        sources: {
          shops: { table: shops, key: shops.id, owner: shops.owner },
          stays: { table: stays, key: [stays.shop, stays.no], owner: stays.owner },
        },
        metrics: { all: count(shops) },
      }),
    );
    assert.deepEqual(
      tables.find(({ source }) => source === "stays")?.columns.map(({ name }) => name),
      ["shop", "no", "owner"],
    );
  });

  it("is the column's own where there is one in the list", () => {
    const { tables, occupants } = keyedBy(stays.no);
    assert.equal(tables.find(({ source }) => source === "stays")?.key, "no");
    assert.equal(occupants[0]?.numericKeys, true);
  });
});
