import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isNotNull, sql } from "drizzle-orm";
import { bigint, boolean, integer, json, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import fc from "fast-check";
import { ConfigError } from "../../../daemon/config/errors.ts";
import { channel, claim, everyone, members, ownerOf, rows, user } from "../../../daemon/define/define.ts";
import { compileKinds } from "../../../daemon/plan/compile.ts";
import { printPosition, readPosition } from "../../../daemon/plan/row-order.ts";
import { configured, people, sales } from "../../support/sales-tables.ts";
import { count } from "../../../daemon/define/define.ts";

const rooms = pgTable("rooms", { id: integer("id").primaryKey(), host: text("host"), flag: boolean("flag") });
const posts = pgTable("posts", {
  id: integer("id").primaryKey(),
  roomId: integer("room_id").notNull(),
  at: timestamp("at", { withTimezone: true }).notNull(),
  later: timestamp("later", { withTimezone: true }),
  body: text("body").notNull(),
  gone: boolean("gone"),
  raw: json("raw"),
});
const guests = pgTable("guests", { room: bigint("room", { mode: "bigint" }), who: text("who"), word: text("word") });

const set = (more: object = {}): ReturnType<typeof rows> =>
  rows(posts, {
    channel: posts.roomId,
    key: posts.id,
    newest: { count: 3, by: [posts.at] },
    data: { body: posts.body },
    ...more,
  });
const room = (more: object = {}): object =>
  channel({ row: rooms.id, members: everyone(), rows: { posts: set() }, ...more });
const withChannels = (channels: object): unknown => ({ ...configured({ all: count(sales) }), channels });

function refusal(made: () => unknown): string {
  try {
    compileKinds(made());
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    assert.ok(!error.message.includes("\n"), error.message);
    return error.message;
  }
  return assert.fail("compile() took it");
}

describe("channels that can't be are refused in one line", () => {
  const cases: readonly [title: string, channels: () => object, message: RegExp][] = [
    ["a kind that another has", () => ({ owner: room() }), /^channels\.owner: a kind of channels has small letters/],
    ["what is none", () => ({ room: 7 }), /^channels\.room: must be channel\(\{/],
    [
      "a misspelt name of a channel's",
      () => ({ room: room({ typng: true }) }),
      /^channel\(\) does not take typng; did you mean typing\?$/,
    ],
    [
      "a misspelt name of a set's",
      () => ({ room: room({ rows: { posts: set({ delted: isNotNull(posts.later) }) } }) }),
      /^rows\(\) does not take delted; did you mean deleted\?$/,
    ],
    [
      "a name that is like none",
      () => ({ room: room({ rows: { posts: set({ orderedAsOftenAsPossible: 1 }) } }) }),
      /^rows\(\) does not take orderedAsOftenAsPossible; it takes channel, key, newest, deleted, data, writes$/,
    ],
    ["no rows", () => ({ room: room({ rows: {} }) }), /^channels\.room: rows: name at least one/],
    ["nobody", () => ({ room: room({ members: undefined }) }), /members must say who may see it/],
    ["a column of another table", () => ({ room: room({ members: user(posts.body) }) }), /no column of public\.rooms/],
    [
      "owners that never meet",
      () => ({ room: room({ members: ownerOf(rooms.host) }) }),
      /members: host is text, owner\.key is/,
    ],
    [
      "members that never meet",
      () => ({ room: room({ members: members(guests, { channel: guests.word, user: guests.who }) }) }),
      /members\.channel: word is text, row is integer: they never meet/,
    ],
    [
      "members of another table",
      () => ({ room: room({ members: members(guests, { channel: guests.room, user: posts.body as never }) }) }),
      /members: user must be a column of public\.guests/,
    ],
    ["a claim without a name", () => ({ room: room({ members: claim("") }) }), /claim\(\) takes the name of a claim/],
    [
      "a window of 10,000",
      () => ({ room: room({ rows: { posts: set({ newest: { count: 10_000, by: [posts.at] } }) } }) }),
      /^channels\.room\.rows\.posts: newest\.count must be a whole number from 1 to 1000, not 10000/,
    ],
    [
      "an order by what may be NULL",
      () => ({ room: room({ rows: { posts: set({ newest: { count: 3, by: [posts.later] } }) } }) }),
      /later may be NULL, and then orders nothing/,
    ],
    [
      "an order by what has none",
      () => ({ room: room({ rows: { posts: set({ newest: { count: 3, by: [posts.gone] } }) } }) }),
      /gone is boolean: rows are ordered by/,
    ],
    [
      "a condition that may fail",
      () => ({ room: room({ rows: { posts: set({ deleted: sql`1 / ${posts.id} = 1` }) } }) }),
      /deleted: it may fail for some row/,
    ],
    [
      "rows that never meet",
      () => ({ room: room({ rows: { posts: set({ channel: posts.body }) } }) }),
      /channel: body is text, row is integer/,
    ],
    [
      "another key than the source's",
      () => ({
        room: channel({
          row: people.id,
          members: everyone(),
          rows: {
            sales: rows(sales, { channel: sales.id, key: sales.shop, data: { shop: sales.shop } }),
          },
        }),
      }),
      /^channels\.room/,
    ],
    [
      "no data",
      () => ({ room: room({ rows: { posts: set({ data: {} }) } }) }),
      /data takes from 1 to 50 columns, not 0/,
    ],
    [
      "a key that is no key of channels",
      () => ({ room: room({ row: rooms.flag, rows: { posts: set({ channel: posts.gone }) } }) }),
      /^channels\.room/,
    ],
    [
      "json, which may hold what its images can't",
      () => ({ room: room({ rows: { posts: set({ data: { raw: posts.raw } }) } }) }),
      /raw is json.*make it jsonb$/,
    ],
    ["a name that is none", () => ({ "room!": room() }), /^channels\.room!: a kind of channels/],
  ];
  for (const [title, channels, message] of cases)
    it(title, () =>
      assert.match(
        refusal(() => withChannels(channels())),
        message,
      ),
    );

  it("a table that is no source is watched under a name of its own, with the columns that are shown and no other", () => {
    const { tables } = compileKinds(
      withChannels({
        room: room({
          members: members(guests, { channel: guests.room, user: guests.who }),
          rows: { posts: set({ deleted: isNotNull(posts.gone) }) },
        }),
      }),
    );
    const watched = new Map(tables.map(({ source, columns }) => [source, columns.map(({ name }) => name).join(" ")]));
    assert.equal(watched.get("room_posts"), "id room_id at body gone");
    assert.equal(watched.get("room_row"), "id");
    assert.equal(watched.get("room_members"), "room who");
  });
});

describe("positions", () => {
  const order = [
    { column: "at", kind: "timestamptz" },
    { column: "name", kind: "text" },
    { column: "id", kind: "integer" },
  ] as const;
  const place = fc.tuple(
    fc.bigInt({ min: -(10n ** 15n), max: 10n ** 18n }),
    fc.string({ unit: "grapheme", maxLength: 6 }).filter((name) => !name.includes("\0")),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  );
  const hex = (name: string): string => Buffer.from(name).toString("hex");
  const print = ([at, name, id]: readonly [bigint, string, bigint]): string =>
    printPosition(`${at} ${hex(name)} ${id}`, order);

  it("compare as what they are made of, and are read back", () => {
    const compare = (a: [bigint, string, bigint], b: [bigint, string, bigint]): number => {
      if (a[0] !== b[0]) return a[0] < b[0] ? -1 : 1;
      const names = Buffer.compare(Buffer.from(a[1]), Buffer.from(b[1]));
      return names !== 0 ? names : Number(a[2] > b[2]) - Number(a[2] < b[2]);
    };
    fc.assert(
      fc.property(place, place, fc.boolean(), (one, other, isSameInstant) => {
        const two: typeof other = isSameInstant ? [one[0], other[1], other[2]] : other;
        const [a, b] = [print(one), print(two)];
        assert.equal(Math.sign(compare(one, two)), a === b ? 0 : a < b ? -1 : 1);
        assert.deepEqual(readPosition(a, order), [String(one[0]), hex(one[1]), String(one[2])]);
      }),
      { numRuns: 2_000 },
    );
  });

  it("what PostgreSQL could not take is none", () => {
    const zero = "1y2p0ij32e8e8";
    for (const bad of [
      "",
      zero,
      `${zero}.00.${zero}`,
      `${zero}.ff.${zero}`,
      `${zero}.6.${zero}`,
      `zzzzzzzzzzzzz..${zero}`,
      `3w5e11264sgsf..${zero}`,
    ])
      assert.equal(readPosition(bad, order), undefined, bad);
    assert.deepEqual(readPosition(`${zero}..${zero}`, order), ["0", "", "0"]);
  });
});
