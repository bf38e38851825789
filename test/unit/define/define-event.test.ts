/* oxlint-disable typescript/no-unsafe-argument -- what must not compile has no type */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { eq, gt, sql } from "drizzle-orm";
import { readKind } from "../../../daemon/capture/read-kind.ts";
import { batchStatements } from "../../../daemon/capture/statement.ts";
import { ConfigError } from "../../../daemon/config/errors.ts";
import { compile } from "../../../daemon/plan/compile.ts";
import {
  became,
  before,
  changed,
  count,
  days,
  defineConfig,
  deleted,
  type EventsOf,
  id,
  inserted,
  lookup,
  occupant,
} from "../../../daemon/define/define.ts";
import type { EventTree } from "../../../daemon/define/event-definition.ts";
import { eventSelects, sourcesOfEvents } from "../../../daemon/plan/event-select.ts";
import { withoutEvents } from "../../../daemon/plan/select.ts";
import { people, sales, shops } from "../../support/sales-tables.ts";

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

const occupied = occupant({
  group: shops.id,
  stays: { group: sales.shop, where: gt(sales.pieces, 0), from: sales.at, until: sales.until, label: sales.name },
  data: { shop: id(shops.id) },
});

// oxlint-disable-next-line typescript/explicit-function-return-type -- the type is what is tested
function telling<const Events extends EventTree>(events: Events) {
  return defineConfig({
    owner: { table: people, key: people.id, timeZone: people.zone, currency: people.money },
    sources: {
      sales: { table: sales, key: sales.id, owner: sales.person },
      shops: { table: shops, key: shops.id, owner: shops.owner },
    },
    metrics: { total: count(sales) },
    events,
  });
}

describe("events", () => {
  it("carry the type of their data by their names", () => {
    const config = telling({
      sold: inserted(sales).data({
        id: id(sales.id),
        person: sales.person,
        pieces: sales.pieces,
        was: before(sales.fair),
        price: sales.price,
        at: sales.at,
        shop: lookup(shops.owner, sales.shop),
        nights: days(sales.at, sales.until),
      }),
      occupied,
    });
    const same: Same<
      EventsOf<typeof config>,
      {
        readonly sold: {
          readonly id: string;
          readonly person: number;
          readonly pieces: number | null;
          readonly was: boolean | null;
          readonly price: string | null;
          readonly at: string | null;
          readonly shop: number | null;
          readonly nights: number | null;
        };
        readonly occupied: { readonly shop: string } & {
          readonly isNowOccupied: boolean;
          readonly previousOccupant: string | null;
          readonly newOccupant: string | null;
        };
        readonly bulk_changed: { readonly source: string; readonly rows: number | null };
      }
    > = true;
    assert.ok(same);
    assert.equal(compile(config).events.length, 1);
  });

  it("do not compile with a column of another table", () => {
    const refusedByTheCompiler = [
      // @ts-expect-error: no such column
      () => changed(sales.prise),
      // @ts-expect-error: of two tables
      () => changed(sales.price, shops.owner),
      // @ts-expect-error: of another table than what happened
      () => inserted(sales).data({ shop: shops.id }),
      // @ts-expect-error: a lookup by another table's column
      () => inserted(sales).data({ shop: lookup(people.zone, shops.owner) }),
      // @ts-expect-error: an exception about another table
      () => inserted(sales).except(deleted(shops)),
      // @ts-expect-error: without data it tells nothing
      () => telling({ sold: inserted(sales) }),
    ];
    assert.equal(refusedByTheCompiler.length, 6);
  });

  it("capture the columns that they look at, their own and those that are looked up", () => {
    const plan = compile(telling({ sold: changed(sales.code).data({ shop: lookup(shops.owner, sales.shop) }) }));
    const columns = plan.tables.map(({ columns: own }) => own.map(({ name }) => name));
    assert.deepEqual(columns, [
      ["id", "zone", "money"],
      ["id", "person", "shop", "code"],
      ["id", "owner"],
    ]);
    assert.deepEqual(sourcesOfEvents(plan), ["sales", "shops"]);
  });

  it("that are not declared add nothing to what the reader asks", () => {
    const declared = compile(telling({ sold: changed(sales.code).data({ code: sales.code }), occupied }));
    const none = withoutEvents(declared);
    const text = (plan: typeof none): string =>
      batchStatements(plan.tables, [readKind(plan)], sourcesOfEvents(plan)).read.text;
    assert.deepEqual([eventSelects(none), sourcesOfEvents(none)], [[], []]);
    assert.doesNotMatch(text(none), /change_seq|c\.change_xid,\s+c|json_build|lag\(/);
    assert.match(text(declared), /change_seq[^]*json_build_array[^]*lag\(/);
    assert.equal(text(compile(telling({}))), text(compile({ ...telling({}), events: undefined })));
  });

  const told = { id: id(sales.id) };
  const refusals: readonly [message: RegExp, name: string, event: unknown][] = [
    [/^events\.snapshot: the protocol uses this name itself; choose another$/, "snapshot", inserted(sales).data(told)],
    [/^events\.bulk_changed: the protocol uses this name itself/, "bulk_changed", inserted(sales).data(told)],
    [/^events\.Sold: an event's name has small letters, digits and _/, "Sold", inserted(sales).data(told)],
    [/^events\.sold: must be an event: what happened and its data/, "sold", inserted(sales)],
    [/^events\.sold: public\.people is the owner table/, "sold", inserted(people).data({})],
    [
      /^events\.sold: public\.shops\.owner is a column of another table than public\.sales$/,
      "sold",
      inserted(sales).where(eq(shops.owner, 1)).data(told),
    ],
    [
      /^events\.sold: shop: public\.shops\.id is a column of another table/,
      "sold",
      inserted(sales).data({ shop: shops.id as never }),
    ],
    [
      /^events\.sold: extra: extra is jsonb: an event's data holds single values; keep the one that is meant in a column, such as a generated one$/,
      "sold",
      inserted(sales).data({ extra: sales.extra }),
    ],
    [
      /^events\.sold: shop: lookup\(\): code is char\(4\) and id, the key of shops, bigint/,
      "sold",
      inserted(sales).data({ shop: lookup(shops.owner, sales.code) }),
    ],
    [
      /^events\.sold: zone: lookup\(\): of the owner table only the row's own owner is told/,
      "sold",
      inserted(sales).data({ zone: lookup(people.zone, sales.pieces) }),
    ],
    [
      /^events\.sold: nights: vague is timestamp without time zone/,
      "sold",
      inserted(sales).data({ nights: days(sales.vague, sales.at) }),
    ],
    [/^events\.sold: now: conditions have no clock/, "sold", became(sales, sql`${sales.at} < now()`).data(told)],
    [
      /^events\.busy: data\.newOccupant: every occupant event tells this itself$/,
      "busy",
      occupant({
        group: shops.id,
        stays: { group: sales.shop, from: sales.at, until: sales.until, label: sales.name },
        data: { newOccupant: shops.id },
      }),
    ],
    [
      /^events\.busy: occupant\(\): due is a date/,
      "busy",
      occupant({
        group: shops.id,
        stays: { group: sales.shop, from: sales.due, until: sales.until, label: sales.name },
        data: {},
      }),
    ],
    [
      /^events\.busy: occupant\(\): id and code are of different types/,
      "busy",
      occupant({
        group: shops.id,
        stays: { group: sales.code, from: sales.at, until: sales.until, label: sales.name },
        data: {},
      }),
    ],
  ];
  for (const [message, name, event] of refusals) {
    it(`are refused in one line: ${String(message)}`, () => {
      assert.throws(
        () => compile(telling({ [name]: event } as never)),
        (error) => {
          assert.ok(error instanceof ConfigError, String(error));
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }
});
